import { endsOfRuns, readCapture } from './capture.fixture.js';
import { naiveSuccess, ratePerS, type Replay, replay, type ReplayOptions } from './replay.fixture.js';

const capture = readCapture('knot-crashloop');
const { outcomes, probes } = capture;
const timesOf = (name: string): readonly number[] =>
  capture.events.filter(({ event }) => event === name).map(({ atUs }) => atUs);
const [startUs = NaN] = timesOf('start');
const [crashUs = NaN, secondCrashUs = NaN] = timesOf('segv');
const [restartUs = NaN] = timesOf('restart');
const lastRestartUs = timesOf('restart').at(-1) ?? NaN;
/** Ten minutes like the first healthy seconds. */
const seededPerS = ratePerS(outcomes, startUs + 1_000_000, crashUs - 300_000);

const pagesOf = ({ all }: Replay) => all('AlertFired').filter(({ data }) => data.severity === 'critical');
const pagedUs = (told: Replay): number => pagesOf(told)[0]?.atUs ?? NaN;

const VIEWS: readonly (readonly [string, ReplayOptions, byUs: number])[] = [
  ['frames and probes', { outcomes, probes, hasHeartbeats: true, seededPerS }, restartUs],
  [
    'frames and closed connections',
    { outcomes, hasHeartbeats: true, seededPerS, crashesUs: timesOf('segv') },
    restartUs,
  ],
  // A first silence of 1.5 s may be a receiver that restarts; a second one is not.
  ['frames and heartbeats alone', { outcomes, hasHeartbeats: true, seededPerS }, secondCrashUs + 1_500_000],
  ['frames alone', { outcomes, seededPerS }, secondCrashUs + 1_500_000],
  ['probes alone', { probes }, restartUs],
];

describe('the captured crash loop', () => {
  it('R61: the server reports 97.3 to 97.7 % of success all the while', () => {
    for (const endUs of [lastRestartUs, lastRestartUs + 500_000]) {
      const percent = naiveSuccess(outcomes, crashUs, endUs);
      expect(percent).toBeGreaterThan(97.3);
      expect(percent).toBeLessThan(97.7);
    }
  });

  it.each(VIEWS)('%s: a page in time, none before the crash, and one incident for four crashes', (_, options, byUs) => {
    const told = replay(capture, options);
    expect(told.told.filter(({ atUs }) => atUs <= crashUs)).toEqual([]);
    expect(pagedUs(told)).toBeGreaterThan(crashUs);
    expect(pagedUs(told)).toBeLessThan(byUs);
    expect(pagedUs(told) - crashUs).toBeLessThan(10_000_000);
    expect(pagesOf(told)[0]?.data).toMatchObject({ rule: 'node_outage', scope: 'node' });
    expect(told.all('IncidentOpened')).toHaveLength(1);
    expect(told.all('AlertFired').filter(({ data }) => data.rule === 'node_outage')).toHaveLength(1);
    const resolved = told.all('AlertResolved').map(({ atUs }) => atUs);
    expect(resolved.filter((atUs) => atUs < lastRestartUs)).toEqual([]);
  });

  it('R61: three restarts page as a loop, in the same incident', () => {
    const told = replay(capture, { outcomes, hasHeartbeats: true, seededPerS, crashesUs: timesOf('segv') });
    const loops = told.all('AlertFired').filter(({ data }) => data.rule === 'restart_loop');
    expect(loops).toMatchObject([{ data: { scope: 'node', severity: 'critical', reason: { value: 3 } } }]);
    expect(told.all('AlertJoinedIncident')).toMatchObject([{ data: { rule: 'restart_loop' } }]);
  });

  it('one file of frames shows where each connection closed without STOP', () => {
    const ends = endsOfRuns(outcomes);
    expect(ends).toHaveLength(4);
    ends.forEach((endUs, nth) => expect(Math.abs(endUs - (timesOf('segv')[nth] ?? NaN))).toBeLessThan(300_000));
  });

  it('names what it saw', () => {
    const told = replay(capture, { outcomes, probes, hasHeartbeats: true, seededPerS });
    expect(pagesOf(told)[0]?.data.reason.text).toMatch(
      /^node edge-eu-1a-knot outage: the rate collapsed and probes fail: silent for 0\.75 s, \d+ of \d+ expected outcomes/,
    );
  });
});
