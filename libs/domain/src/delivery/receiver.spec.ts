import { BREAKER_FAILURES, BREAKER_OPEN_MS, evolveReceiver, receiverState, UNTRIED } from './receiver.js';

const attempted = (changes: Partial<Parameters<typeof evolveReceiver>[1]> = {}) => ({
  outcome: 'retry' as const,
  status: 503,
  dueAtMs: 1_000,
  at: 0,
  ...changes,
});
const after = (...attempts: readonly Parameters<typeof evolveReceiver>[1][]) =>
  attempts.reduce(evolveReceiver, UNTRIED);
const dead = Array.from({ length: BREAKER_FAILURES }, (_, at) => attempted({ at }));

describe('what attempts tell of a receiver', () => {
  it('B11: it is left alone after five failures in a row, and one tries it ten seconds later', () => {
    const almost = after(...dead.slice(1));
    expect(receiverState(almost, 0)).toBe('closed');
    const open = after(...dead);
    expect(receiverState(open, BREAKER_OPEN_MS + 3)).toBe('open');
    expect(receiverState(open, BREAKER_OPEN_MS + 4)).toBe('half_open');
    expect(receiverState(evolveReceiver(open, attempted({ at: 20_000 })), 29_999)).toBe('open');
  });

  it.each([
    ['accepts', attempted({ outcome: 'delivered', status: 202, dueAtMs: null })],
    ['refuses one', attempted({ outcome: 'gave_up', status: 400, dueAtMs: null })],
    ['has enough', attempted({ status: 429 })],
  ])('a receiver that %s is alive', (_what, answer) => {
    expect(receiverState(after(...dead, answer), 0)).toBe('closed');
  });

  it('what could not be sent says nothing of it, and a lost answer that it fails', () => {
    const unsent = attempted({ outcome: 'gave_up', status: null, dueAtMs: null });
    expect(after(...dead, unsent).failures).toBe(BREAKER_FAILURES);
    expect(after({ ...unsent, isLost: true }).failures).toBe(1);
  });

  it('B11: 429 holds what can wait until its Retry-After, whatever it takes meanwhile', () => {
    const held = after(attempted({ status: 429, dueAtMs: 7_000 }));
    expect(held.heldUntilMs).toBe(7_000);
    expect(evolveReceiver(held, attempted({ outcome: 'delivered', status: 200 }))).toEqual(held);
    // Asked before it said so, and answered after.
    expect(evolveReceiver(held, attempted({ status: 429, dueAtMs: 3_000 })).heldUntilMs).toBe(7_000);
  });
});
