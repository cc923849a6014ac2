import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from 'playwright-core';
import { describeChromium, until } from '#testing';
import {
  closedMinuteOf,
  dollars,
  exact,
  type HealthAnswer,
  type ImpactAnswer,
  percent,
  type PopAnswer,
  popRowOf,
  regionRowsOf,
  tilesOf,
  whole,
} from './console-figures.fixture.js';
import * as rooms from './console-rooms.fixture.js';
import { ConsoleSite } from './console-site.fixture.js';
import { ANSWERS, type FirstMinute, stillMissing, watchFirstMinute } from './first-minute.fixture.js';
import { GOOD, NEXT, OTHER } from './rollout-site.fixture.js';
import { partOf, SIX_QUESTIONS } from './six-questions.fixture.js';
import type { Tab } from './tab.fixture.js';

/** For what hangs, of a preparation, which consists of many waits. */
const PREPARED_MS_MAX = 480_000;
/** Some forty looks, for what hangs: a second each, and many where the machine has other work. */
const AXE_MS_MAX = 480_000;
const TABS = 20;
/** A page looks at its clock each second; where the machine is busy it is given so long. */
const SEEN_MS = 20_000;
/** Tabs that are opened at once: a person opens one after the other. */
const TABS_AT_ONCE = 5;
/** A laptop's, of which the browser takes nothing here. */
const SCREEN = { width: 1_440, height: 900 };
const ROUTER = fileURLToPath(new URL('../../../../apps/console/src/router.tsx', import.meta.url));
const ROUTES = [...readFileSync(ROUTER, 'utf8').matchAll(/\bpath: '([^']+)'/g)].map(([, path]) => path ?? '');

interface IncidentAnswer {
  readonly reason: { readonly text: string };
}

describeChromium('the console while the outage of 2021 is played', () => {
  let tocsin: ConsoleSite;
  let watched: Tab;
  /** Opened while all was well, and never loaded again. */
  let customersTab: Tab;
  let operator: BrowserContext;
  let firstMinute: FirstMinute;
  let incidentId: string;
  let alertId: string;

  const told = async <T>(path: string): Promise<T> => (await tocsin.site.told('viewer', path)) as T;
  const incident = async () =>
    (await told<{ incident: Record<string, unknown> }>(`/v1/incidents/${incidentId}`)).incident;

  beforeAll(async () => {
    tocsin = await ConsoleSite.open();
    await tocsin.site.attest(GOOD);
    await tocsin.play(7);
    watched = await tocsin.tab(await tocsin.window());
    await watched.signIn(tocsin.keyOf('viewer'));
    await watched.page.locator('[data-health-as-of]').waitFor();
    operator = await tocsin.window();
    await tocsin.deploy();
    await tocsin.play(14);
    customersTab = await tocsin.tab(await tocsin.window());
    await customersTab.signIn(tocsin.keyOf('viewer'), '/customers');
    await customersTab.page.getByText('Nobody was hurt').waitFor();
    firstMinute = await watchFirstMinute(tocsin, watched);
    // What the other tests look at: where it is not there, each of them would say so in its own way.
    const { incidents } = await told<{ incidents: { incidentId: string; priority: string }[] }>('/v1/incidents');
    const { alerts } = await told<{ alerts: { alertId: string; scope: string }[] }>('/v1/alerts?state=firing');
    const [gravest] = incidents.filter(({ priority }) => priority === 'P0');
    const [alert] = alerts.filter(({ scope }) => scope === 'release_region');
    if (gravest === undefined || alert === undefined) throw new Error('no incident of P0, or no alert of a release');
    [incidentId, alertId] = [gravest.incidentId, alert.alertId];
  }, PREPARED_MS_MAX);
  afterAll(() => tocsin.close());

  it('R20–R22: answers the six questions of the first minute to a screen reader, each within 60 s of event time', () => {
    const { answeredBefore, answeredAfterS, unanswered, spoken } = firstMinute;
    expect(answeredBefore).toEqual([]);
    expect({ unanswered, spoken }).toEqual({ unanswered: [], spoken: '' });
    expect(Object.keys(answeredAfterS).toSorted()).toEqual(Object.keys(SIX_QUESTIONS).toSorted());
  });

  it('what it shows is what REST says of the same moment', async () => {
    await tocsin.play(7);
    await tocsin.isCurrent(watched);
    const missing = await stillMissing(async () => {
      const impact = await told<ImpactAnswer>('/v1/impact');
      const { fleet, regions } = await told<{ fleet: HealthAnswer; regions: readonly HealthAnswer[] }>('/v1/fleet');
      const { reason } = (await incident()) as unknown as IncidentAnswer;
      const { customers } = await told<{
        customers: readonly { name: string; failing: number; dollarsPerMinute: number }[];
      }>(`/v1/incidents/${incidentId}/customers?limit=50`);
      expect(customers.length).toBeGreaterThan(3);
      const spoken = await watched.spoken();
      const verdict = `success ${percent(fleet.success)}, ${whole(impact.affectedCustomers)} customers, score ${whole(impact.score)}, ${dollars(impact.dollarsPerMinute)} a minute`;
      const where = partOf(spoken, '- region "Where"');
      const { windows: pops } = await told<{ windows: readonly PopAnswer[] }>(
        `/v1/windows?family=pop&stepMs=60000&${closedMinuteOf(tocsin.site.server.nowMs)}`,
      );
      expect(pops.length).toBeGreaterThan(3);
      return [
        ...tilesOf(fleet, impact).filter((text) => !spoken.includes(text)),
        ...[...regionRowsOf(regions, impact)]
          .map(([region, text]) => String.raw`row "${region} \S+ ${exact(text)}"`)
          .filter((row) => !new RegExp(row).test(where)),
        ...pops.map(popRowOf).filter((row) => !new RegExp(row).test(where)),
        ...(partOf(spoken, '- region "Verdict"').includes(verdict) ? [] : [verdict]),
        ...(partOf(spoken, '- region "What the automation does"').includes(reason.text) ? [] : [reason.text]),
        ...customers
          .map(({ name, failing, dollarsPerMinute }) => {
            return String.raw`row "${name} \d ${exact(`${percent(100 * failing)} ${dollars(dollarsPerMinute)}`)}"`;
          })
          .filter((row) => !new RegExp(row).test(spoken)),
      ];
    });
    expect(missing).toEqual([]);
  });

  it('begins all six answers above the fold of a screen, and has the act beside its evidence', async () => {
    const { page } = watched;
    await page.setViewportSize(SCREEN);
    const headings = await page.locator('.now').getByRole('heading', { level: 2 }).all();
    const ends = new Map<string, number>();
    for (const heading of headings) {
      const box = await heading.boundingBox();
      ends.set((await heading.textContent()) ?? '', box === null ? Infinity : box.y + box.height);
    }
    await page.setViewportSize({ ...SCREEN, height: 1_000 });
    expect([...ends.keys()].toSorted()).toEqual(ANSWERS.toSorted());
    expect([...ends].filter(([, end]) => end > SCREEN.height)).toEqual([]);
    const rollBack = page
      .getByRole('region', { name: 'What changed' })
      .getByRole('button', { name: `Roll back ${NEXT.softwareVersion}` });
    await rollBack.waitFor();
    expect(await rollBack.getAttribute('title')).toMatch(/^As viewer you may not /);
  });

  it('R93: Customers, open since before the outage, says who is hurt and where as REST does', async () => {
    const { shown, told: expected } = await rooms.customersSay(customersTab, tocsin);
    expect(shown).toEqual(expected);
  });

  it('Fleet and a node show what REST says, and a link into the middle of the record opens it', async () => {
    const tab = await tocsin.tab(watched.page.context());
    await tab.signIn(tocsin.keyOf('viewer'), '/fleet');
    const { shown, told: expected } = await rooms.fleetSays(tab, tocsin);
    expect(shown).toEqual(expected);
    await rooms.standsAround(tab, 20);
    await tab.page.close();
  });

  it('a silence says before it is pressed what it would hold back, and axe finds nothing in its form', async () => {
    const tab = await tocsin.tab(await tocsin.window({ bypassCSP: true }));
    await tab.signIn(tocsin.keyOf('operator'), `/alerts/${alertId}`);
    const { shown, told: expected } = await rooms.silenceSays(tab, tocsin, alertId);
    expect(shown).toEqual(expected);
    expect(await rooms.violationsOf(tab.page)).toEqual({ light: [], dark: [] });
    await tab.page.close();
  });

  it('to a viewer every act is shown, cannot be done, and says why', async () => {
    const tab = await tocsin.tab(watched.page.context());
    await tab.signIn(tocsin.keyOf('viewer'));
    for (const path of [`/incidents/${incidentId}`, '/rollouts/rollout-2021', `/alerts/${alertId}`]) {
      await tab.page.goto(path);
      const acts = tab.page.getByRole('group', { name: 'Acts' });
      await acts.waitFor();
      const buttons = await acts.getByRole('button').filter({ hasNotText: 'Export' }).all();
      expect(buttons.length).toBeGreaterThan(0);
      for (const button of buttons) {
        expect(await button.getAttribute('aria-disabled')).toBe('true');
        const why = await tab.page.locator(`[id="${await button.getAttribute('aria-describedby')}"]`).textContent();
        expect(why).toMatch(/^As viewer you may not /);
        await button.click({ force: true });
      }
      expect(await tab.page.getByRole('dialog').count()).toBe(0);
    }
    await tab.page.close();
  });

  it('an operator acknowledges by the keyboard alone, and silences, and REST says so', async () => {
    const tab = await tocsin.tab(operator);
    const { page } = tab;
    await tab.signIn(tocsin.keyOf('operator'), `/incidents/${incidentId}`);
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).waitFor();
    await page.keyboard.press('a');
    await tab.type(page.getByRole('dialog').getByLabel('Note (optional)'), 'looking at it');
    await tab.press(page.getByRole('dialog').getByRole('button', { name: 'Acknowledge' }));
    await page.getByText('Acknowledged.').waitFor();
    expect(await incident()).toMatchObject({ status: 'acknowledged', owner: 'operator:test operator' });
    await watched.page.getByRole('region', { name: 'Who has it' }).getByText('by operator:test operator').waitFor();
    await page.goto(`/alerts/${alertId}`);
    expect(await tab.act('Silence', { Minutes: '30', Why: 'it is known' })).toEqual([]);
    await page.getByText('Silenced.').waitFor();
    // It is in force after 3 s, so that everybody who reads the log knows of it.
    await tocsin.play(7);
    const { alert } = await told<{ alert: { rule: string; key: string; reason: { text: string } } }>(
      `/v1/alerts/${alertId}`,
    );
    const { silences } = await told<{ silences: readonly Record<string, unknown>[] }>('/v1/silences');
    expect(silences).toMatchObject([{ status: 'active', comment: 'it is known' }]);
    const [release, region] = alert.key.split('|');
    expect(silences[0]?.['where']).toEqual({ rule: [alert.rule], release: [release], region: [region] });
    await page.goto('/alerts');
    const rows = page.getByRole('table', { name: 'Alerts' }).getByRole('row');
    await rows.filter({ hasText: alert.reason.text }).first().waitFor();
    await until('all alerts are listed', async () => {
      return (await rows.count()) === 1 + (await told<{ alerts: readonly unknown[] }>('/v1/alerts')).alerts.length;
    });
    await page.close();
  });

  it('he sees what a rollback would do, types the version without a mouse, and it is done', async () => {
    const { site } = tocsin;
    const [node] = site.fleet.in('us-west').slice(2);
    if (node === undefined) throw new Error('there is no third node');
    // A name that a pattern of HTML cannot hold.
    const release = { ...OTHER, softwareVersion: `${OTHER.softwareVersion}-rc.1` };
    node.release = release;
    const rollout = { rolloutId: 'rollout-2', service: 'dns', release, previous: GOOD, stage: 'canary' };
    await site.server.signal({ type: 'deploy', ...rollout, nodes: [node.nodeId], atUs: site.server.nowMs * 1_000 });
    await site.told('operator', '/v1/automation/rate-resets', { service: 'dns', comment: 'another release' });
    await tocsin.play(14);
    const tab = await tocsin.tab(operator);
    await tab.signIn(tocsin.keyOf('operator'), '/rollouts/rollout-2');
    const { gates } = await told<{ gates: readonly { because: string; tests: readonly { detail: string }[] }[] }>(
      '/v1/rollouts/rollout-2/gates',
    );
    expect(gates.length).toBeGreaterThan(0);
    const measured = gates.flatMap(({ because, tests }) => [because, ...tests.map(({ detail }) => detail)]);
    const evidence = ['on 1 node, meant for every node', ...measured];
    const missing = await stillMissing(async () => {
      const shown = await tab.spoken();
      return evidence.filter((text) => !shown.includes(text));
    });
    expect(missing).toEqual([]);
    const { preview } = await site.told('operator', '/v1/rollouts/rollout-2/rollback/preview', {});
    await tab.press(tab.page.getByRole('button', { name: 'Roll back v2.1.7-rc.1' }));
    const dialog = tab.page.getByRole('dialog');
    const said = dialog.getByRole('group', { name: 'Preview' });
    await said
      .getByText(`in ${preview.waves.length} waves of ${preview.waves.join(', ')} nodes; first ${node.nodeId}`)
      .waitFor();
    for (const { rail, detail } of preview.binding as readonly { rail: string; detail: string }[])
      expect(await said.textContent()).toContain(`holds ${rail.replaceAll('_', ' ')}: ${detail}`);
    await tab.type(dialog.getByLabel('Why'), 'a hunch');
    await tab.type(dialog.getByLabel('to confirm'), 'v2.1.6');
    await tab.press(dialog.getByRole('button', { name: 'Roll back v2.1.7-rc.1' }));
    await dialog.getByText('Not done: what was typed is not v2.1.7-rc.1').waitFor();
    expect((await site.ask('viewer', `/v1/rollbacks/${preview.rollbackId}`)).status).toBe(404);
    await tab.type(dialog.getByLabel('to confirm'), 'v2.1.7-rc.1');
    await tab.press(dialog.getByRole('button', { name: 'Roll back v2.1.7-rc.1' }));
    await dialog.waitFor({ state: 'detached' });
    const request = { by: 'operator:test operator', comment: 'a hunch' };
    expect(await told(`/v1/rollbacks/${preview.rollbackId}`)).toMatchObject({ rollback: { request } });
    await tocsin.play(7);
    expect(await told(`/v1/rollbacks/${preview.rollbackId}`)).toMatchObject({
      rollback: { status: 'running', refusals: [] },
    });
    expect(site.deploys.nodesOf('rollback', preview.rollbackId as string)).toEqual([node.nodeId]);
    await tab.page.getByText('A rollback of it is running.').waitFor();
    await tab.page.close();
  });

  describe('twenty tabs', () => {
    let tabs: readonly Tab[];
    const allShow = (text: string) =>
      Promise.all(tabs.map(({ page }) => page.getByRole('region', { name: 'Who has it' }).getByText(text).waitFor()));
    const handOver = (to: string) => tocsin.site.told('operator', `/v1/incidents/${incidentId}/hand-over`, { to });

    beforeAll(async () => {
      const window = await tocsin.window();
      await window.addInitScript(`sessionStorage.setItem('tocsin.key', '${tocsin.keyOf('viewer')}')`);
      tabs = await Promise.all(Array.from({ length: TABS }, () => tocsin.tab(window)));
      for (let from = 0; from < TABS; from += TABS_AT_ONCE)
        await Promise.all(tabs.slice(from, from + TABS_AT_ONCE).map(({ page }) => page.goto('/')));
      await handOver('Eve');
      await allShow('by Eve');
    }, PREPARED_MS_MAX);

    it('stay live, over one socket each', async () => {
      await handOver('Ana');
      await allShow('by Ana');
      await tocsin.play(3);
      await Promise.all(tabs.map((tab) => tocsin.isCurrent(tab)));
      expect(tabs.map(({ sockets }) => sockets.filter(({ isOpen }) => isOpen).length)).toEqual(tabs.map(() => 1));
    });

    it('say that their line is lost, look like it, and are healed without a gap and without being loaded again', async () => {
      tocsin.line.break();
      const lost = tabs.map(({ page }) => page.getByRole('alert').getByText('Not connected').waitFor());
      await Promise.all([...lost, watched.page.getByRole('alert').getByText('Not connected').waitFor()]);
      for (const { page } of tabs) await page.locator('.now.stale').waitFor();
      await handOver('Ben');
      await tocsin.play(3);
      tocsin.line.mend();
      await allShow('by Ben');
      await Promise.all([...tabs, watched].map((tab) => tocsin.isCurrent(tab)));
      for (const tab of [...tabs, watched]) {
        await tab.page.locator('.now.stale').waitFor({ state: 'detached' });
        expect(tab.documents).toBe(1);
        const heard = (): readonly number[] => tab.sockets.flatMap(({ positions }) => positions);
        await until('it has heard every event', async () => heard().at(-1) === (await tocsin.head()));
        expect(heard()).toEqual(heard().map((_, index) => (heard()[0] ?? 0) + index));
      }
    });

    it('look stale when nothing comes any more, though the line holds', async () => {
      const [first] = tabs;
      if (first === undefined) throw new Error('there is no tab');
      tocsin.line.silence();
      // What was on its way may still come, and be new: then it is the next twenty seconds that show.
      let aheadS = 0;
      await until('it says so', async () => {
        aheadS += 20;
        await first.page.context().clock.setFixedTime(tocsin.site.server.nowMs + aheadS * 1_000);
        // Or that nobody answers, where that took a busy machine so long.
        const stale = first.page.getByText(/Stale: [24]0 s old|Not connected for/);
        return stale.waitFor({ timeout: SEEN_MS }).then(
          () => true,
          () => false,
        );
      });
      await first.page.locator('.now.stale').waitFor();
      await tocsin.site.server.play(1);
      tocsin.line.speak();
      await first.page.getByText(/Live, \d+ s old/).waitFor();
      await first.page.locator('.now.stale').waitFor({ state: 'detached' });
      expect(first.documents).toBe(1);
    });

    afterEach(() => {
      tocsin.line.mend();
      tocsin.line.speak();
    });
    afterAll(async () => {
      await Promise.all(tabs.map(({ page }) => page.close()));
      // Of the line that broke.
      for (const tab of tocsin.tabs) tab.forgive(/WebSocket connection|net::ERR_/);
    });
  });

  it(
    'axe finds nothing on any route, in light and in dark',
    async () => {
      // What axe is loaded by is what the policy of the page forbids.
      const window = await tocsin.window({ bypassCSP: true });
      const { page } = await tocsin.tab(window);
      const examples: Readonly<Record<string, string>> = {
        '/incidents/$id': `/incidents/${incidentId}`,
        '/rollouts/$id': '/rollouts/rollout-2021',
        '/alerts/$id': `/alerts/${alertId}`,
        '/audit/$position': '/audit/1',
        '/customers/$id': '/customers/c1',
        '/fleet/$id': '/fleet/us-west-3',
      };
      const paths = ROUTES.map((route) => (route.includes('$') ? examples[route] : route));
      expect(ROUTES.filter((_, index) => paths[index] === undefined)).toEqual([]);
      expect(ROUTES.length).toBeGreaterThanOrEqual(12);
      const violations: Record<string, unknown> = {};
      const look = async (path: string): Promise<void> => {
        await page.getByRole('heading', { level: 1 }).waitFor();
        await until(`${path} is read`, async () => (await page.getByText(/^Reading /).count()) === 0);
        for (const [colorScheme, found] of Object.entries(await rooms.violationsOf(page)))
          violations[`${path} ${colorScheme}`] = found;
      };
      await page.goto('/');
      await look('sign-in');
      await window.addInitScript(`sessionStorage.setItem('tocsin.key', '${tocsin.keyOf('operator')}')`);
      for (const path of paths) {
        await page.goto(path ?? '');
        await look(path ?? '');
      }
      const looked = ['sign-in', ...paths].flatMap((path) => [`${path} light`, `${path} dark`]);
      expect(violations).toEqual(Object.fromEntries(looked.map((name) => [name, []])));
      await page.close();
    },
    AXE_MS_MAX,
  );

  it('nothing left the host, nothing was forbidden, refused or complained of', () => {
    const host = new URL(tocsin.line.url).host;
    expect(tocsin.tabs.length).toBeGreaterThan(TABS);
    for (const { hosts, complaints, refusals } of tocsin.tabs)
      expect({ hosts: [...hosts], complaints, refusals }).toEqual({ hosts: [host], complaints: [], refusals: [] });
  });
});
