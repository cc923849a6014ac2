import type uPlot from 'uplot';
import { whenColoursChange } from '../theme/theme.js';

/** Something that happened, on the time axis. */
export interface Mark {
  /** ms since the epoch. */
  readonly at: number;
  readonly label: string;
  readonly token: string;
}

/** A colour asked of the browser costs it a layout; there are as many as tokens, and they are asked anew when the theme changes. */
const known = new Map<string, string>();
whenColoursChange(() => known.clear());

/** A token's colour as it is now, for what is drawn on a canvas. */
export const colour = (token: string): string => {
  const kept = known.get(token);
  if (kept !== undefined) return kept;
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  known.set(token, color);
  return color;
};

const MARK_FONT_PX = 11;
const MARK_ROW_PX = MARK_FONT_PX + 3;

const draw = (plot: uPlot, { at, label, token }: Mark, row: number): void => {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at / 1_000, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const ratio = devicePixelRatio;
  ctx.strokeStyle = ctx.fillStyle = colour(token);
  ctx.lineWidth = ratio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${MARK_FONT_PX * ratio}px system-ui, sans-serif`;
  const isAtEnd = x > bbox.left + bbox.width * 0.75;
  ctx.textAlign = isAtEnd ? 'right' : 'left';
  ctx.fillText(label, x + (isAtEnd ? -4 : 4) * ratio, bbox.top + (row + 1) * MARK_ROW_PX * ratio);
};

/** Draws marks as lines with their words, on rows of their own so that neighbours can be read. */
export const marksPlugin = (marks: () => readonly Mark[]): uPlot.Plugin => ({
  hooks: {
    draw: (plot) => {
      plot.ctx.save();
      const rows = Math.max(1, Math.floor(plot.bbox.height / devicePixelRatio / MARK_ROW_PX));
      for (const [index, mark] of marks().entries()) draw(plot, mark, index % rows);
      plot.ctx.restore();
    },
  },
});
