import fc from 'fast-check';
import { event, type Event, type Impact, type Reason, type Rule, ruleOf, type Scope } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { Deciding } from '../rule/deciding.js';
import { NOTHING_DECIDED } from '../rule/decider-state.js';
import { Draft } from '../rule/draft.js';
import { decideQuiet } from '../silence/decide-quiet.js';
import { causeOrder, type Causality, mayCause } from './causality.js';
import { type FailingNode, failingView } from './failing-view.fixture.js';
import { Failures } from './failures.js';
import { decideMembership } from './incident.decide.js';
import { decideRoot, linksOf } from './root.decide.js';
import { TOPOLOGY } from './topology.js';

const SCOPES: readonly Scope[] = [
  'fleet',
  'release',
  'release_region',
  'region',
  'pop',
  'node',
  'customer',
  'partition',
];
const NOBODY: Impact = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
};
const rule = (name: string, component?: string): Rule =>
  ruleOf({
    name,
    signal: 'success_rate',
    comparison: 'below',
    threshold: 99,
    windowMs: 60_000,
    severity: 'critical',
    labels: component === undefined ? {} : { component },
  });
const RULES = [rule('success'), ...TOPOLOGY.map(({ name }) => rule(name, name))];

/** Half of the nodes of us-east run v2, of which most fails. */
const NODES: readonly FailingNode[] = ['us-east', 'europe'].flatMap((region) =>
  [0, 1, 2, 3].map((index) => {
    const isBad = region === 'us-east' && index < 2;
    const pop = `${region}-${index % 2}`;
    return {
      nodeId: `${region}-n${index}`,
      pop,
      region,
      release: isBad ? 'v2' : 'v1',
      good: 230,
      bad: isBad ? 770 : 0,
    };
  }),
);

type Subject = Pick<Alert, 'rule' | 'scope' | 'key'>;

/** An incident's alerts in the making, one tick after the other. */
const createDay = () => {
  const draft = new Draft(NOTHING_DECIDED);
  const told: Event[] = [];
  let at = 1_000_000;
  const add = (events: readonly Event[]): void => {
    draft.add(events);
    told.push(...events);
  };
  const tick = (...fired: readonly Subject[]): void => {
    at += 250;
    const view = failingView(NODES, at);
    const causality: Causality = {
      rules: new Map(RULES.map((each) => [each.name, each])),
      failures: new Failures(view),
      placeOf: view.placeOf,
    };
    const reason = { rule: 'r', signal: 's', text: 't' } as Reason;
    for (const each of fired)
      add([event('AlertFired', { ...each, alertId: `${each.rule} ${each.key}`, severity: 'critical', reason, at })]);
    decideQuiet(draft, { view, rules: RULES, hash: (text: string) => text } as unknown as Deciding, causality, () => 0);
    for (const alert of [...draft.state.alerts.values()].toSorted((a, b) => causeOrder(a, b, causality))) {
      const open = [...draft.state.incidents.values()];
      const opening = () => ({ incidentId: `incident ${alert.alertId}`, title: alert.rule, impact: NOBODY });
      add(decideMembership(alert, open, at, opening, view.placeOf, linksOf(alert, draft.state, causality)));
    }
    for (const incident of draft.state.incidents.values())
      add(decideRoot(incident, draft.state.alerts, causality, (alert) => alert.rule, at));
  };
  return { draft, told, tick };
};

const PATH: readonly Subject[] = [
  { rule: 'success', scope: 'release_region', key: 'v2|us-east' },
  { rule: 'auth', scope: 'region', key: 'us-east' },
  { rule: 'cache', scope: 'region', key: 'us-east' },
  { rule: 'edge', scope: 'pop', key: 'us-east-0' },
  { rule: 'anycast', scope: 'fleet', key: 'fleet' },
];

describe('R3: a fault of a deployment that goes through auth, cache and edge to anycast', () => {
  const orders = [PATH, PATH.toReversed(), [PATH[3]!, PATH[1]!, PATH[4]!, PATH[0]!, PATH[2]!]];
  it.each(orders.map((order) => [order.map((each) => each.rule).join(', '), order] as const))(
    'told in the order %s is one incident, rooted at the deployment, its symptoms inhibited and none of them lost',
    (_names, order) => {
      const day = createDay();
      for (const each of order) day.tick(each);
      day.tick();
      const [incident, ...others] = [...day.draft.state.incidents.values()];
      expect(others).toEqual([]);
      expect(incident).toMatchObject({ suspect: 'v2', subject: { scope: 'release_region', key: 'v2|us-east' } });
      expect(incident?.alertIds.size).toBe(PATH.length);
      expect(incident?.muted).toBeUndefined();
      const { mutes } = day.draft.state.quiet;
      expect([...mutes.keys()].toSorted()).toEqual(
        PATH.slice(1)
          .map((each) => `${each.rule} ${each.key}`)
          .toSorted(),
      );
      for (const mute of mutes.values()) expect(mute.by).toBe('alert');
    },
  );

  it('told at once is named after the deployment', () => {
    const day = createDay();
    day.tick(...PATH.toReversed());
    expect(day.told.filter(({ type }) => type === 'IncidentOpened')).toMatchObject([
      { data: { scope: 'release_region', key: 'v2|us-east' } },
    ]);
    expect(day.told.filter(({ type }) => type === 'IncidentCauseChanged')).toEqual([]);
  });

  it('a symptom comes back when its cause is over and it goes on', () => {
    const day = createDay();
    day.tick(PATH[0]!);
    day.tick({ rule: 'success', scope: 'region', key: 'us-east' });
    const [cause] = day.draft.state.alerts.keys();
    day.draft.add([event('AlertResolved', { alertId: cause ?? '', reason: {} as Reason, at: 1 })]);
    day.tick();
    expect(day.draft.finish().flatMap(({ events }) => events)).toContainEqual(
      event('AlertUnmuted', {
        alertId: 'success us-east',
        because: 'alert success v2|us-east is over',
        at: 1_000_750,
      }),
    );
  });

  it('what fails elsewhere is no symptom of it, and has an incident of its own', () => {
    const day = createDay();
    day.tick(PATH[0]!);
    day.tick({ rule: 'success', scope: 'region', key: 'europe' });
    expect(day.draft.state.incidents.size).toBe(2);
    expect(day.draft.state.quiet.mutes.size).toBe(0);
  });
});

describe('customers', () => {
  it('that fail because of a release belong to its incident; one that fails by itself pages', () => {
    const customers = { shop: { v2: [0, 90], v1: [900, 1] }, bank: { v2: [50, 5], v1: [100, 95] } } as const;
    const failures = new Failures(failingView(NODES, 1, customers));
    const v2 = { scope: 'release', key: 'v2' } as const;
    expect(failures.share(v2, { scope: 'customer', key: 'shop' })).toBeCloseTo(0.99, 2);
    expect(failures.share(v2, { scope: 'customer', key: 'bank' })).toBeCloseTo(0.05, 2);
    expect(failures.share(v2, { scope: 'customer', key: 'nobody' })).toBeUndefined();
  });
});

describe('causes', () => {
  it('come strictly before their symptoms, so that no two alerts explain each other, however many stand between', () => {
    const causality = { rules: new Map(RULES.map((each) => [each.name, each])) };
    const suspect = fc.record({
      rule: fc.constantFrom(...RULES.map(({ name }) => name), 'node_outage', 'telemetry_lost'),
      scope: fc.constantFrom(...SCOPES),
      key: fc.constant('k'),
      severity: fc.constant('critical' as const),
    });
    fc.assert(
      fc.property(suspect, suspect, (a, b) => {
        expect(mayCause(a, b, causality) && causeOrder(a, b, causality) >= 0).toBe(false);
        expect(mayCause(a, b, causality) && mayCause(b, a, causality)).toBe(false);
      }),
    );
  });
});
