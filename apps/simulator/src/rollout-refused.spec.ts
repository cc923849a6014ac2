import { event, type NewRollout, streamOf } from '#contracts';
import { dayOf2021, struckNodes } from './decisions.fixture.js';
import { EventTimeDay } from './event-time-day.fixture.js';
import { BAD_RELEASE, buildFleet } from './fleet.js';
import { isPage } from './pagerduty.js';
import { createRandom, shuffled } from './random.js';
import { attest, BAD_ROLLOUT, bring, sinceFailure } from './rollout-day.fixture.js';

const fleet = buildFleet(48);
const all = fleet.map(({ nodeId }) => nodeId);
const BLIND_SHARE = 0.6;

const pagesOf = (day: EventTimeDay): number => day.pages().filter(isPage).length;
const refusedBy = (day: EventTimeDay): readonly string[] => day.all('RollbackRefused').map(({ data }) => data.rail);

const switchTo = (day: EventTimeDay, isOn: boolean): void => {
  const comment = isOn ? 'the change is over' : 'we move a data centre';
  day.record(streamOf.automation, event('AutomationSwitched', { isOn, by: 'user:ann', comment, at: day.nowMs }));
};

describe('a failing release that must not be rolled back by itself', () => {
  it.each([1, 2, 3])('R32: 60 %% of the telemetry is blind: no command, one page (seed %d)', (seed) => {
    const day = dayOf2021(fleet, seed, 50);
    day.play(20, 1_000);
    for (const nodeId of shuffled(all, createRandom(seed, 'blind')).slice(0, BLIND_SHARE * all.length))
      day.blind.add(nodeId);
    day.play(15, 1_000);
    day.corrupt(struckNodes(fleet));
    day.play(90, 1_000);
    expect(day.all('CommandIssued')).toEqual([]);
    expect(refusedBy(day)).toContain('coverage');
    expect(pagesOf(day)).toBe(1);
  });

  it('R32: every node has it, so nothing shows that it is to blame: no command, one page, and a person is asked', () => {
    const day = new EventTimeDay({ fleet, seed: 1, queriesPerSecond: 50 });
    const wanted: NewRollout = { ...BAD_ROLLOUT, release: BAD_RELEASE };
    attest(day);
    day.play(10, 1_000);
    bring(day, wanted, 'all', all);
    day.play(10, 1_000);
    day.corrupt(all);
    day.play(90, 1_000);
    expect(day.all('CommandIssued')).toEqual([]);
    expect(refusedBy(day)).toContain('control_group');
    expect(pagesOf(day)).toBe(1);
  });

  it('R32: the kill switch is off: no command, one page; switched on while it still fails, the rollback goes', () => {
    const day = dayOf2021(fleet, 1, 50);
    day.play(10, 1_000);
    switchTo(day, false);
    day.play(10, 1_000);
    day.corrupt(struckNodes(fleet));
    day.play(60, 1_000);
    expect(day.all('CommandIssued')).toEqual([]);
    expect(refusedBy(day)).toContain('kill_switch');
    expect(pagesOf(day)).toBe(1);
    const onMs = day.nowMs;
    switchTo(day, true);
    day.play(10);
    expect(day.all('RollbackDecided')).toHaveLength(1);
    expect((day.all('WaveCommanded')[0]?.atMs ?? Infinity) - onMs).toBeLessThan(5_000);
    expect(sinceFailure(day, day.all('RollbackDecided')[0]?.atMs)).toBeGreaterThan(60);
  });
});
