import '../theme/tokens.css';
import '../theme/base.css';
import { memo, useMemo } from 'react';
import { createRoot } from 'react-dom/client';
import { useNow } from '../time/clock.js';
import { Chart } from '../ui/chart.js';
import { percent } from '../ui/figures.js';

/** As the console may show at once (docs/console.md): each chart a line for each of twenty releases or PoPs, over ten minutes of seconds. */
const CHARTS = 8;
const LINES = 20;
const STEPS = 600;
const TOKENS = ['--good', '--bad', '--link', '--warn', '--still'];

const valueAt = (chart: number, line: number, second: number): number =>
  99.5 + 0.4 * Math.sin((second * (line + 1)) / 37 + chart);

const One = memo(({ chart, until }: { readonly chart: number; readonly until: number }) => {
  const { times, lines } = useMemo(() => {
    const seconds = Array.from({ length: STEPS }, (_, step) => until - STEPS + step);
    const lineOf = (_: unknown, line: number) => ({
      label: `line ${line}`,
      token: TOKENS[line % TOKENS.length] ?? '--link',
      values: seconds.map((second) => valueAt(chart, line, second)),
    });
    return { times: seconds.map((second) => second * 1_000), lines: Array.from({ length: LINES }, lineOf) };
  }, [chart, until]);
  return <Chart title={`Chart ${chart}`} times={times} lines={lines} format={percent} />;
});

/** All charts, each a second further each second. */
const Charts = () => {
  const until = Math.floor(useNow() / 1_000);
  return Array.from({ length: CHARTS }, (_, chart) => <One key={chart} chart={chart} until={until} />);
};

const place = document.getElementById('charts');
if (place === null) throw new Error('index.html has no place for the charts.');
createRoot(place).render(<Charts />);
