import { type Rule, ruleOf, type Signal } from '#contracts';
import { EngineStory, type StoryOptions } from '#testing';

const REGIONS = ['europe', 'us-east'];
const PACK = { comparison: 'above', windowMs: 60_000, severity: 'critical' } as const;
const rule = (own: Partial<Rule> & Pick<Rule, 'signal' | 'threshold'>): Rule =>
  ruleOf({ ...PACK, scopes: ['fleet'], name: own.signal, ...own });

/** Two regions of two PoPs with three nodes each. */
const build: StoryOptions['build'] = (fleet) => {
  for (const region of REGIONS)
    for (let index = 0; index < 6; index += 1) {
      const pop = `${region}-${index % 2}`;
      fleet.add({ nodeId: `${region}-n${index}`, pop, region, release: 'v1+c1', qps: 2_000 });
    }
};
const story = (...rules: readonly Rule[]): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'delta', name: 'Delta', tier: 'tier1', critical: false }],
    build,
    rules,
  });
const fired = (told: EngineStory, name: string): number | undefined =>
  told.firstS('AlertFired', (data) => data.rule === name && data.scope === 'fleet');
const fail = ({ fleet }: EngineStory, region: string, failing: number): void => {
  for (const node of fleet.nodes) if (node.region === region) Object.assign(node, { failing });
};
const signalOf = (customer: Partial<Signal>): Signal =>
  ({
    type: 'customer_escalation',
    escalationId: 'case-1',
    customerId: 'delta',
    severity: 'critical',
    state: 'opened',
    atUs: 1,
    ...customer,
  }) as Signal;

describe('signals, read by the engine', () => {
  it('R14, R15, R57: a region that fails is seen as failures, as a spike of its customer, and by name; healthy time is none', () => {
    const told = story(
      rule({ signal: 'failure_rate', threshold: 10 }),
      rule({ signal: 'customer_error_rate_spike', threshold: 500, outcomesMin: 50 }),
      rule({ signal: 'failing_regions', threshold: 0 }),
    );
    told.play(20);
    expect(told.all('AlertFired')).toEqual([]);
    fail(told, 'us-east', 0.77);
    told.play(30);
    expect(fired(told, 'customer_error_rate_spike')).toBeLessThan(21);
    expect(fired(told, 'failing_regions')).toBeLessThan(23);
    // 38.5 % of all fail; of a window of 60 s a tenth has failed after 16 s.
    expect(fired(told, 'failure_rate')).toBeGreaterThan(34);
    expect(fired(told, 'failure_rate')).toBeLessThan(37.5);
  });

  it('R9, R105: a quarter of the inventory that falls silent is known within a minute', () => {
    const told = story(rule({ signal: 'silent_share', threshold: 20 }));
    told.play(10);
    expect(fired(told, 'silent_share')).toBeUndefined();
    for (const node of told.fleet.nodes.slice(0, 3)) node.silent = true;
    told.play(40);
    expect(fired(told, 'silent_share')).toBeLessThan(10 + 60);
    expect(told.all('AlertFired')).toContainEqual(
      expect.objectContaining({ rule: 'silent_share', scope: 'fleet', reason: expect.objectContaining({ value: 25 }) }),
    );
  });

  it('R8: clients that go elsewhere are a drop, and those that come are a surge', () => {
    const drop = rule({ name: 'drop', signal: 'traffic_change', comparison: 'below', threshold: 70, windowMs: 10_000 });
    const surge = rule({ name: 'surge', signal: 'traffic_change', threshold: 150, windowMs: 10_000 });
    const lost = story(drop, surge);
    lost.play(10);
    expect(lost.all('AlertFired')).toEqual([]);
    for (const node of lost.fleet.nodes) Object.assign(node, { qps: 1_000 });
    lost.play(12);
    expect([fired(lost, 'drop'), fired(lost, 'surge')]).toEqual([expect.any(Number), undefined]);
    const gained = story(drop, surge);
    for (const node of gained.fleet.nodes) Object.assign(node, { qps: 4_000 });
    gained.play(12);
    expect([fired(gained, 'drop'), fired(gained, 'surge')]).toEqual([undefined, expect.any(Number)]);
  });

  it('R16: more than a thousand tickets a minute page once, also when the process restarts in between', () => {
    const told = story(rule({ signal: 'support_tickets', threshold: 1_000 }));
    told.fleet.signals.push({ type: 'tickets', count: 900, atUs: 1 });
    told.play(10);
    expect(fired(told, 'support_tickets')).toBeUndefined();
    told.restart();
    told.fleet.signals.push({ type: 'tickets', count: 200, atUs: 1 });
    told.play(5);
    told.restart();
    told.play(5);
    expect(told.all('AlertFired').filter(({ scope }) => scope === 'fleet')).toHaveLength(1);
    expect(fired(told, 'support_tickets')).toBeLessThan(11);
  });

  it('R34: an escalation that was opened is open after a restart, and is opened and closed once', () => {
    const told = story(rule({ signal: 'customer_escalations', threshold: 0 }));
    told.fleet.signals.push(signalOf({}));
    told.play(2);
    told.restart();
    told.fleet.signals.push(signalOf({}));
    told.play(2);
    expect(told.all('CustomerEscalationOpened')).toHaveLength(1);
    expect(told.all('AlertFired').filter(({ scope }) => scope === 'fleet')).toHaveLength(1);
    told.fleet.signals.push(signalOf({ state: 'closed' } as Partial<Signal>));
    told.play(12);
    told.restart();
    told.play(2);
    expect(told.all('CustomerEscalationClosed')).toHaveLength(1);
    expect(told.all('AlertResolved').length).toBe(told.all('AlertFired').length);
  });

  it('R20: what is read after a restart fires and resolves at the same moments as without one', () => {
    const moments = (isRestarted: boolean) => {
      const told = story(
        rule({ signal: 'success_rate', comparison: 'below', threshold: 99.5 }),
        rule({ name: 'burn', signal: 'burn_rate', threshold: 14.4, windowMs: 3_600_000, objective: 0.999 }),
        rule({ signal: 'outcome_share', threshold: 5 }),
      );
      told.play(5);
      fail(told, 'europe', 0.5);
      told.play(20);
      if (isRestarted) told.restart();
      fail(told, 'europe', 0.0005);
      told.play(75);
      return told.told.map(({ afterS, event }) => [afterS, event.type]);
    };
    expect(moments(true)).toEqual(moments(false));
    expect(moments(false).map(([, type]) => type)).toContain('AlertResolved');
  });
});
