import { useMemo } from 'react';
import { Chart } from './chart.js';
import type { Mark } from './chart-marks.js';
import { latency, percent, TIMEOUT_US } from './figures.js';

interface Step {
  /** RFC 3339. */
  readonly from: string;
  /** Per cent; null: nothing was counted. */
  readonly success: number | null;
  /** µs, `timeout`, or null where nothing was counted. */
  readonly p99: unknown;
}

interface SuccessAndP99Props {
  readonly steps: readonly Step[];
  readonly marks?: readonly Mark[];
}

const NO_MARKS: readonly Mark[] = [];

/** How many queries of one thing succeeded and how long they took, step by step, beside each other. */
export const SuccessAndP99 = ({ steps, marks = NO_MARKS }: SuccessAndP99Props) => {
  const times = useMemo(() => steps.map(({ from }) => Date.parse(from)), [steps]);
  const success = useMemo(
    () => [{ label: 'success', token: '--link', values: steps.map((step) => step.success) }],
    [steps],
  );
  const slow = useMemo(
    () => [
      {
        label: 'p99',
        token: '--warn',
        values: steps.map(({ p99 }) => (p99 === 'timeout' ? TIMEOUT_US : (p99 as number | null))),
      },
    ],
    [steps],
  );
  return (
    <div className="pair">
      <Chart title="Success" times={times} lines={success} marks={marks} format={percent} />
      <Chart title="p99" times={times} lines={slow} marks={marks} format={latency} />
    </div>
  );
};
