/**
 * Makes the pictures of the README from a Tocsin that runs: `npm run demo` in another shell, and this while its outage lasts. Nothing on
 * them is made up. Written are docs/pictures/*.webp, under the same names each time.
 *
 *   TOCSIN_URL=http://127.0.0.1:8080 TOCSIN_KEY=... node dist/tools/console/pictures.main.js
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openSignedIn, startChromium } from './browser.js';

const FOLDER = join('docs', 'pictures');
/** All of them are fetched by whoever clones: a picture may have so many bytes, and all together so many. */
const BYTES_MAX = 150_000;
const BYTES_SUM_MAX = 600_000;
/** Text stays sharp at it; the next lower ones are for pictures with a map. */
const QUALITIES = [0.9, 0.8, 0.7, 0.6];

const VIEWPORT = { width: 1_440, height: 900 };

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly colorScheme?: 'dark';
  /** What must be on the page before it is taken. */
  readonly shows: string;
}

interface Newest {
  readonly incidents: { readonly nodes: readonly { readonly incidentId: string }[] };
  readonly rollouts: { readonly nodes: readonly { readonly rolloutId: string }[] };
}

const askNewest = async (url: string, key: string): Promise<Newest> => {
  const query = '{ incidents(first: 1) { nodes { incidentId } } rollouts(first: 1) { nodes { rolloutId } } }';
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data } = (await response.json()) as { readonly data?: Newest };
  if (data === undefined) throw new Error(`what there is was not read: HTTP ${response.status}`);
  return data;
};

const shotsOf = ({ incidents, rollouts }: Newest): readonly Shot[] => {
  const [incident, rollout] = [incidents.nodes[0], rollouts.nodes[0]];
  if (incident === undefined || rollout === undefined) throw new Error('there is no incident yet: wait for the outage');
  return [
    { name: 'now-light', path: '/', shows: '.world g' },
    { name: 'now-dark', path: '/', colorScheme: 'dark', shows: '.world g' },
    { name: 'incident', path: `/incidents/${incident.incidentId}`, shows: '.timeline li' },
    { name: 'rollout', path: `/rollouts/${rollout.rolloutId}`, shows: 'section[aria-label^="Gate "]' },
  ];
};

// A browser writes WebP itself; what is drawn is what was photographed, pixel for pixel.
const toWebp = (page: Page, png: Buffer, quality: number): Promise<string> =>
  page.evaluate(`(async () => {
    const image = new Image();
    image.src = 'data:image/png;base64,${png.toString('base64')}';
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/webp', ${quality}).split(',')[1];
  })()`);

const smallEnough = async (browser: Browser, name: string, png: Buffer): Promise<Buffer> => {
  const page = await browser.newPage();
  try {
    for (const quality of QUALITIES) {
      const bytes = Buffer.from(await toWebp(page, png, quality), 'base64');
      if (bytes.length <= BYTES_MAX) return bytes;
    }
    throw new Error(`${name} has more than ${BYTES_MAX} bytes at any quality`);
  } finally {
    await page.close();
  }
};

/** A second for what follows the first figures, as the map does. */
const SETTLED_MS = 3_000;

const take = async (browser: Browser, url: string, key: string, shot: Shot): Promise<Buffer> => {
  const page = await browser.newPage({ viewport: VIEWPORT, colorScheme: shot.colorScheme ?? 'light' });
  try {
    await openSignedIn(page, new URL(shot.path, url).href, key);
    await page.locator(shot.shows).first().waitFor();
    await page.waitForTimeout(SETTLED_MS);
    return await smallEnough(browser, shot.name, await page.screenshot());
  } finally {
    await page.close();
  }
};

const main = async (): Promise<number> => {
  const { TOCSIN_URL: url, TOCSIN_KEY: key } = process.env;
  if (url === undefined || key === undefined) {
    process.stderr.write('Set TOCSIN_URL and TOCSIN_KEY to those of a demo that runs; it prints its own.\n');
    return 2;
  }
  const browser = await startChromium();
  try {
    mkdirSync(FOLDER, { recursive: true });
    let sum = 0;
    for (const shot of shotsOf(await askNewest(url, key))) {
      const bytes = await take(browser, url, key, shot);
      sum += bytes.length;
      writeFileSync(join(FOLDER, `${shot.name}.webp`), bytes);
      process.stdout.write(`${shot.name}.webp ${bytes.length} bytes\n`);
    }
    if (sum <= BYTES_SUM_MAX) return 0;
    process.stderr.write(`all together have ${sum} bytes, more than ${BYTES_SUM_MAX}\n`);
    return 1;
  } finally {
    await browser.close();
  }
};

process.exit(await main());
