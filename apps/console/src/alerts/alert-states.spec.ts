import { statesOf } from './alert-states.js';

const T = Date.UTC(2021, 6, 22, 11, 47);
const event = (second: number, type: string) => ({ type, recordedAt: new Date(T + second * 1_000).toISOString() });
const shown = (events: readonly ReturnType<typeof event>[], nowSecond: number) =>
  statesOf(events, T + nowSecond * 1_000).map(({ state, from, to, share }) => [
    state,
    (from - T) / 1_000,
    (to - T) / 1_000,
    share,
  ]);

describe('how an alert went', () => {
  it('is each state for as long as it stood, the last until now', () => {
    const events = [event(0, 'AlertPending'), event(10, 'AlertFired'), event(15, 'AlertFlapping')];
    expect(shown(events, 40)).toEqual([
      ['pending', 0, 10, 0.25],
      ['firing', 10, 40, 0.75],
    ]);
  });

  it('ends when it is resolved, however long ago that was', () => {
    const events = [event(0, 'AlertFired'), event(60, 'AlertRecovering'), event(80, 'AlertResolved')];
    expect(shown(events, 86_400)).toEqual([
      ['firing', 0, 60, 0.75],
      ['recovering', 60, 80, 0.25],
      ['resolved', 80, 80, 0],
    ]);
  });

  it('has no state after it was no alert in the end, until it is one again', () => {
    const events = [event(0, 'AlertPending'), event(5, 'AlertPendingEnded'), event(50, 'AlertFired')];
    expect(shown(events, 55)).toEqual([
      ['pending', 0, 5, 0.5],
      ['firing', 50, 55, 0.5],
    ]);
    expect(shown([event(0, 'AlertFired'), event(9, 'AlertWithdrawn')], 20)).toEqual([['firing', 0, 9, 1]]);
    expect(shown([], 20)).toEqual([]);
  });

  it('is never negative where the clock of the browser is behind', () => {
    expect(shown([event(30, 'AlertFired')], 20)).toEqual([['firing', 30, 30, 0]]);
  });
});
