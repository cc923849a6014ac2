/** How often somebody may come: `perSecond` over time, and what gathers in `windowS` seconds at once. Both are whole numbers. */
export interface RateLimit {
  readonly perSecond: number;
  readonly windowS: number;
}

/** What somebody may still send. */
export interface Bucket {
  /** Thousandths of a request, so that every millisecond adds a whole number: nothing is lost to rounding. */
  readonly level: number;
  /** When it was so, ms since the epoch. */
  readonly atMs: number;
}

/** What became of a request. */
export interface Taken {
  readonly bucket: Bucket;
  readonly isTaken: boolean;
  /** Whole requests that may still come now. */
  readonly remaining: number;
  /** Until another one may come, ms; 0: now. */
  readonly nextInMs: number;
  /** Until all of them may come again, ms. */
  readonly fullInMs: number;
}

const ONE = 1_000;

/** Requests that may come at once. */
export const quotaOf = ({ perSecond, windowS }: RateLimit): number => perSecond * windowS;

/** The bucket of somebody who was not seen for a while. */
export const fullBucket = (limit: RateLimit, nowMs: number): Bucket => ({ level: quotaOf(limit) * ONE, atMs: nowMs });

/**
 * Takes one request out of a bucket, if there is one. A refused request costs nothing: whoever keeps asking is answered as soon as one
 * may come. A clock that went back adds nothing and takes nothing away.
 */
export const takeOne = (bucket: Bucket, limit: RateLimit, nowMs: number): Taken => {
  const elapsedMs = Math.max(0, nowMs - bucket.atMs);
  const full = quotaOf(limit) * ONE;
  const level = Math.min(full, bucket.level + elapsedMs * limit.perSecond);
  const isTaken = level >= ONE;
  const left = isTaken ? level - ONE : level;
  return {
    bucket: { level: left, atMs: Math.max(nowMs, bucket.atMs) },
    isTaken,
    remaining: Math.floor(left / ONE),
    nextInMs: left >= ONE ? 0 : Math.ceil((ONE - left) / limit.perSecond),
    fullInMs: Math.ceil((full - left) / limit.perSecond),
  };
};
