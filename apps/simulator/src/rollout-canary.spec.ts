import { isRefusal, releaseName } from '#contracts';
import { decideRolloutDeclaration, UNKNOWN_ROLLOUT } from '#domain';
import { EventTimeDay } from './event-time-day.fixture.js';
import { BAD_RELEASE, buildFleet } from './fleet.js';
import { BAD_ROLLOUT, beginDay, bring, commanded, sinceFailure } from './rollout-day.fixture.js';

const CANARY = 'iad-01';
/** Of a stage of 30 minutes. */
const BAKED_S = 90;

const playCanary = (): EventTimeDay => {
  const day = new EventTimeDay({ fleet: buildFleet(100), seed: 20_210_722, queriesPerSecond: 50 });
  beginDay(day, BAD_ROLLOUT);
  bring(day, BAD_ROLLOUT, 'canary', [CANARY]);
  day.play(BAKED_S, 1_000);
  day.corrupt([CANARY]);
  day.play(120);
  return day;
};

describe('the day with the bad release at 1 %', () => {
  const day = playCanary();
  const alerts = day.all('AlertFired');
  const bad = releaseName(BAD_RELEASE);

  it('B5: nothing fires before the fault, and the cohort fires first', () => {
    expect(alerts.every(({ atMs }) => sinceFailure(day, atMs) > 0)).toBe(true);
    expect(alerts[0]?.data.key.startsWith(bad)).toBe(true);
    expect(sinceFailure(day, alerts[0]?.atMs)).toBeLessThan(5);
  });

  it('B5: the success page of the fleet stays silent', () => {
    const fleet = alerts.filter(({ data }) => data.scope === 'fleet').map(({ data }) => data.rule);
    expect(fleet).not.toContain('dns_resolution_success_rate');
    expect(day.pages()).toHaveLength(1);
  });

  it('R33: its gate says to roll back within seconds, and the rollout is frozen in the tick of the decision', () => {
    const verdicts = day.all('GateDecided');
    expect(verdicts.map(({ data }) => [data.stage, data.phase, data.verdict])).toEqual([
      ['canary', 'baking', 'roll_back'],
    ]);
    expect(sinceFailure(day, verdicts[0]?.atMs)).toBeLessThan(10);
    expect(day.all('RolloutHalted').map(({ atMs }) => atMs)).toEqual(
      day.all('RollbackDecided').map(({ atMs }) => atMs),
    );
  });

  it('R107: it is rolled back long before its stage ends, and only the node of the canary is commanded', () => {
    const [completed, ...more] = day.all('RollbackCompleted');
    expect(more).toEqual([]);
    expect(sinceFailure(day, completed?.atMs)).toBeLessThan(90);
    expect(commanded(day)).toEqual([CANARY]);
    expect(day.all('CommandIssued')).toHaveLength(1);
    expect(day.node(CANARY).isServing()).toBe(true);
  });

  it('R39: the release is in quarantine: declaring it again is refused, and a tool that brings it all the same is frozen', () => {
    const [quarantined] = day.all('ReleaseQuarantined');
    expect(quarantined?.data.release).toEqual(BAD_RELEASE);
    const again = { ...BAD_ROLLOUT, rolloutId: 'v215-again', nodes: [] };
    const acting = { by: 'deploy:ci', at: day.nowMs };
    const answer = decideRolloutDeclaration(UNKNOWN_ROLLOUT, again, quarantined?.data.because, acting);
    expect(isRefusal(answer) && answer.refused).toBe('RELEASE_QUARANTINED');
    bring(day, again, 'canary', [CANARY]);
    day.play(1);
    const halted = day.all('RolloutHalted').find(({ data }) => data.rolloutId === 'v215-again');
    expect(halted?.data.because).toContain('quarantine');
  });
});
