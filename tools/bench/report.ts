import { type Cost, cpuSecondsOf } from './bench.js';

const HEADINGS = ['', 'M outcomes per CPU s', 'ns per outcome', 'CPU ms per M outcomes', 'times naive'];

const millisPerMillion = (cost: Cost): string =>
  Object.entries(cost.cpuSeconds)
    .map(([who, seconds]) => `${who} ${((seconds * 1e9) / cost.outcomes).toFixed(0)}`)
    .join(' + ');

const cellsOf = (cost: Cost, naiveNs: number | undefined): readonly string[] => {
  const ns = (cpuSecondsOf(cost) * 1e9) / cost.outcomes;
  const times = naiveNs === undefined ? '' : `${(naiveNs / ns).toFixed(1)} ×`;
  return [cost.name, (1_000 / ns).toFixed(2), ns.toFixed(1), millisPerMillion(cost), times];
};

/** The costs as a table of fixed width; ratios to the naive baseline where that ran too. */
export const tableOf = (costs: readonly Cost[]): string => {
  const naive = costs.find(({ name }) => name === 'naive');
  const naiveNs = naive && (cpuSecondsOf(naive) * 1e9) / naive.outcomes;
  const rows = [HEADINGS, ...costs.map((cost) => cellsOf(cost, naiveNs))];
  const widths = HEADINGS.map((_unused, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const notes = costs.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}.`]));
  return [...lines, '', ...notes].join('\n');
};
