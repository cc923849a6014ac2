import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { until } from '#testing';
import type { ConsoleSite } from './console-site.fixture.js';
import type { Tab } from './tab.fixture.js';
import { dollars, percent, whole } from './console-figures.fixture.js';

/** Who was hurt in a time, as REST has it. */
interface AffectedAnswer {
  readonly affectedCustomers: number;
  readonly byTier: Readonly<Record<'tier1' | 'tier2' | 'tier3', number>>;
  readonly dollarsPerMinute: number;
  readonly customers: readonly {
    readonly name: string;
    readonly failing: number;
    readonly minutes: number;
    readonly dollarsPerMinute: number;
  }[];
}

/** A node of the inventory, as REST has it. */
interface NodeAnswer {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly published: number | null;
  readonly counted: number;
  readonly late: number;
  readonly gap: number | null;
}

/** The sentence above the customers. */
const hurtText = ({ affectedCustomers, byTier, dollarsPerMinute }: AffectedAnswer): string =>
  `${whole(affectedCustomers)} customers were hurt (tier 1: ${byTier.tier1}, tier 2: ${byTier.tier2}, tier 3: ${byTier.tier3}), ${dollars(dollarsPerMinute)} a minute`;

/** What the row of each customer that was hurt says of it: worst minute, money, minutes. */
const hurtCells = ({ customers }: AffectedAnswer): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    customers.map(({ name, failing, minutes, dollarsPerMinute }) => [
      name,
      [percent(100 * failing), dollars(dollarsPerMinute), whole(minutes)],
    ]),
  );

/** What the row of each node says of it: PoP, region, and what was counted, late and never arrived. */
const nodeCells = (nodes: readonly NodeAnswer[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    nodes.map(({ nodeId, pop, region, counted, late, gap }) => [
      nodeId,
      [pop, region, whole(counted), whole(late), gap === null ? '—' : whole(gap)],
    ]),
  );

/** Where those are that are hurt, as REST has it. */
interface PlacesAnswer {
  readonly affectedCustomers: number;
  readonly countries: readonly {
    readonly place: string;
    readonly affectedCustomers: number;
    readonly sitesPercent: number;
  }[];
}

/** What the row of each country says: customers, their share, and that of their sites. */
const placeCells = ({ affectedCustomers, countries }: PlacesAnswer): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    countries.map(({ place, affectedCustomers: hurt, sitesPercent }) => [
      place === 'unknown' ? 'no country told' : place,
      [whole(hurt), percent((100 * hurt) / affectedCustomers), `${sitesPercent.toFixed(1)} %`],
    ]),
  );

/** From when to when a sentence says that it is. */
const timesIn = async (place: Locator): Promise<readonly string[]> =>
  place.locator('time').evaluateAll((all) => all.map((each) => each.getAttribute('datetime') ?? ''));

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FIND_VIOLATIONS = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`;

/** What axe finds on a page as it is, in light and in dark; its window must not hold scripts back that are not the page's own. */
export const violationsOf = async (page: Page): Promise<Readonly<Record<'light' | 'dark', readonly string[]>>> => {
  await page.evaluate(AXE);
  const found = async (colorScheme: 'light' | 'dark'): Promise<readonly string[]> => {
    await page.emulateMedia({ colorScheme });
    return page.evaluate<string[]>(FIND_VIOLATIONS);
  };
  return { light: await found('light'), dark: await found('dark') };
};

/** Cells of each row of a table by the row's name, of the columns at these places; the name is the first. */
const cellsOf = async (
  page: Page,
  table: string,
  places: readonly number[],
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const rows = page.getByRole('table', { name: table }).locator('tbody tr:not(.room)');
  const texts = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())),
  );
  return Object.fromEntries(texts.map((cells) => [cells[0] ?? '', places.map((place) => cells[place] ?? '')]));
};

/** What a page shows, and the same as REST tells it. */
interface Compared {
  readonly shown: unknown;
  readonly told: unknown;
}

/** Both once they are the same, or as they are after all waiting: the parts of a page come when they are read, not at once. */
const settled = async (look: () => Promise<Compared>): Promise<Compared> => {
  let compared: Compared | undefined;
  const isSame = async (): Promise<boolean> => {
    compared = await look();
    return isDeepStrictEqual(compared.shown, compared.told);
  };
  await until('the page says what REST says', isSame).catch((error: Error) => {
    if (compared === undefined) throw error;
  });
  return compared ?? look();
};

/** Customers, in a tab that was opened before the outage, when its next minute begins. */
export const customersSay = async ({ page }: Tab, { site }: ConsoleSite): Promise<Compared> => {
  const nextMinute = Math.ceil((site.server.nowMs + 1) / 60_000) * 60_000;
  await page.context().clock.setFixedTime(nextMinute);
  await page.getByText('customers were hurt').waitFor();
  const sum = page.getByRole('region', { name: 'All, those that were hurt first' }).getByRole('paragraph').first();
  return settled(async () => {
    const [since, to] = await timesIn(sum);
    const path = `/v1/impact/customers?since=${since}&until=${to}&limit=500`;
    const affected = (await site.told('viewer', path)) as unknown as AffectedAnswer;
    const places = (await site.told('viewer', '/v1/impact')) as unknown as PlacesAnswer;
    const hurt = hurtCells(affected);
    const rows = await cellsOf(page, 'Customers', [3, 4, 5]);
    return {
      shown: {
        sum: ((await sum.textContent()) ?? '').replace(/, from .*/, ''),
        customers: Object.fromEntries(Object.keys(hurt).map((name) => [name, rows[name]])),
        countries: await cellsOf(page, 'Countries', [1, 2, 4]),
      },
      told: { sum: hurtText(affected), customers: hurt, countries: placeCells(places) },
    };
  });
};

/** Fleet, and the page of the first of its nodes. */
export const fleetSays = async ({ page }: Tab, { site }: ConsoleSite): Promise<Compared> => {
  const nodes = async (): Promise<readonly NodeAnswer[]> =>
    ((await site.told('viewer', '/v1/nodes')) as unknown as { nodes: readonly NodeAnswer[] }).nodes;
  const [node] = await nodes();
  if (node === undefined) throw new Error('there is no node');
  const link = page.getByRole('link', { name: node.nodeId, exact: true });
  await link.waitFor();
  const rows = await settled(async () => {
    return { shown: await cellsOf(page, 'Nodes', [1, 2, 5, 6, 7]), told: nodeCells(await nodes()) };
  });
  await link.click();
  const definitions = page.getByRole('region', { name: 'Completeness of its telemetry' }).getByRole('definition');
  const figures = await settled(async () => {
    const { published, counted } = (await nodes())[0] ?? node;
    return {
      shown: (await definitions.allTextContents()).slice(0, 2),
      told: [published === null ? 'not known' : whole(published), whole(counted)],
    };
  });
  return { shown: [rows.shown, figures.shown], told: [rows.told, figures.told] };
};

/** The form of a silence of an alert, before it is pressed; it stays open. */
export const silenceSays = async ({ page }: Tab, { site }: ConsoleSite, alertId: string): Promise<Compared> => {
  const { alert } = await site.told('viewer', `/v1/alerts/${alertId}`);
  const [release, region] = (alert.key as string).split('|');
  const where = { rule: [alert.rule as string], release: [release], region: [region] };
  const asked = { where, durationMs: 3_600_000, comment: 'what if' };
  const { preview } = await site.told('operator', '/v1/silences/preview', asked);
  await page.getByRole('button', { name: 'Silence', exact: true }).click();
  const shown = page.getByRole('dialog').getByRole('group', { name: 'Preview' });
  await shown.waitFor();
  const [, muted, compared] = /the pages of (\d+) of the (\d+) alerts/.exec((await shown.textContent()) ?? '') ?? [];
  return {
    shown: { muted, compared, listed: await shown.getByRole('listitem').count() },
    told: {
      muted: String(preview.alerts.length),
      compared: String(preview.compared),
      listed: preview.alerts.length as number,
    },
  };
};

/** Goes from the page of an event to what stands around it, in a tab that does not know how far the events go. */
export const standsAround = async ({ page }: Tab, position: number): Promise<void> => {
  await page.goto(`/audit/${position}`);
  await page.getByRole('link', { name: 'what stands around it' }).click();
  const events = page.getByRole('table', { name: 'Events' });
  await events.getByRole('link', { name: `#${position}`, exact: true }).waitFor();
};
