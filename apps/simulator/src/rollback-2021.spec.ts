import { dayOf2021, struckNodes } from './decisions.fixture.js';
import { all, type EventTimeDay } from './event-time-day.fixture.js';
import { buildFleet } from './fleet.js';
import { commanded, sinceFailure } from './rollout-day.fixture.js';

const LEAD_S = 60;
const fleet = buildFleet(48);

/** The release on a quarter of the fleet, and waves verified for as long as shipped. */
const playRecovery = (): EventTimeDay => {
  const day = dayOf2021(fleet, 20_210_722, 50);
  day.play(LEAD_S, 1_000);
  day.corrupt(struckNodes(fleet));
  day.play(60);
  return day.play(600, 1_000);
};

describe('the day with the bad release on a quarter of the fleet, as in 2021', () => {
  const day = playRecovery();
  const after = (type: Parameters<typeof day.all>[0]): number => sinceFailure(day, day.all(type)[0]?.atMs);

  it('R104: it is detected within 30 s, and paged within 45 s', () => {
    expect(after('AlertFired')).toBeLessThan(30);
    expect(sinceFailure(day, day.pages()[0]?.atMs)).toBeLessThan(45);
    expect(after('IncidentDeclared')).toBeLessThan(45);
  });

  it('within a minute it is known what explains it', () => {
    const proved = day.all('IncidentCausesRanked').find(({ data }) => data.causes[0]?.verdict === 'proved');
    expect(sinceFailure(day, proved?.atMs)).toBeLessThan(60);
    expect(proved?.data.causes[0]?.explained).toBeGreaterThan(0.9);
  });

  it('R106: the rollout is frozen in the tick of the decision', () => {
    expect(day.all('RolloutHalted').map(({ atMs }) => atMs)).toEqual(
      day.all('RollbackDecided').map(({ atMs }) => atMs),
    );
  });

  it('R107: wave 1 is commanded within 90 s, and the whole of the release is off the fleet within ten minutes', () => {
    expect(after('WaveCommanded')).toBeLessThan(90);
    expect(day.all('RollbackDecided')).toHaveLength(1);
    expect(after('RollbackCompleted')).toBeLessThan(600);
    expect(commanded(day)).toEqual(struckNodes(fleet).toSorted());
  });

  it('R32: each wave is verified by its own telemetry over a minute before the next one is commanded', () => {
    const verified = all(day.told, 'WaveVerified');
    const later = all(day.told, 'WaveCommanded').slice(1);
    expect(verified.map(({ data }) => data.wave)).toEqual(verified.map((_, index) => index + 1));
    expect(verified).toHaveLength(all(day.told, 'RollbackDecided')[0]?.data.waves.length ?? -1);
    later.forEach(({ atMs }, index) => expect(atMs).toBe(verified[index]?.atMs));
    const commandedMs = all(day.told, 'WaveCommanded').map(({ atMs }) => atMs);
    verified.forEach(({ atMs }, index) => expect(atMs - (commandedMs[index] ?? Infinity)).toBeGreaterThan(60_000));
  });
});
