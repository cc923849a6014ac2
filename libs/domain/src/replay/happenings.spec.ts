import { event, type Event } from '#contracts';
import { differences, type Happening, happeningsOf } from './happenings.js';

const reason = {
  rule: 'r',
  signal: 'success_rate',
  text: 'success 20 % < 99 %',
  value: 20,
  threshold: 99,
  windowMs: 60_000,
  good: 20,
  bad: 80,
  tick: 1,
  coverage: 1,
};
const fired = (alertId: string, at: number): Event =>
  event('AlertFired', { alertId, rule: 'r', scope: 'fleet', key: 'fleet', severity: 'critical', reason, at });
const resolved = (alertId: string, at: number): Event => event('AlertResolved', { alertId, reason, at });
const told = (...events: readonly Event[]): readonly Happening[] =>
  happeningsOf(events.map((each, tick) => ({ tick, stream: 'alert-1', events: [each] })));
const changes = (before: readonly Happening[], after: readonly Happening[]) =>
  differences(before, after).map(({ change, recorded, replayed }) => [change, (replayed ?? recorded)?.action]);

describe('what is other than it was', () => {
  it('names a thing the same under other rules, whatever its id is', () => {
    expect(changes(told(fired('a', 5), resolved('a', 9)), told(fired('b', 5), resolved('b', 9)))).toEqual([
      ['same', 'fires'],
      ['same', 'resolves'],
    ]);
  });

  it('tells what is added, missing, and moved in time, by time', () => {
    expect(changes(told(fired('a', 5)), [])).toEqual([['missing', 'fires']]);
    expect(changes([], told(fired('a', 5)))).toEqual([['added', 'fires']]);
    const moved = differences(told(fired('a', 5), resolved('a', 9)), told(fired('a', 7), resolved('a', 9)));
    expect(moved.map(({ change, recorded, replayed }) => [change, recorded?.atMs, replayed?.atMs])).toEqual([
      ['moved', 5, 7],
      ['same', 9, 9],
    ]);
  });

  it('compares the second firing with the second one', () => {
    const twice = told(fired('a', 5), resolved('a', 9), fired('b', 20));
    expect(changes(twice, told(fired('a', 5), resolved('a', 9)))).toEqual([
      ['same', 'fires'],
      ['same', 'resolves'],
      ['missing', 'fires'],
    ]);
  });
});
