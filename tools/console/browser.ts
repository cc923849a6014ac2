import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian has the program itself; what `/usr/bin/chromium` starts is a script around it. */
const PLACES = ['/usr/lib/chromium/chromium', '/usr/bin/chromium', '/usr/bin/google-chrome'];

/** The browser to use: `CHROME_PATH`, or where systems have it. */
export const chromiumPath = (): string => {
  const path = process.env.CHROME_PATH || PLACES.find((place) => existsSync(place));
  if (path === undefined) throw new Error('no Chromium is here: apt-get install chromium, or set CHROME_PATH');
  return path;
};

/** Starts it. It shows one console of ours: the sandbox, which containers forbid, keeps nobody out. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });

/** Opens a page of the console with a key, as if somebody had signed in with it in this tab. */
export const openSignedIn = async (page: Page, url: string, key: string): Promise<void> => {
  await page.addInitScript(`sessionStorage.setItem('tocsin.key', ${JSON.stringify(key)})`);
  await page.goto(url);
  await page.locator('main h1').waitFor();
};

/** How busy the main thread of a page is, as shares of a time: by the wall clock, and by what it had of a processor. */
export interface Busy {
  readonly wall: number;
  readonly processor: number;
}

/** Sums up the tasks of the main thread, by one of the two clocks that Chromium has for it; seconds. */
const taskSeconds = async (page: Page, timeDomain: 'timeTicks' | 'threadTicks') => {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain });
  return async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
  };
};

/** Watches the main thread for so long. The two differ where other programs want the processors too. */
export const busyShare = async (page: Page, forMs: number): Promise<Busy> => {
  const [wall, processor] = [await taskSeconds(page, 'timeTicks'), await taskSeconds(page, 'threadTicks')];
  const [wallBefore, processorBefore, before] = [await wall(), await processor(), performance.now()];
  await page.waitForTimeout(forMs);
  const [wallAfter, processorAfter] = [await wall(), await processor()];
  const seconds = (performance.now() - before) / 1_000;
  return { wall: (wallAfter - wallBefore) / seconds, processor: (processorAfter - processorBefore) / seconds };
};
