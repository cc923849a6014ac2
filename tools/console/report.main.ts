/**
 * Measures the console of a Tocsin that runs, a demo say, against what it is held to, and prints a table; it writes nothing.
 *
 *   TOCSIN_URL=http://127.0.0.1:8080 TOCSIN_KEY=... npm run console:report [-- --lighthouse FOLDER]
 */
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { type Busy, busyShare, openSignedIn, startChromium } from './browser.js';
import { withChartsPage } from './charts-page.js';
import { SAMPLES_MIN, watchDelays } from './event-to-pixel.js';
import { LOAD_BUDGET, loadSizes, readBuilt } from './first-load.js';
import { hasLighthouse, LIGHTHOUSE, lookWithLighthouse } from './lighthouse.js';
import { holds, type Measured, percentileOf, tableOfMeasured } from './measured.js';

/** As long as one looks before the figures of a second are even. */
const BUSY_MS = 10_000;
/** Within it an outage of the demo has more than enough events. */
const DELAYS_LONGEST_MS = 180_000;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const sizes = (): Measured[] => {
  const { script, style, map, later } = loadSizes(readBuilt('dist/console'));
  const bytes = (name: string, value: number, limit: number): Measured => ({ name, value, unit: 'bytes gz', limit });
  return [
    bytes('first load, scripts', script, LOAD_BUDGET.script),
    bytes('first load, styles', style, LOAD_BUDGET.style),
    {
      ...bytes('map, later', map, LOAD_BUDGET.map),
      note: `largest others: ${later.slice(1, 4).map(String).join(' ')}`,
    },
  ];
};

// The last entry before anything was pressed is the largest paint; what moved by itself is summed.
const PAINT = `new Promise((resolve) => {
  let largest = 0;
  let shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) largest = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.hadRecentInput ? 0 : entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve({ largest, shift, first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0 }), 3000);
})`;

/** The wall clock would count what other programs took from the browser, the database of a demo among them. */
const mainThread = (name: string, { wall, processor }: Busy): Measured => ({
  name,
  value: 100 * processor,
  unit: '%',
  limit: 5,
  note: `${(100 * wall).toFixed(1)} % by the wall clock`,
});

const desktop = { viewport: { width: 1440, height: 900 } };

const ofNow = async (browser: Browser, url: string, key: string): Promise<Measured[]> => {
  const page = await browser.newPage(desktop);
  await openSignedIn(page, url, key);
  const paint = (await page.evaluate(PAINT)) as { first: number; largest: number; shift: number };
  say('Now is open; its main thread is watched for 10 s ...');
  const busy = await busyShare(page, BUSY_MS);
  say(`events are watched, for ${DELAYS_LONGEST_MS / 1_000} s at most ...`);
  const { events, windows } = await watchDelays(page, url, key, DELAYS_LONGEST_MS);
  const delay = (name: string, delays: readonly number[]): Measured => ({
    name,
    value: delays.length < SAMPLES_MIN ? undefined : percentileOf(delays, 0.95),
    unit: 'ms',
    limit: 500,
    note:
      delays.length === 0
        ? 'there was none'
        : `${delays.length} samples, median ${percentileOf(delays, 0.5)}, longest ${percentileOf(delays, 1)}`,
  });
  return [
    { name: 'first paint, as it is here', value: Math.round(paint.first), unit: 'ms', limit: 800 },
    { name: 'largest paint, as it is here', value: Math.round(paint.largest), unit: 'ms', limit: 1_200 },
    { name: 'layout shift, as it is here', value: paint.shift, unit: '', limit: 0.02 },
    mainThread('main thread of Now', busy),
    delay('event to pixel, 95 %', events),
    delay('closed window to pixel, 95 %', windows),
  ];
};

const ofCharts = (browser: Browser): Promise<Measured> =>
  withChartsPage(async (url) => {
    const page = await browser.newPage(desktop);
    await page.goto(url);
    await page.locator('canvas').nth(7).waitFor();
    const busy = await busyShare(page, BUSY_MS);
    return mainThread('main thread, 8 charts of 20 lines of 600 steps at 1 Hz', busy);
  });

const ofLighthouse = async (folder: string | undefined, url: string, key: string): Promise<Measured[]> => {
  const score = (name: string, limit: number, value?: number, note?: string): Measured => ({
    name: `Lighthouse, ${name}`,
    value,
    unit: 'of 100',
    limit,
    isMinimum: true,
    ...(note !== undefined && { note }),
  });
  if (folder === undefined || !hasLighthouse(folder)) {
    const how = `npm install --prefix FOLDER --ignore-scripts ${LIGHTHOUSE}, then --lighthouse FOLDER`;
    return [score('performance', 95, undefined, how), score('accessibility', 100), score('best practices', 100)];
  }
  say('Lighthouse looks three times ...');
  const seen = await lookWithLighthouse(folder, url, key);
  const paints = `FCP ${Math.round(seen.firstPaint)} ms, LCP ${Math.round(seen.largestPaint)} ms`;
  return [
    score(
      'performance',
      95,
      seen.performance,
      `${paints}, TBT ${Math.round(seen.blocked)} ms, CLS ${seen.shift.toFixed(3)}`,
    ),
    score('accessibility', 100, seen.accessibility, seen.failed.join(' ')),
    score('best practices', 100, seen.bestPractices),
  ];
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options: { lighthouse: { type: 'string' } } });
  const { TOCSIN_URL: url, TOCSIN_KEY: key } = process.env;
  if (url === undefined || key === undefined) {
    say('Set TOCSIN_URL and TOCSIN_KEY to those of a Tocsin that runs; `npm run demo` prints its own.');
    return 2;
  }
  const browser = await startChromium();
  try {
    const measured = [...sizes(), ...(await ofNow(browser, url, key)), await ofCharts(browser)];
    const all = [...measured, ...(await ofLighthouse(values.lighthouse, url, key))];
    process.stdout.write(`${tableOfMeasured(all)}\n`);
    return all.some((each) => holds(each) === false) ? 1 : 0;
  } finally {
    await browser.close();
  }
};

process.exit(await main());
