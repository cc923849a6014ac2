import { eventDelays, windowDelays } from './event-to-pixel.js';

const AT = Date.parse('2021-07-22T11:47:00.000Z');
const told = (position: number, afterMs: number, stream = 'incident-1') => {
  return { position, stream, recordedAtMs: AT + afterMs };
};
const seen = (position: number, afterMs: number, asOf = '') => ({ position, asOf, at: AT + afterMs });

describe('from an event to a pixel', () => {
  it('is the time to the first state that holds the event', () => {
    const states = [seen(10, 0), seen(12, 300), seen(13, 500)];
    expect(eventDelays([told(11, 100), told(12, 250), told(13, 260)], states, AT + 900)).toEqual([200, 50, 240]);
  });

  it('counts what a page that hangs never showed', () => {
    expect(eventDelays([told(11, 100), told(12, 200)], [seen(10, 0), seen(11, 150)], AT + 60_000)).toEqual([
      50, 59_800,
    ]);
  });

  it('leaves out what came before, and streams that have no place on the page', () => {
    expect(eventDelays([told(9, 0), told(11, 100, 'gateway-1')], [seen(10, 0), seen(12, 200)], AT + 900)).toEqual([]);
  });

  it('counts every window between two states', () => {
    const of = (afterMs: number): string => new Date(AT + afterMs).toISOString();
    expect(windowDelays([seen(1, 3_500, of(0)), seen(2, 4_500, of(1_000)), seen(3, 8_000, of(4_000))])).toEqual([
      500, 1_000, 2_000, 3_000,
    ]);
    expect(windowDelays([seen(1, 3_500)])).toEqual([]);
  });
});
