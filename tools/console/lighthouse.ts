import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromiumPath } from './browser.js';

/** The version whose figures the design was measured with; the next one needs Node 22. */
export const LIGHTHOUSE = 'lighthouse@12.8.2';

/** Scores of 100 each, and times in ms. */
export interface LighthouseFigures {
  readonly performance: number;
  readonly accessibility: number;
  readonly bestPractices: number;
  readonly firstPaint: number;
  readonly largestPaint: number;
  readonly blocked: number;
  readonly shift: number;
  /** What was found wanting, by its id. */
  readonly failed: readonly string[];
}

interface Audit {
  readonly score: number | null;
  readonly scoreDisplayMode: string;
  readonly numericValue?: number;
}
interface Result {
  readonly lhr: {
    readonly categories: Readonly<Record<string, { readonly score: number | null } | undefined>>;
    readonly audits: Readonly<Record<string, Audit | undefined>>;
  };
}
interface OwnPage {
  evaluateOnNewDocument(script: string): Promise<unknown>;
}
interface Puppeteer {
  launch(options: object): Promise<{ newPage(): Promise<OwnPage>; close(): Promise<void> }>;
}
interface Lighthouse {
  readonly default: (url: string, flags: object, config: object, page: OwnPage) => Promise<Result>;
  readonly desktopConfig: object;
}

const load = async <Module>(folder: string, path: string): Promise<Module> =>
  (await import(pathToFileURL(join(folder, 'node_modules', path)).href)) as Module;

const figuresOf = ({ lhr: { categories, audits } }: Result): LighthouseFigures => {
  const score = (category: string): number => Math.round(100 * (categories[category]?.score ?? 0));
  const value = (audit: string): number => audits[audit]?.numericValue ?? Number.NaN;
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    bestPractices: score('best-practices'),
    firstPaint: value('first-contentful-paint'),
    largestPaint: value('largest-contentful-paint'),
    blocked: value('total-blocking-time'),
    shift: value('cumulative-layout-shift'),
    failed: Object.entries(audits).flatMap(([id, audit]) =>
      audit?.scoreDisplayMode === 'binary' && audit.score === 0 ? [id] : [],
    ),
  };
};

/** Looks at the console with the desktop preset, signed in, in a browser of its own. `folder` is where Lighthouse was installed. */
const lookOnce = async (folder: string, url: string, key: string): Promise<LighthouseFigures> => {
  const { default: lighthouse, desktopConfig } = await load<Lighthouse>(folder, 'lighthouse/core/index.js');
  const { default: puppeteer } = await load<{ readonly default: Puppeteer }>(
    folder,
    'puppeteer-core/lib/esm/puppeteer/puppeteer-core.js',
  );
  const browser = await puppeteer.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(`sessionStorage.setItem('tocsin.key', ${JSON.stringify(key)})`);
    const onlyCategories = ['performance', 'accessibility', 'best-practices'];
    return figuresOf(await lighthouse(url, { onlyCategories, logLevel: 'error' }, desktopConfig, page));
  } finally {
    await browser.close();
  }
};

/** Whether Lighthouse was installed in the folder. */
export const hasLighthouse = (folder: string): boolean =>
  existsSync(join(folder, 'node_modules', 'lighthouse', 'package.json'));

/** Of so many looks the one in the middle counts: a machine that was busy for a moment must not decide. */
const LOOKS = 3;

/** The look whose performance is the median of three. */
export const lookWithLighthouse = async (folder: string, url: string, key: string): Promise<LighthouseFigures> => {
  const looks: LighthouseFigures[] = [];
  for (let look = 0; look < LOOKS; look += 1) looks.push(await lookOnce(folder, url, key));
  const median = looks.toSorted((one, other) => one.performance - other.performance)[Math.floor(LOOKS / 2)];
  if (median === undefined) throw new Error('Lighthouse looked at nothing');
  return median;
};
