import { LATENCY_NONE, OUTCOME, RCODE_NONE } from '#contracts';
import { judgeBurst } from './burst.js';
import type { Judgement } from './judge.js';

const answered = (latencyUs: number): Judgement => ({ outcome: OUTCOME.answer, rcode: 0, latencyUs, flags: 4 });
const silent: Judgement = { outcome: OUTCOME.timeout, rcode: RCODE_NONE, latencyUs: LATENCY_NONE, flags: 0 };
const refused: Judgement = { ...silent, outcome: OUTCOME.unreachable };
const unknown: Judgement = { ...silent, outcome: OUTCOME.unknown };
const times = (count: number, judgement: Judgement): Judgement[] => Array.from({ length: count }, () => judgement);

describe('the outcome of a burst', () => {
  it('R43: is good when four of five pass, with the middle of their latencies', () => {
    const passed = [5, 1, 4, 2].map(answered);
    expect(judgeBurst([...passed, silent])).toEqual(answered(4));
    expect(judgeBurst([...passed.slice(1), silent, silent])).toEqual(silent);
  });

  it('is the failure that was most frequent', () => {
    expect(judgeBurst([...times(20, silent), ...times(30, refused)])).toEqual(refused);
    expect(judgeBurst([...times(30, silent), ...times(20, answered(1))])).toEqual(silent);
  });

  it('is judged without what says nothing', () => {
    expect(judgeBurst([...times(40, unknown), answered(7)])).toEqual(answered(7));
    expect(judgeBurst([unknown, unknown])).toEqual(unknown);
    expect(judgeBurst([])).toBeUndefined();
  });
});
