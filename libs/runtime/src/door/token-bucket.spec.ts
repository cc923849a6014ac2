import fc from 'fast-check';
import { type Bucket, fullBucket, type RateLimit, takeOne } from './token-bucket.js';

const limit: fc.Arbitrary<RateLimit> = fc.record({
  perSecond: fc.integer({ min: 1, max: 20_000 }),
  windowS: fc.integer({ min: 1, max: 60 }),
});
/** Waits between requests, ms: none, a few, a window. */
const waits = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 70_000 })), {
  maxLength: 60,
});

/**
 * Which requests are taken, in exact whole numbers and another way: a request is taken when, for every moment since the start, those that
 * were taken since then are no more than the quota and what came in meanwhile.
 */
const oracle = ({ perSecond, windowS }: RateLimit, times: readonly number[]): readonly boolean[] => {
  const taken: number[] = [];
  return times.map((atMs) => {
    const isTaken = [...taken.keys(), taken.length].every((first) => {
      const since = taken[first] ?? atMs;
      const within = BigInt(taken.length - first + 1) * 1_000n;
      return within <= BigInt(perSecond * windowS) * 1_000n + BigInt(atMs - since) * BigInt(perSecond);
    });
    if (isTaken) taken.push(atMs);
    return isTaken;
  });
};

const timesOf = (between: readonly number[]): readonly number[] => {
  let atMs = 1_000_000;
  return between.map((wait) => (atMs += wait));
};

const play = (given: RateLimit, times: readonly number[]) => {
  let bucket: Bucket = fullBucket(given, times[0] ?? 0);
  return times.map((atMs) => {
    const taken = takeOne(bucket, given, atMs);
    bucket = taken.bucket;
    return taken;
  });
};

describe('a token bucket', () => {
  it('takes exactly what the limit says', () => {
    const small = fc.record({ perSecond: fc.integer({ min: 1, max: 5 }), windowS: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.oneof(small, limit), waits, (given, between) => {
        const times = timesOf(between);
        expect(play(given, times).map(({ isTaken }) => isTaken)).toEqual(oracle(given, times));
      }),
    );
  });

  it('says the truth of the next request: it is taken then, and not a millisecond earlier', () => {
    const small = fc.record({ perSecond: fc.integer({ min: 1, max: 9 }), windowS: fc.integer({ min: 1, max: 2 }) });
    fc.assert(
      fc.property(small, waits, (given, between) => {
        const times = timesOf(between);
        for (const [at, { bucket, nextInMs, remaining }] of play(given, times).entries()) {
          const nowMs = times[at] ?? 0;
          expect(nextInMs === 0).toBe(remaining > 0);
          expect(takeOne(bucket, given, nowMs + nextInMs).isTaken).toBe(true);
          // A moment earlier, where there is one.
          expect(nextInMs > 0 && takeOne(bucket, given, nowMs + nextInMs - 1).isTaken).toBe(false);
        }
      }),
    );
  });

  it('is full again when it says, and never holds more than its quota', () => {
    fc.assert(
      fc.property(limit, waits, (given, between) => {
        const times = timesOf(between);
        for (const [at, { bucket, fullInMs }] of play(given, times).entries())
          expect(takeOne(bucket, given, (times[at] ?? 0) + fullInMs).remaining).toBe(
            given.perSecond * given.windowS - 1,
          );
      }),
    );
  });

  it('gains nothing from a clock that goes back', () => {
    const given = { perSecond: 1, windowS: 2 };
    const first = takeOne(fullBucket(given, 10_000), given, 10_000);
    const back = takeOne(first.bucket, given, 4_000);
    expect(takeOne(back.bucket, given, 10_999)).toMatchObject({ isTaken: false, nextInMs: 1 });
  });
});
