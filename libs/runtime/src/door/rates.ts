import type { FastifyReply } from 'fastify';
import { refuse, type Refusal } from '#contracts';
import { type Bucket, fullBucket, quotaOf, type RateLimit, type Taken, takeOne } from './token-bucket.js';

/**
 * What is counted apart: what people and programs look at, what they do, what machines tell; per caller. And per address, there being no
 * caller: what proves itself without a key, and what shows none that is good.
 */
export const RATE_CLASSES = ['view', 'act', 'telemetry', 'proved', 'stranger'] as const;
/** One of them. */
export type RateClass = (typeof RATE_CLASSES)[number];
/** What may come of each. */
export type RateLimits = Readonly<Record<RateClass, RateLimit>>;

/**
 * Buckets remembered: a node each of a large fleet, as keys are, and as much again; some 4 MB. Beyond it the one that was used longest ago is
 * forgotten, and its owner begins with a full one: whoever commands so many addresses is not held by a limit per address.
 */
const BUCKETS_MAX = 40_000;

const secondsOf = (ms: number): number => Math.ceil(ms / 1_000);

/** Who may send how much, in this process alone: of several copies each counts for itself. */
export class Rates {
  private readonly buckets = new Map<string, Bucket>();
  private readonly policies: Readonly<Record<RateClass, string>>;

  constructor(
    private readonly limits: RateLimits,
    private readonly nowMs: () => number,
    private readonly bucketsMax = BUCKETS_MAX,
  ) {
    const policy = (name: RateClass): [RateClass, string] => [
      name,
      `"${name}";q=${quotaOf(limits[name])};w=${limits[name].windowS}`,
    ];
    this.policies = Object.fromEntries(RATE_CLASSES.map(policy)) as Record<RateClass, string>;
  }

  /** Counts a request of somebody; undefined: it may come. Says in headers what may still come, as draft-ietf-httpapi-ratelimit-headers-10. */
  spend(name: RateClass, who: string, reply?: FastifyReply): Refusal | undefined {
    const taken = this.take(name, who);
    void reply?.header('ratelimit-policy', this.policies[name]);
    void reply?.header('ratelimit', `"${name}";r=${taken.remaining};t=${secondsOf(taken.fullInMs)}`);
    if (taken.isTaken) return undefined;
    void reply?.header('retry-after', String(secondsOf(taken.nextInMs)));
    const { perSecond } = this.limits[name];
    return refuse('RATE_LIMITED', `${name}: ${perSecond} a second; try again in ${secondsOf(taken.nextInMs)} s`);
  }

  /** Whether the next request of somebody would be one too many. */
  isSpent(name: RateClass, who: string): boolean {
    const bucket = this.buckets.get(`${name} ${who}`);
    return bucket !== undefined && !takeOne(bucket, this.limits[name], this.nowMs()).isTaken;
  }

  private take(name: RateClass, who: string): Taken {
    const key = `${name} ${who}`;
    const [limit, nowMs] = [this.limits[name], this.nowMs()];
    const taken = takeOne(this.buckets.get(key) ?? fullBucket(limit, nowMs), limit, nowMs);
    // Set anew at the end: the first of the map is the one that was used longest ago.
    this.buckets.delete(key);
    this.buckets.set(key, taken.bucket);
    const oldest = this.buckets.size > this.bucketsMax ? this.buckets.keys().next().value : undefined;
    if (oldest !== undefined) this.buckets.delete(oldest);
    return taken;
  }
}
