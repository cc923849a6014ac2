import { event, type NewRollout, type RolloutPlan, type Stage, streamOf } from '#contracts';
import { EventTimeDay } from './event-time-day.fixture.js';
import { buildFleet } from './fleet.js';
import { BAD_ROLLOUT, beginDay, commanded } from './rollout-day.fixture.js';

const NODES = 100;
const canary: Stage['gate'] = {
  failing: { healthy: 0.001, faulty: 0.003 },
  customerFailing: { healthy: 0.001, faulty: 0.003 },
};
const wave = (name: string, sharePercent: number): Stage => ({
  name,
  sharePercent,
  durationMs: 20_000,
  gate: { failing: { healthy: 0.003, faulty: 0.01 }, impactScoreMax: 100 },
});

/** The default plan with its gates as they are, in minutes instead of hours. */
const PLAN: RolloutPlan = {
  stages: [
    // The test over customers needs eight minutes of one node with 50 queries a second; twice the duration calls a person.
    { name: 'canary', sharePercent: 1, durationMs: 300_000, gate: canary },
    {
      name: 'early_adopter',
      sharePercent: 5,
      durationMs: 60_000,
      gate: { failing: { healthy: 0.0005, faulty: 0.0015 }, noCustomerEscalations: true },
    },
    wave('production-1', 20),
    wave('production-2', 40),
    wave('production-3', 60),
    wave('production-4', 80),
    wave('production-5', 100),
  ],
  watchMs: 60_000,
};

const HEALTHY: NewRollout = {
  ...BAD_ROLLOUT,
  rolloutId: 'v216',
  release: { softwareVersion: 'v2.1.6', configRev: 'c43' },
  plan: PLAN,
  mode: 'driving',
};

const playDriven = (): EventTimeDay => {
  const day = new EventTimeDay({ fleet: buildFleet(NODES), seed: 1, queriesPerSecond: 50 });
  beginDay(day, HEALTHY);
  day.record(
    streamOf.rollout(HEALTHY.rolloutId),
    event('RolloutStartRequested', { rolloutId: HEALTHY.rolloutId, by: 'user:ann', at: day.nowMs }),
  );
  for (let minute = 0; minute < 20 && day.all('RolloutEnded').length === 0; minute += 1) day.play(60, 1_000);
  return day;
};

describe('a healthy release that Tocsin drives through the whole of the default plan', () => {
  const day = playDriven();

  it('R33-R35: every stage is reached and promoted in its order; then it is watched, and ends', () => {
    const names = PLAN.stages.map(({ name }) => name);
    const [started] = day.all('RolloutStarted');
    expect([started?.data.stage, ...day.all('RolloutStageReached').map(({ data }) => data.stage)]).toEqual(names);
    expect(day.all('StagePromoted').map(({ data }) => data.stage)).toEqual(names);
    const [completed] = day.all('RolloutCompleted');
    const [ended] = day.all('RolloutEnded');
    expect((ended?.atMs ?? 0) - (completed?.atMs ?? Infinity)).toBeGreaterThanOrEqual(PLAN.watchMs ?? Infinity);
  });

  it('R40: at no time more nodes are told to take it than the share of the stage', () => {
    const told = new Set<string>();
    for (const { data } of day.all('StageCommanded')) {
      for (const nodeId of data.nodes) told.add(nodeId);
      const share = PLAN.stages.find(({ name }) => name === data.stage)?.sharePercent ?? 0;
      expect(told.size).toBeLessThanOrEqual((share * NODES) / 100);
    }
    expect(told.size).toBe(NODES);
    expect(commanded(day)).toHaveLength(NODES);
  });

  it('R36: no stage is promoted before its whole duration has passed', () => {
    const reached = [...day.all('RolloutStarted'), ...day.all('RolloutStageReached')];
    for (const { atMs, data } of day.all('StagePromoted')) {
      const since = reached.find((each) => each.data.stage === data.stage)?.atMs ?? Infinity;
      const { durationMs = Infinity } = PLAN.stages.find(({ name }) => name === data.stage) ?? {};
      expect(atMs - since).toBeGreaterThanOrEqual(durationMs);
    }
  });

  it('R37: it is aborted by nothing, pages nobody, and every node runs it', () => {
    for (const type of ['RollbackDecided', 'RollbackRefused', 'RolloutHalted', 'BreakerOpened', 'AlertFired'] as const)
      expect(day.all(type)).toEqual([]);
    expect(day.pages()).toEqual([]);
    const runs = new Set([...day.nodes.values()].map((node) => node.release().softwareVersion));
    expect(runs).toEqual(new Set(['v2.1.6']));
  });
});
