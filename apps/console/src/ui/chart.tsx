import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { whenColoursChange } from '../theme/theme.js';
import { useZone } from '../time/zone.js';
import { clockOf, type Zone } from '../time/moments.js';
import { colour, type Mark, marksPlugin } from './chart-marks.js';
import { Twin } from './chart-twin.js';

/** A line of a chart: values beside the times, null where nothing is known, which leaves a hole. */
export interface Line {
  readonly label: string;
  /** A custom property of theme/tokens.css. */
  readonly token: string;
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly title: string;
  /** ms since the epoch, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly marks?: readonly Mark[];
  readonly format: (value: number) => string;
  readonly range?: readonly [number, number];
  readonly height?: number;
}

const axis = (values?: (self: uPlot, ticks: number[]) => string[]): uPlot.Axis => ({
  stroke: () => colour('--quiet'),
  grid: { stroke: () => colour('--line'), width: 1 },
  ticks: { stroke: () => colour('--line'), width: 1 },
  font: '12px system-ui, sans-serif',
  ...(values === undefined ? {} : { values }),
});

const optionsOf = (
  { lines, format, range, height = 120 }: ChartProps,
  width: number,
  marks: () => readonly Mark[],
  zone: Zone,
): uPlot.Options => ({
  width,
  height,
  legend: { show: false },
  cursor: { sync: { key: 'now' }, points: { show: false } },
  scales: {
    y: { range: range === undefined ? (_self, low, high) => [low, high === low ? low + 1 : high] : [...range] },
  },
  axes: [
    { ...axis((_self, ticks) => ticks.map((tick) => clockOf(tick * 1_000, zone))), space: 70, size: 30 },
    { ...axis((_self, ticks) => ticks.map(format)), size: 70 },
  ],
  series: [
    {},
    ...lines.map(({ label, token }) => ({ label, stroke: () => colour(token), width: 2, points: { show: false } })),
  ],
  plugins: [marksPlugin(marks)],
});

/** One and the same, since the chart is drawn again when its marks are others. */
const NO_MARKS: NonNullable<ChartProps['marks']> = [];

/** Lines over time on a canvas, with marks on the time axis, a legend, and all of it, the marks too, as a table. */
export const Chart = (props: ChartProps) => {
  const { title, times, lines, marks = NO_MARKS } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const drawn = useRef(marks);
  drawn.current = marks;
  const data = useRef<uPlot.AlignedData>([[]]);
  const isSeen = useRef(true);
  const { zone } = useZone();
  const shape = useMemo(
    () => JSON.stringify([lines.map(({ label, token }) => [label, token]), props.range, zone]),
    [lines, props.range, zone],
  );
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const made = new uPlot(
      optionsOf(props, current.clientWidth, () => drawn.current, zone),
      [[]],
      current,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: current.clientWidth, height: made.height }));
    watcher.observe(current);
    // What is scrolled away is not drawn; when it comes into sight it has what it missed.
    const sight = new IntersectionObserver(([entry]) => {
      isSeen.current = entry?.isIntersecting ?? true;
      if (isSeen.current) made.setData(data.current);
    });
    sight.observe(current);
    const unfollow = whenColoursChange(() => made.redraw(false, true));
    return () => {
      unfollow();
      sight.disconnect();
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- made anew when its shape changes, not with each figure
  }, [shape]);
  useEffect(() => {
    data.current = [
      times.map((at) => at / 1_000),
      ...lines.map(({ values }) => values as (number | null)[]),
    ] as uPlot.AlignedData;
    if (isSeen.current) plot.current?.setData(data.current);
  }, [times, lines, shape, marks]);
  return (
    <figure className="chart">
      <figcaption>
        {title}
        {lines.map(({ label, token }) => (
          <span key={label} className="legend">
            <span aria-hidden="true" className="swatch" style={{ background: `var(${token})` }} />
            {label}
          </span>
        ))}
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <Twin {...props} />
    </figure>
  );
};
