import type { Fault, SweepRow } from '#domain';
import { describeFaults, formatDelay } from './backtest.js';
import { formatTable } from './table.js';

/** What a sweep answers, as `--json` prints it. */
export interface SweepReport {
  readonly rule: string;
  /** Whether somebody said what was wrong; else the recorded incidents stand for it. */
  readonly isTold: boolean;
  readonly faults: readonly Fault[];
  readonly rows: readonly SweepRow[];
  /** Subjects, tick by tick, beyond those that are followed. */
  readonly subjectsLeft: number;
}

/** For people: a row for each combination. */
export const formatSweep = ({ rule, isTold, faults, rows, subjectsLeft }: SweepReport): readonly string[] => [
  `${rule}, ${rows.length} combinations, ${describeFaults(faults.length, isTold)}`,
  ...formatTable(
    ['threshold', 'window', 'for', 'alerts', 'by fast path', 'found', 'first delay', 'false alarms'],
    rows.map(({ threshold, windowMs, forMs, alerts, byFastPath, detected, firstDelayMs, falseAlarms }) => [
      String(threshold),
      `${windowMs / 1_000} s`,
      `${forMs / 1_000} s`,
      String(alerts),
      byFastPath === null ? '-' : String(byFastPath),
      `${detected}/${faults.length}`,
      formatDelay(firstDelayMs),
      String(falseAlarms),
    ]),
  ),
  ...(subjectsLeft === 0 ? [] : [`${subjectsLeft} looks at subjects beyond the bound were left out`]),
];
