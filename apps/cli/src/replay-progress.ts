import { formatCount, formatDuration } from './figures.js';

/** Where progress is shown. */
export interface ProgressScreen {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** A line is drawn at most so often: a terminal takes no more. */
const EVERY_MS = 200;
const WIDTH = 24;

/** How far a replay is, its rate and when it will be done, on one line of a terminal; elsewhere nothing. */
export class ReplayProgress {
  private readonly startedMs: number;
  private drawnMs = -Infinity;

  constructor(
    private readonly screen: ProgressScreen,
    private readonly range: { readonly firstTick: number; readonly toTick: number },
    private readonly nowMs: () => number,
  ) {
    this.startedMs = nowMs();
  }

  readonly onTick = (tick: number, outcomes: number): void => {
    if (this.screen.isTTY !== true) return;
    const nowMs = this.nowMs();
    if (nowMs - this.drawnMs < EVERY_MS) return;
    this.drawnMs = nowMs;
    const { firstTick, toTick } = this.range;
    const part = Math.min((tick - firstTick + 1) / (toTick - firstTick + 1), 1);
    const takenMs = nowMs - this.startedMs;
    const done = '#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.');
    const rate = formatCount(Math.round((outcomes * 1_000) / Math.max(takenMs, 1)));
    const left = formatDuration((takenMs * (1 - part)) / part);
    this.screen.write(`\r\u001b[K[${done}] ${Math.floor(100 * part)} %  ${rate} outcomes/s  ${left} left`);
  };

  end(): void {
    if (this.screen.isTTY === true) this.screen.write('\r\u001b[K');
  }
}
