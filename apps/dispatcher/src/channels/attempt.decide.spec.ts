import { ATTEMPTS_MAX, type AttemptAnswer, decideAttempt, RETRY_AFTER_MAX_MS, retryAfterMs } from './attempt.decide.js';

const NOW_MS = 1_700_000_000_000;
const answered = (status: number, retryAfter: string | null = null): AttemptAnswer => ({
  kind: 'answered',
  status,
  retryAfter,
  detail: 'x',
});
const MIDDLE = 0.5;

describe('decideAttempt', () => {
  it.each([200, 202, 204])('%i is delivered', (status) => {
    expect(decideAttempt(answered(status), 1, NOW_MS, MIDDLE)).toEqual({
      outcome: 'delivered',
      status,
      detail: 'x',
      dueAtMs: null,
    });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('%i is retried', (status) => {
    expect(decideAttempt(answered(status), 1, NOW_MS, MIDDLE).outcome).toBe('retry');
  });

  it.each([301, 302, 307, 400, 401, 403, 404, 410, 413, 422])('%i is permanent', (status) => {
    expect(decideAttempt(answered(status), 1, NOW_MS, MIDDLE)).toMatchObject({ outcome: 'gave_up', dueAtMs: null });
  });

  it.each(['timeout', 'network'] as const)('a %s is retried: the receiver folds a repetition by its key', (kind) => {
    expect(decideAttempt({ kind, detail: 'x' }, 1, NOW_MS, MIDDLE).outcome).toBe('retry');
  });

  it.each([
    ['later', 'retry'],
    ['refused', 'gave_up'],
    ['gone', 'gave_up'],
  ] as const)('a receiver that says %s: %s, with its own status', (kind, outcome) => {
    const answer = { kind, status: 451, detail: 'x' };
    expect(decideAttempt(answer, 1, NOW_MS, MIDDLE)).toMatchObject({ outcome, status: 451, detail: `${kind}: x` });
  });

  it('what cannot be sent at all is given up at once', () => {
    expect(decideAttempt({ kind: 'unsendable', detail: 'x' }, 1, NOW_MS, MIDDLE).outcome).toBe('gave_up');
  });

  it('waits 1, 2, 4, 8, 15, 30, 30 seconds, with a fifth of jitter both ways', () => {
    const waits = (random: number): number[] =>
      [1, 2, 3, 4, 5, 6, 7].map(
        (attempt) => (decideAttempt(answered(500), attempt, NOW_MS, random).dueAtMs ?? 0) - NOW_MS,
      );
    expect(waits(MIDDLE)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000]);
    expect(waits(0)).toEqual([800, 1_600, 3_200, 6_400, 12_000, 24_000, 24_000]);
  });

  it('Retry-After is never undercut, nor the schedule by it', () => {
    expect(decideAttempt(answered(429, '7'), 1, NOW_MS, 0).dueAtMs).toBe(NOW_MS + 7_000);
    expect(decideAttempt(answered(503, new Date(NOW_MS + 9_000).toUTCString()), 3, NOW_MS, 0).dueAtMs).toBe(
      NOW_MS + 9_000,
    );
    expect(decideAttempt(answered(429, '7'), 6, NOW_MS, MIDDLE).dueAtMs).toBe(NOW_MS + 30_000);
  });

  it.each(['0', new Date(NOW_MS - 60_000).toUTCString()])(
    'Retry-After: %s does not have it tried at once',
    (header) => {
      const dueAt = (attempt: number) => decideAttempt(answered(503, header), attempt, NOW_MS, 0).dueAtMs;
      expect([1, 4].map(dueAt)).toEqual([NOW_MS + 1_000, NOW_MS + 6_400]);
    },
  );

  it('gives up after the last attempt and says so', () => {
    expect(decideAttempt(answered(500), ATTEMPTS_MAX - 1, NOW_MS, MIDDLE).outcome).toBe('retry');
    expect(decideAttempt(answered(500), ATTEMPTS_MAX, NOW_MS, MIDDLE)).toMatchObject({
      outcome: 'gave_up',
      detail: `after ${ATTEMPTS_MAX} attempts: x`,
    });
  });
});

describe('retryAfterMs', () => {
  it.each([
    [null, undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['0', 0],
    ['120', 120_000],
    ['999999999', RETRY_AFTER_MAX_MS],
  ])('%s', (header, expected) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(expected);
  });
});
