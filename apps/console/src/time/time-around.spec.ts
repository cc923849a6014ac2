import { timeAround } from './time-around.js';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 28, 12, minute)).toISOString();
const now = (minute: number): number => Date.parse(at(minute));

describe('the time of an incident', () => {
  it('is from before its onset to after its end', () => {
    expect(timeAround({ onsetAt: at(20), openedAt: at(21), resolvedAt: at(30) }, now(59))).toEqual({
      from: at(10),
      to: at(40),
    });
  });

  it('ends now while it is open, or was over a moment ago, and is never empty', () => {
    expect(timeAround({ onsetAt: null, openedAt: at(20), resolvedAt: null }, now(25))).toEqual({
      from: at(10),
      to: at(25),
    });
    expect(timeAround({ onsetAt: null, openedAt: at(20), resolvedAt: at(24) }, now(25)).to).toBe(at(25));
    expect(timeAround({ onsetAt: null, openedAt: at(20), resolvedAt: null }, now(20)).to).toBe(at(21));
  });
});
