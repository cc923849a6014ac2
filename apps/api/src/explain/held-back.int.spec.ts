import { event, type Event, RULE_SET_EDITION, streamOf } from '#contracts';
import { DEFAULT_RULE_SET, lowSuccess } from '#testing';
import { COHORT, NOW_MS, type ServedApi, serveApi, tellStory } from '../api.fixture.js';
import type { Explanation } from './explanation.js';
import type { WhyNot } from './why-not.js';

/** Pages alone. */
const PAGES = 'dns_resolution_success_rate';
/** Rolls back. */
const RULE = DEFAULT_RULE_SET.rules.find(({ rollbackOrder }) => rollbackOrder !== undefined)?.name ?? '';
const reason = lowSuccess(RULE);
const loaded = event('RulesLoaded', {
  version: 1,
  sha256: 'ab'.repeat(32),
  source: 'rules/default.yml, shipped',
  fromTick: 0,
  ruleSet: { ...DEFAULT_RULE_SET, edition: RULE_SET_EDITION },
  at: 0,
});
const fired = event('AlertFired', {
  alertId: 'al-alone',
  rule: RULE,
  scope: 'release_region',
  key: 'v1|alone',
  severity: 'critical',
  reason,
  at: NOW_MS - 40_000,
});

describe('what kept a rule from acting, and what a gate rests on', () => {
  let served: ServedApi;
  let viewer: string;
  const tell = async (stream: string, expectedVersion: number, ...events: readonly Event[]): Promise<void> => {
    const result = await served.parts.eventStore.append([{ stream, expectedVersion, events }], {
      actor: 'rules',
      cause: 'tick-9',
    });
    expect(result).not.toHaveProperty('conflict');
  };
  const whyNot = async (rule: string, query = ''): Promise<WhyNot> => {
    const { status, body } = await served.send('GET', `/v1/why-not/${rule}${query}`, viewer);
    expect(status).toBe(200);
    return body as unknown as WhyNot;
  };
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
    await tell(streamOf.rules, 0, loaded);
    await tell(streamOf.alert('al-alone'), 0, fired);
  });
  afterAll(() => served.end());

  it('B13: why not: it fired and the kill switch was off, or a breaker open, where nothing was refused', async () => {
    expect((await whyNot(RULE, '?subject=v1%7Calone')).because).not.toContain('kill switch');
    const at = NOW_MS - 20_000;
    const said = { by: 'user:ana', comment: 'we look first', at };
    await tell(streamOf.automation, 0, event('AutomationSwitched', { isOn: false, ...said }));
    const opened = { service: 'dns', because: '3 updates failed', failures: 3, updates: 12, at: NOW_MS - 10_000 };
    await tell(streamOf.breaker('dns'), 0, event('BreakerOpened', opened));
    const found = await whyNot(RULE, '?subject=v1%7Calone');
    expect(found).toMatchObject({ verdict: 'fired', because: expect.stringContaining('stands alone') });
    expect(found.because).toContain(
      'the kill switch is off since 2021-07-22T11:49:40.000Z, and nothing is commanded: ',
    );
    expect(found.because).toContain(
      'since 2021-07-22T11:49:50.000Z the circuit breaker of dns opened: 3 updates failed',
    );
    expect(found.events.map(({ id }) => id)).toEqual(['alert-al-alone@1', 'automation@1', 'breaker-dns@1']);
    const paging = await whyNot(PAGES, `?subject=${encodeURIComponent(COHORT)}`);
    expect([paging.verdict, paging.because]).toEqual(['fired', expect.not.stringContaining('kill switch')]);
    // Before that both were as they should be.
    const before = await whyNot(RULE, `?subject=v1%7Calone&at=${at - 1}`);
    expect([before.verdict, before.because]).toEqual(['fired', expect.not.stringContaining('kill switch')]);
    const closed = event('BreakerClosed', { service: 'dns', because: 'one was healthy', at: NOW_MS - 5_000 });
    await tell(streamOf.breaker('dns'), 1, closed);
    expect((await whyNot(RULE, '?subject=v1%7Calone')).because).not.toContain('breaker');
  });

  it('B13: why not: however much happened, so many events are read and no more', async () => {
    const again = event('AlertResumed', { alertId: 'al-alone', reason, at: NOW_MS - 1_000 });
    await tell(streamOf.alert('al-alone'), 1, ...Array.from({ length: 300 }, () => again));
    const found = await whyNot(RULE, '?subject=v1%7Calone');
    expect(found.events.filter(({ id }) => id.startsWith('alert-'))).toHaveLength(100);
    expect(found.events[99]?.id).toBe('alert-al-alone@301');
  });

  it('B13: the verdict of a gate rests on its tests, as they were', async () => {
    const counts = { cohort: { good: 230, bad: 770 }, control: { good: 9_990, bad: 5 } };
    const test = {
      test: 'failing',
      nats: 6.4,
      stopNats: 6.2,
      promoteNats: -4.6,
      verdict: 'roll_back',
      detail: '77 %',
    } as const;
    const without = {
      ...test,
      test: 'escalations',
      nats: null,
      stopNats: null,
      promoteNats: null,
      detail: '2 are open',
    };
    const decided = event('GateDecided', {
      ...counts,
      rolloutId: 'ro1',
      stage: 'canary',
      phase: 'baking',
      verdict: 'roll_back',
      tests: [test, without],
      because: '77 %',
      at: NOW_MS,
    });
    const version = (await served.parts.eventStore.readStream(streamOf.rollout('ro1'))).length;
    await tell(streamOf.rollout('ro1'), version, decided);
    const { body } = await served.send('GET', '/v1/explain/gate/ro1', viewer);
    const { steps } = body as unknown as Explanation;
    expect(steps.find(({ type }) => type === 'GateDecided')?.evidence).toEqual([
      expect.objectContaining({
        signal: 'gate_failing',
        text: '77 %',
        value: 6.4,
        threshold: 6.2,
        good: 230,
        bad: 770,
      }),
      expect.objectContaining({ signal: 'gate_escalations', text: '2 are open', value: null, threshold: 0 }),
    ]);
  });
});
