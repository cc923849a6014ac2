import { EngineStory, obey, ORIGIN_MS, type StoryOptions } from '#testing';
import type { CatalogueCustomer } from './catalogue.js';
import { DEFAULT_RULES } from '#testing';

const GOOD = 'v2.1.4+c41';
const BAD = 'v2.1.5+c42';
const REGIONS = ['us-east', 'us-west', 'europe', 'asia'];

/** 12 nodes in each region, 4 in each PoP. */
const NODES_PER_REGION = 12;

const buildNodes = (): StoryOptions['build'] => (fleet) => {
  for (const region of REGIONS) {
    for (let index = 0; index < NODES_PER_REGION; index += 1) {
      const pop = `${region}-${Math.floor(index / 4)}`;
      fleet.add({ nodeId: `${pop}-n${index % 4}`, pop, region, release: GOOD });
    }
  }
};

const customers = (count: number, tier: CatalogueCustomer['tier'] = 'tier1'): CatalogueCustomer[] =>
  Array.from({ length: count }, (_, index) => ({
    customerId: `customer-${index}`,
    name: `Customer ${index}`,
    tier,
    critical: false,
  }));

const story = (options: Partial<StoryOptions> = {}): EngineStory =>
  new EngineStory({
    customers: customers(3, 'tier3'),
    build: buildNodes(),
    settings: { verifyMs: 10_000 },
    ...options,
  });

/** Puts the bad release on the first nodes of each region: the deploy signal, healthy until it fails. */
const deploy = (told: EngineStory, share: number, regions: readonly string[] = REGIONS): readonly string[] => {
  const nodes = regions.flatMap((region) =>
    told.fleet.nodes.filter((node) => node.region === region).slice(0, Math.round(NODES_PER_REGION * share)),
  );
  for (const node of nodes) node.release = BAD;
  const nodeIds = nodes.map(({ nodeId }) => nodeId);
  told.fleet.signals.push({
    type: 'deploy',
    rolloutId: 'rollout-1',
    service: 'dns',
    release: { softwareVersion: 'v2.1.5', configRev: 'c42' },
    previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    stage: 'batch-1',
    nodes: nodeIds,
    atUs: 0,
  });
  return nodeIds;
};

/** The study's fault: 77 % of what the bad release answers fails. */
const fail = (told: EngineStory, failing = 0.77, timeouts = 0.5): void => {
  for (const node of told.fleet.nodes) {
    if (node.release === BAD) Object.assign(node, { failing, timeouts });
  }
};

const fleetRule = (rule: string) => (data: { rule: string; scope: string }) =>
  data.rule === rule && data.scope === 'fleet';
const cohortRule = (rule: string) => (data: { rule: string; scope: string }) =>
  data.rule === rule && data.scope === 'release_region';

/** Whether an alert is one of the rule pack: silence has alerts of its own, and the verdict of a gate stays what it is without data. */
const isOfOutcomes = ({ rule, reason }: { rule: string; reason: { signal: string } }): boolean =>
  reason.signal !== 'presence' && rule !== 'rollout_gate';

describe('a healthy fleet', () => {
  it('decides nothing but that a rollout began, and what it is judged by', () => {
    const told = story();
    deploy(told, 0.25);
    told.play(60);
    expect(told.told.map(({ event }) => event.type)).toEqual(['RolloutStarted', 'GateMeasured']);
  });
});

describe('the table of requirements §2', () => {
  it('B5, R17, C6: at 25 % the window of R17 trips after 3 s, of R26 after 31 s, both for the fleet', () => {
    const told = story({ rules: DEFAULT_RULES.map((rule) => ({ ...rule, fastPath: false })) });
    deploy(told, 0.25);
    told.play(10);
    fail(told);
    told.play(40);
    const since = (rule: string): number => (told.firstS('AlertFired', fleetRule(rule)) ?? NaN) - 10;
    expect(since('dns_resolution_success_rate')).toBeCloseTo(3.0, 0);
    expect(since('rollback_success_rate')).toBeCloseTo(31, 0);
    expect(since('rollback_error_rate_spike')).toBeLessThanOrEqual(1.0);
    expect(told.firstS('AlertFired')).toBeLessThan(10 + 0.75);
    expect(told.all('AlertFired')[0]).toMatchObject({ scope: 'release_region' });
  });

  it('B5, R28: at 1 % the cohort fires first, the success page of the fleet stays silent, the spike follows', () => {
    const told = story();
    for (const node of told.fleet.nodes) Object.assign(node, { qps: 2_000 });
    // Three of 48 nodes, with so little traffic that it is 1 % of all.
    const nodes = new Set(deploy(told, 0.25, ['us-east']));
    for (const node of told.fleet.nodes) if (nodes.has(node.nodeId)) Object.assign(node, { qps: 303 });
    told.play(10);
    fail(told);
    told.play(90);
    // That the nodes of the rollout lost their traffic is no part of this: warnings about nodes are left out.
    const cohorts = told.all('AlertFired').filter(({ scope }) => scope !== 'node');
    expect((cohorts[0]?.at ?? NaN) - ORIGIN_MS).toBeLessThan(12_000);
    expect(cohorts[0]).toMatchObject({ scope: 'release_region', key: `${BAD}|us-east` });
    expect(told.firstS('AlertFired', fleetRule('dns_resolution_success_rate'))).toBeUndefined();
    expect(told.firstS('AlertFired', fleetRule('rollback_success_rate'))).toBeUndefined();
    const spike = (told.firstS('AlertFired', fleetRule('rollback_error_rate_spike')) ?? NaN) - 10;
    expect(spike).toBeGreaterThan(15);
    expect(spike).toBeLessThan(20);
    // Long before the 30 min of a canary are over, and of it alone.
    const [rollback, ...others] = told.all('RollbackDecided');
    expect(others).toEqual([]);
    expect((rollback?.at ?? NaN) - ORIGIN_MS).toBeLessThan(60_000);
    expect(new Set(rollback?.waves.flat())).toEqual(nodes);
  });
});

describe('two rollouts under way', () => {
  const OTHER = 'v2.1.6+c43';
  /** The bad release on the first three nodes of each region; then, nearer to the fault, another one on the next three. */
  const twoRollouts = (): { readonly told: EngineStory; readonly bad: ReadonlySet<string> } => {
    const told = story();
    const bad = new Set(deploy(told, 0.25));
    told.play(10);
    const others = REGIONS.flatMap((region) => told.fleet.nodes.filter((node) => node.region === region).slice(3, 6));
    for (const node of others) node.release = OTHER;
    told.fleet.signals.push({
      type: 'deploy',
      rolloutId: 'rollout-2',
      service: 'dns',
      release: { softwareVersion: 'v2.1.6', configRev: 'c43' },
      previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
      stage: 'batch-1',
      nodes: others.map(({ nodeId }) => nodeId),
      atUs: 0,
    });
    told.play(10);
    return { told, bad };
  };

  it('B20: the bad one is rolled back, on its nodes alone', () => {
    const { told, bad } = twoRollouts();
    fail(told);
    told.play(60);
    const [rollback, ...others] = told.all('RollbackDecided');
    expect(others).toEqual([]);
    expect(rollback).toMatchObject({ from: { softwareVersion: 'v2.1.5', configRev: 'c42' } });
    expect(new Set(rollback?.waves.flat())).toEqual(bad);
  });

  it('B20: none is, when every release fails alike', () => {
    const { told } = twoRollouts();
    for (const node of told.fleet.nodes) Object.assign(node, { failing: 0.5, timeouts: 0.5 });
    told.play(60);
    expect(told.all('IncidentOpened').length).toBeGreaterThan(0);
    expect(told.all('RollbackDecided')).toEqual([]);
  });
});

describe('a rollback', () => {
  const outage = (settings = { verifyMs: 10_000 }): EngineStory => {
    const told = story({ settings });
    deploy(told, 0.25);
    told.play(10);
    fail(told);
    return told;
  };

  it('R29, R32, R41: is decided once, halts the rollout, goes in three verified waves, and everything resolves', () => {
    const told = outage();
    told.onDecided = obey(told, 3);
    told.play(180);
    expect(told.all('RollbackDecided')).toHaveLength(1);
    expect(told.firstS('RollbackDecided')).toBeLessThan(10 + 5);
    // Before the rails let anything be rolled back.
    expect(told.firstS('RolloutHalted')).toBeLessThanOrEqual(told.firstS('RollbackDecided') ?? NaN);
    expect(told.firstS('CommandIssued')).toBe(told.firstS('RollbackDecided'));
    expect(told.all('RollbackDecided')[0]?.waves.map((wave) => wave.length)).toEqual([2, 1, 9]);
    expect(told.all('WaveVerified')).toHaveLength(3);
    expect(told.all('RollbackCompleted')).toHaveLength(1);
    expect(told.all('RolloutRolledBack')).toHaveLength(1);
    expect(told.all('IncidentOpened')).toHaveLength(1);
    expect(told.all('IncidentResolved')).toHaveLength(1);
    expect(told.all('AlertResolved')).toHaveLength(told.all('AlertFired').length);
    expect(told.all('RollbackRefused')).toEqual([]);
    const generations = told.all('CommandIssued').map(({ command }) => command.generation);
    expect(generations).toEqual([...generations].sort((a, b) => a - b));
    expect(new Set(generations).size).toBe(3);
  });

  it('R29: the first trigger of the listed order that holds is the trigger, the others are evidence', () => {
    const told = outage();
    told.play(5);
    const [decided] = told.all('RollbackDecided');
    // Ten seconds after the deployment the cohort's windows are short: R26 and R28 hold in the same tick.
    expect(decided?.trigger.rule).toBe('rollback_success_rate');
    expect(decided?.evidence.map(({ rule }) => rule)).toContain('rollback_error_rate_spike');
  });

  it('R28, R29: a release that was long healthy is caught by the spike, before R26 can hold', () => {
    const told = story();
    deploy(told, 0.25);
    told.play(125);
    fail(told);
    told.play(5);
    expect(told.all('RollbackDecided')).toMatchObject([{ trigger: { rule: 'rollback_error_rate_spike' } }]);
    expect(told.firstS('AlertFired', cohortRule('rollback_success_rate'))).toBeUndefined();
  });

  it('RAIL-9: one that does not help stops after wave 1', () => {
    const told = outage();
    told.onDecided = obey(told, 3, 0.77);
    told.play(200);
    expect(told.all('CommandIssued')).toHaveLength(1);
    expect(told.all('RollbackStopped')).toMatchObject([{ because: expect.stringContaining('wave 1: not verified') }]);
    expect(told.all('RollbackCompleted')).toEqual([]);
    expect(told.all('RollbackDecided')).toHaveLength(1);
  });

  it('R32: one that nobody answers stops when its command has expired', () => {
    const told = outage();
    told.play(130);
    expect(told.all('RollbackStopped')).toMatchObject([
      { because: 'wave 1: 2 of 2 nodes did not answer within 120 s' },
    ]);
    expect(told.all('CommandIssued')).toHaveLength(1);
  });

  it('RAIL-2: without a control group it is refused, once for each rail', () => {
    const told = story();
    deploy(told, 1);
    told.play(10);
    fail(told);
    told.play(30);
    expect(told.all('RollbackDecided')).toEqual([]);
    const rails = told.all('RollbackRefused').map(({ rollbackId, rail }) => `${rollbackId} ${rail}`);
    expect(rails.some((each) => each.endsWith('control_group'))).toBe(true);
    expect(new Set(rails).size).toBe(rails.length);
  });

  it('R41: what a rail refuses to roll back is brought to no more nodes either', () => {
    const told = story({ attestedFor: [] });
    told.play(5);
    deploy(told, 0.1, ['us-east']);
    fail(told);
    told.play(30);
    expect(told.all('RollbackDecided')).toEqual([]);
    expect(told.all('RollbackRefused').map(({ rail }) => rail)).toContain('target');
    expect(told.all('RolloutHalted')).toHaveLength(1);
  });

  it('RAIL-3: without a deploy signal it is refused', () => {
    const told = story();
    for (const node of told.fleet.nodes.slice(0, 4)) node.release = BAD;
    told.play(10);
    fail(told);
    told.play(30);
    expect(told.all('CommandIssued')).toEqual([]);
    expect(told.all('RollbackRefused').map(({ rail }) => rail)).toContain('cause_link');
  });
});

describe('no data', () => {
  /** Longer than the five minutes after which a node is forgotten. */
  const LONG_S = 320;

  it('B4: is unknown; nothing resolves because telemetry stopped, and the same episode goes on when it returns', () => {
    const told = story();
    deploy(told, 0.25);
    told.play(10);
    fail(told);
    told.play(40);
    const fired = told.all('AlertFired').filter(isOfOutcomes).length;
    for (const node of told.fleet.nodes) node.silent = true;
    told.play(LONG_S);
    expect(told.all('AlertFired').filter(isOfOutcomes)).toHaveLength(fired);
    expect(told.all('AlertBecameUnknown')).toHaveLength(fired);
    expect(told.all('AlertResolved')).toEqual([]);
    expect(told.all('IncidentResolved')).toEqual([]);
    for (const node of told.fleet.nodes) node.silent = false;
    told.play(40);
    expect(told.all('AlertResumed').length).toBeGreaterThan(0);
    const episodes = told
      .all('AlertFired')
      .filter(isOfOutcomes)
      .map(({ rule, scope, key }) => `${rule} ${scope} ${key}`);
    expect(new Set(episodes).size).toBe(episodes.length);
  });

  it('B4: the bad nodes fall silent: their cohort is unknown, the healthy rest resolves nothing of it', () => {
    const told = story();
    deploy(told, 0.25);
    told.play(10);
    fail(told);
    told.play(20);
    for (const node of told.fleet.nodes) if (node.release === BAD) node.silent = true;
    told.play(LONG_S);
    const resolved = new Set(told.all('AlertResolved').map(({ alertId }) => alertId));
    const cohorts = told.all('AlertFired').filter(cohortRule('rollback_error_rate_spike'));
    expect(cohorts).toHaveLength(4);
    expect(cohorts.filter(({ alertId }) => resolved.has(alertId))).toEqual([]);
    expect(told.all('IncidentResolved')).toEqual([]);
  });
});

describe('customer impact', () => {
  const impactAlerts = (count: number, rule: string): number => {
    const told = story({ customers: customers(count) });
    deploy(told, 0.25);
    told.play(10);
    fail(told);
    told.play(30);
    return told.all('AlertFired').filter(fleetRule(rule)).length;
  };

  it('C1, R27: 5 tier-1 customers do not trip 500, 6 do', () => {
    expect(impactAlerts(5, 'rollback_customer_impact')).toBe(0);
    expect(impactAlerts(6, 'rollback_customer_impact')).toBe(1);
  });

  it('C1, R18: 10 tier-1 customers do not trip 1000, 11 do', () => {
    expect(impactAlerts(10, 'customer_impact_score')).toBe(0);
    expect(impactAlerts(11, 'customer_impact_score')).toBe(1);
  });

  it('B9, C2: the incident tells customers and money within 15 s, at most each 5 s', () => {
    const told = story({ customers: customers(4) });
    deploy(told, 0.25);
    told.play(10);
    fail(told);
    told.play(30);
    const [first] = told.all('IncidentImpactChanged');
    expect(first?.impact).toMatchObject({ affectedCustomers: 4, score: 400, dollarsPerMinute: 200_000 });
    expect(told.firstS('IncidentImpactChanged')).toBeLessThan(10 + 15);
    expect(told.all('IncidentImpactChanged').length).toBeLessThan(6);
  });
});

describe('determinism', () => {
  const day = (restartsAtS: readonly number[] = []): EngineStory => {
    const told = story();
    told.onDecided = obey(told, 3);
    const play = (seconds: number): void => {
      const endS = told.afterS + seconds;
      for (const cutS of restartsAtS.filter((each) => each > told.afterS && each < endS)) {
        told.play(cutS - told.afterS);
        told.restart();
      }
      told.play(endS - told.afterS);
    };
    play(5);
    deploy(told, 0.25);
    play(5);
    fail(told);
    play(120);
    return told;
  };

  it('P6: the same ticks give the same decisions, and B2: so do restarts at any tick', () => {
    const whole = day().told;
    expect(whole.map(({ event }) => event.type)).toContain('IncidentResolved');
    expect(day().told).toEqual(whole);
    // In two days, since a restart could mend what the one right before it lost.
    for (const cutsS of [
      [5.25, 11.25, 26.75],
      [10.5, 14, 60],
    ])
      expect(day(cutsS).told).toEqual(whole);
  });
});
