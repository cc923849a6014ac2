import { event, type NewRollout, type RolloutPlan, type Stage, streamOf } from '#contracts';
import { EventTimeDay } from './event-time-day.fixture.js';
import { buildFleet } from './fleet.js';
import { BAD_ROLLOUT, beginDay, bring, commanded, sinceFailure } from './rollout-day.fixture.js';

const fleet = buildFleet(48);
/** For a quarter of the fleet; what it is not for stays its control. */
const targets = fleet.filter(({ firstCloud }) => firstCloud).map(({ nodeId }) => nodeId);
const gate: Stage['gate'] = { failing: { healthy: 0.003, faulty: 0.01 } };
const plan: RolloutPlan = {
  stages: [
    { name: 'canary', sharePercent: 25, durationMs: 30_000, needsApproval: true, gate },
    { name: 'production', sharePercent: 100, durationMs: 30_000, gate },
  ],
  watchMs: 3_600_000,
};
const wanted: NewRollout = { ...BAD_ROLLOUT, plan, nodes: targets };
const canary = targets.slice(0, 3);

const begin = (): EventTimeDay => {
  const day = new EventTimeDay({ fleet, seed: 7, queriesPerSecond: 50 });
  beginDay(day, wanted);
  bring(day, wanted, 'canary', canary);
  return day.play(10, 1_000);
};

const awaitApproval = (): EventTimeDay => {
  const day = begin();
  expect(day.playUntil('GateDecided', 300, 1_000)).toBe(true);
  expect(day.all('GateDecided')[0]?.data.verdict).toBe('promote');
  return day.play(20, 1_000);
};

const watch = (): EventTimeDay => {
  const day = awaitApproval();
  const { rolloutId } = wanted;
  const approval = { rolloutId, stage: 'canary', by: 'user:ann', note: 'looks well', at: day.nowMs };
  day.record(streamOf.rollout(rolloutId), event('StageApproved', approval));
  day.play(2);
  bring(day, wanted, 'production', targets.slice(3));
  expect(day.playUntil('RolloutCompleted', 300, 1_000)).toBe(true);
  return day.play(120, 1_000);
};

const breach = (day: EventTimeDay, nodes: readonly string[]): EventTimeDay => {
  day.corrupt(nodes);
  return day.play(20).play(400, 1_000);
};

const stopped = (day: EventTimeDay) =>
  day
    .all('GateDecided')
    .filter(({ data }) => data.verdict === 'roll_back')
    .map(({ data }) => data.phase);

describe('a rollout whose release fails', () => {
  it.each([
    ['while a stage bakes', 'baking', begin, canary],
    ['while it waits for an approval', 'approval', awaitApproval, canary],
    ['while it is watched after its last stage', 'watch', watch, targets],
  ] as const)('B7: %s is rolled back, once', (_, phase, play, nodes) => {
    const day = breach(play(), nodes);
    expect(stopped(day)).toEqual([phase]);
    const [decided, ...more] = day.all('RollbackDecided');
    expect(more).toEqual([]);
    expect(sinceFailure(day, decided?.atMs)).toBeLessThan(10);
    expect(day.all('RollbackCompleted')).toHaveLength(1);
    expect(commanded(day)).toEqual([...nodes].toSorted());
    expect(day.all('CommandIssued')).toHaveLength(decided?.data.waves.length ?? -1);
  });

  it('B7: what widened it after it failed is taken back as well, and nothing promotes it again', () => {
    const day = begin();
    day.corrupt(canary);
    expect(day.playUntil('RollbackDecided', 30)).toBe(true);
    day.play(400, 1_000);
    expect(day.all('StagePromoted')).toEqual([]);
    expect(day.all('RolloutRolledBack')).toHaveLength(1);
  });
});
