import { lookAtStaleness, startStaleness, type StalenessLook, type StalenessTold } from './staleness.js';

const S = 1_000;

/** Looks every two seconds; `endAt` says what is seen at a second. */
const watch = (seconds: number, endAt: (second: number) => number | undefined, isDatabaseAway = false) => {
  let state = startStaleness(0);
  const told: (StalenessTold & { second: number })[] = [];
  for (let second = 2; second <= seconds; second += 2) {
    const look: StalenessLook = { end: endAt(second), isDatabaseAway };
    const after = lookAtStaleness(state, look, second * S);
    state = after.state;
    if (after.told !== undefined) told.push({ ...after.told, second });
  }
  return told;
};

describe('telemetry that is stale', () => {
  it('RR19: is told after 30 s without a tick, once, with what is known', () => {
    const told = watch(200, (second) => (second <= 10 ? second : undefined), true);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ told: 'stale', staleId: 'telemetry-stale-10', second: 40, sinceMs: 10_000 });
    expect(told[0]?.because).toBe(
      'no tick for 30 s: the event log does not answer; the database does not answer either',
    );
  });

  it('says who is silent when the log answers', () => {
    const [told] = watch(60, (second) => Math.min(second, 10));
    expect(told?.because).toBe(
      'no tick for 30 s: the event log answers, and the aggregators tell nothing; the database answers',
    );
  });

  it('is not told at a start without ticks, but after five minutes', () => {
    expect(watch(298, () => 0)).toEqual([]);
    expect(watch(298, () => undefined)).toEqual([]);
    expect(watch(320, () => 0)).toMatchObject([{ told: 'stale', staleId: 'telemetry-stale-unseen-0', second: 300 }]);
    // Of another hour it is another episode, and pages again.
    const later = { ...startStaleness(3_600_000), staleId: undefined };
    const { told } = lookAtStaleness(later, { end: undefined, isDatabaseAway: false }, 3_900_000);
    expect(told?.staleId).toBe('telemetry-stale-unseen-1');
  });

  it('B17: what is seen first has not moved: of a log that stands still a dispatcher that starts says so after 30 s', () => {
    const first = lookAtStaleness(startStaleness(0), { end: 500, isDatabaseAway: false }, 2 * S);
    expect(first.state).toMatchObject({ end: 500, hasMoved: false });
    expect(lookAtStaleness(first.state, { end: 501, isDatabaseAway: false }, 4 * S).state.hasMoved).toBe(true);
    expect(watch(60, () => 500)).toMatchObject([{ told: 'stale', staleId: 'telemetry-stale-500', second: 32 }]);
    // A log that answers late is given its 30 s.
    const late = watch(400, (second) => (second < 290 ? undefined : 500));
    expect(late).toMatchObject([{ told: 'stale', staleId: 'telemetry-stale-500', second: 320 }]);
  });

  it('B17: an open episode of an earlier process is not over by what is seen first', () => {
    const open = { ...startStaleness(0), staleId: 'telemetry-stale-500' };
    const looks = Array.from({ length: 30 }, (_, index) => 2 * (index + 1));
    const end = looks.reduce(
      ({ state }, second) => lookAtStaleness(state, { end: 500, isDatabaseAway: false }, second * S),
      { state: open as ReturnType<typeof startStaleness>, told: undefined as StalenessTold | undefined },
    );
    expect(end).toMatchObject({ state: { staleId: 'telemetry-stale-500', hasMoved: false }, told: undefined });
  });

  it('is over when ticks have come for 10 s, and not at the first', () => {
    const told = watch(200, (second) => (second <= 10 || second >= 100 ? second : 10));
    expect(told.map(({ told: what, second }) => `${what} ${second}`)).toEqual(['stale 40', 'moved 110']);
  });

  it('does not flap: a log that comes and goes is one episode', () => {
    const flapping = (second: number): number => (second <= 10 ? second : Math.floor(second / 12));
    const told = watch(1_000, (second) => (second > 900 ? second : flapping(second) + (second > 10 ? 100 : 0)));
    expect(told.map(({ told: what }) => what)).toEqual([]);
    const slow = watch(1_000, (second) => (second <= 10 ? second : second < 60 ? 10 : Math.floor(second / 8) + 100));
    expect(slow.map(({ told: what, second }) => `${what} ${second}`)).toEqual(['stale 40']);
  });

  it('has the same id wherever it is seen, and another in the next episode', () => {
    const told = watch(400, (second) => (second < 10 || (second > 100 && second < 200) ? second : undefined));
    expect(told.map(({ staleId, told: what }) => `${what} ${staleId}`)).toEqual([
      'stale telemetry-stale-8',
      'moved telemetry-stale-8',
      'stale telemetry-stale-198',
    ]);
  });
});
