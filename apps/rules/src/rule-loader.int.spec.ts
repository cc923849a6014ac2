import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '#config';
import { event, streamOf, TICK_MS } from '#contracts';
import { createLogger, systemClock } from '#runtime';
import {
  createEventStore,
  createRuleSetRepository,
  type CustomerRow,
  type EventStore,
  type RuleSetRepository,
} from '#store';
import { openTestDatabase, type TestDatabase, until } from '#testing';
import { createRuleLoader, LEAD_TICKS } from './rule-loader.js';
import { readRulesSettings } from './rules.config.js';

const NOW_MS = Date.UTC(2021, 6, 22, 11, 47);
const rule = (fires: string): string =>
  `rules: [{alert: a, signal: success_rate, window: 1m, fires: "${fires}", severity: warning}]\n`;

let db: TestDatabase;
let store: EventStore;
let ruleSets: RuleSetRepository;
beforeEach(async () => {
  db = await openTestDatabase();
  store = createEventStore(db.database, () => NOW_MS);
  ruleSets = createRuleSetRepository(db.database);
});
afterEach(() => db.close());

/** A process: its own copy of the files, and what it said. */
const processWith = (text: string, customers: readonly CustomerRow[] = [], more: Environment = {}) => {
  const path = join(mkdtempSync(join(tmpdir(), 'rules-')), 'own.yml');
  const write = (next: string): void => writeFileSync(path, next);
  write(text);
  const warnings: string[] = [];
  const warn = (...[, said]: readonly unknown[]): void => void warnings.push(String(said));
  const loader = createRuleLoader({
    eventStore: store,
    ruleSets,
    catalogue: { current: () => ({ version: 1, nodes: [], customers, registry: [] }) },
    clock: { nowMs: () => NOW_MS, sleep: systemClock.sleep },
    logger: Object.assign(createLogger('silent'), { warn, error: () => undefined }),
    settings: readRulesSettings({ RULES: path, ...more }),
  });
  return { loader, path, write, warnings };
};
const types = async (): Promise<readonly string[]> => (await store.readAll(0, 100)).map(({ event: { type } }) => type);

describe('loading rules', () => {
  it('R13: the first set decides from the first tick, and what is in force is not loaded again', async () => {
    const { loader } = processWith(rule('< 99 %'));
    await loader.load();
    await loader.load();
    await loader.reload('test');
    expect(await types()).toEqual(['RulesLoaded']);
    expect(await ruleSets.latest()).toMatchObject({ version: 1, fromTick: 0, ruleCount: 1, loadedBy: 'rules' });
  });

  it('a changed file is a further version, from a tick a little ahead, and a restart with others too', async () => {
    const { loader, write } = processWith(rule('< 99 %'));
    await loader.load();
    write(rule('< 98 %'));
    await loader.reload('test');
    await processWith(rule('< 97 %')).loader.load();
    const now = NOW_MS / TICK_MS;
    const found = (await ruleSets.history.list({ limit: 5 })).map(({ version, fromTick }) => [version, fromTick - now]);
    expect(found).toEqual([
      [3, LEAD_TICKS + 1],
      [2, LEAD_TICKS],
      [1, -now],
    ]);
    const since = async (tick: number) => (await ruleSets.since(tick)).map(({ version }) => version);
    expect([await since(0), await since(now + LEAD_TICKS), await since(now + 2 * LEAD_TICKS)]).toEqual([
      [1, 2, 3],
      [2, 3],
      [3],
    ]);
  });

  it('a file that is wrong changes nothing: the old set stays, and what is wrong is told until it is right', async () => {
    const { loader, path, write } = processWith(rule('< 99 %'));
    await loader.load();
    write(`${rule('< 98 %')}impct: {}\n`);
    await loader.reload('test');
    await loader.reload('test');
    expect(await types()).toEqual(['RulesLoaded', 'RulesRefused']);
    const said = `${path}:2:1: impct: there is no such key; did you mean impact?`;
    expect(loader.refused()).toBe(`the files are refused, the set in force stays: ${said}`);
    expect(await ruleSets.reload()).toMatchObject({ refusedProblems: [`${said}\n    impct: …\n    ^`] });
    expect(await ruleSets.latest()).toMatchObject({ version: 1, ruleSet: { rules: [{ threshold: 99 }] } });
    write(rule('< 98 %'));
    await loader.reload('test');
    expect([loader.refused(), await ruleSets.reload()]).toMatchObject([undefined, { refusedProblems: null }]);
    expect(await ruleSets.latest()).toMatchObject({ version: 2, ruleSet: { rules: [{ threshold: 98 }] } });
  });

  it('a set tells for how long waves are watched, so that a replay knows it', async () => {
    await processWith(rule('< 99 %')).loader.load();
    expect((await ruleSets.latest())?.ruleSet).not.toHaveProperty('verifyMs');
    const hasty = (): Promise<void> => processWith(rule('< 99 %'), [], { ROLLBACK_VERIFY_MS: '3000' }).loader.load();
    await hasty();
    await hasty();
    expect(await ruleSets.latest()).toMatchObject({ version: 2, ruleSet: { verifyMs: 3_000 } });
  });

  const wrong = 'rules: [{alert: a}]\n';
  const refusal = async () => (await ruleSets.reload())?.refusedProblems ?? null;

  it('files that go back to what is in force are refused no longer, though nothing is loaded', async () => {
    const { loader, write } = processWith(rule('< 99 %'));
    await loader.load();
    write(wrong);
    await loader.reload('test');
    expect(await refusal()).not.toBeNull();
    write(rule('< 99 %'));
    await loader.reload('test');
    await loader.reload('test');
    expect([loader.refused(), await refusal()]).toEqual([undefined, null]);
    expect(await types()).toEqual(['RulesLoaded', 'RulesRefused', 'RulesUnchanged']);
    write(wrong);
    await loader.reload('test');
    expect(await refusal()).not.toBeNull();
  });

  it('a start with what is in force ends a refusal; a copy whose files were never wrong does not', async () => {
    const { loader, write } = processWith(rule('< 99 %'));
    const copy = processWith(rule('< 99 %'));
    await loader.load();
    await copy.loader.load();
    write(wrong);
    await loader.reload('test');
    await copy.loader.reload('test');
    expect(await refusal()).not.toBeNull();
    await processWith(rule('< 99 %')).loader.load();
    expect(await refusal()).toBeNull();
  });

  it('of processes side by side one loads, whoever is asked', async () => {
    const both = [processWith(rule('< 99 %')), processWith(rule('< 99 %'))];
    await Promise.all(both.map(({ loader }) => loader.load()));
    expect(await types()).toEqual(['RulesLoaded']);
    for (const { loader, write } of both) {
      write(rule('< 90 %'));
      loader.follow();
    }
    const asked = {
      stream: streamOf.rulesReload,
      expectedVersion: 0,
      events: [event('RulesReloadAsked', { at: NOW_MS })],
    };
    await store.append([asked], { actor: 'admin:alice', cause: 'test' });
    await until('the files were read', async () => (await ruleSets.latest())?.version === 2);
    for (const { loader } of both) await loader.stop();
    expect(await types()).toEqual(['RulesLoaded', 'RulesReloadAsked', 'RulesLoaded']);
  });

  it('R13: says which customers are not judged, in the log and as a notice', async () => {
    const customers = Array.from({ length: 1_200 }, (_unused, index) => {
      return { customerId: `c${index}`, name: 'C', tier: 'tier3', critical: false, zones: [] } as const;
    });
    const selecting = 'where: {tier: "*"}, for_each: [customer], severity';
    const { loader, warnings } = processWith(rule('< 99 %').replace('severity', selecting), customers);
    expect(loader.unjudged()).toBeUndefined();
    await loader.load();
    const message = '1200 customers fit; it judges 1000 of them, by tier and id, and never the other 200';
    expect(warnings).toEqual([`rules: customers are not judged: ${message}`]);
    expect(loader.unjudged()).toMatch(new RegExp(`: ${message}$`));
  });

  it('says which selectors fit nothing, and loads the set', async () => {
    const selecting = 'where: {region: mars}, for_each: [region], severity';
    const { loader, warnings } = processWith(rule('< 99 %').replace('severity', selecting));
    await loader.load();
    expect(warnings).toEqual(['rules: a selector fits nothing: no region is like mars']);
    expect(await types()).toEqual(['RulesLoaded']);
  });
});
