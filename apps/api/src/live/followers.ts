import { isPermitted, isRefusal, type Principal, refuse, type Refusal } from '#contracts';
import type { Authenticator, Clock } from '#runtime';

/** Most connections that follow: each costs a socket, a page and some 20 KiB; beyond it they are refused and come again. */
export const FOLLOWERS_MAX = 1_000;
/** Most of one caller: a quarter, so that a program that leaks connections leaves room for every other. */
export const FOLLOWERS_PER_SUBJECT_MAX = 250;
/** How long a socket may take nothing before it is cut. Its client comes again with its position; nobody was kept waiting. */
export const STUCK_MS_MAX = 10_000;
/** A sign of life: below the idle limits of common proxies (nginx 60 s, balancers of clouds 60 s), with room for one that is lost. */
export const BEAT_EVERY_MS = 15_000;
/** How often keys are looked at again: one that is revoked or over follows this much longer, and what the authenticator keeps, 5 s. */
export const CHECK_EVERY_MS = 5_000;
/** How often somebody looks for who is stuck, who is due a beat, and whose key is due. */
const TURN_EVERY_MS = 1_000;

/** A connection that follows. */
export interface Follower {
  readonly principal: Principal;
  /** What the key was shown in: the value of `Authorization`. */
  readonly authorization: string | undefined;
  /** Since when its socket takes nothing; undefined: it takes what it is sent. */
  readonly stuckSinceMs: () => number | undefined;
  /** Bytes that wait for its socket. */
  readonly bufferedBytes: () => number;
  /** Sends a sign of life. */
  readonly beat: () => void;
  /** Says why, if there is a reason, and ends the connection in order. */
  readonly end: (refusal: Refusal | undefined) => void;
  /** Ends the connection at once: nothing more can be said to it. */
  readonly cut: () => void;
}

/** Everybody who follows: how many there may be, whether they live, and whether they still may. */
export class Followers {
  private readonly followers = new Set<Follower>();
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  /** How many follow. */
  get size(): number {
    return this.followers.size;
  }

  /** How many take nothing at this moment. */
  get stuck(): number {
    return [...this.followers].filter((follower) => follower.stuckSinceMs() !== undefined).length;
  }

  /** Bytes that wait for each socket. */
  get bufferedBytes(): readonly number[] {
    return [...this.followers].map((follower) => follower.bufferedBytes());
  }

  /** Takes a connection in, until `leave` is called; refuses when there are too many. */
  admit(follower: Follower): (() => void) | Refusal {
    if (this.stopping.signal.aborted) return refuse('SUBSCRIBERS_TOO_MANY', 'this process stops');
    if (this.followers.size >= FOLLOWERS_MAX) return refuse('SUBSCRIBERS_TOO_MANY', `${FOLLOWERS_MAX} follow already`);
    const { subject } = follower.principal;
    const same = [...this.followers].filter(({ principal }) => principal.subject === subject);
    if (same.length >= FOLLOWERS_PER_SUBJECT_MAX)
      return refuse(
        'SUBSCRIBERS_TOO_MANY',
        `${subject} has ${FOLLOWERS_PER_SUBJECT_MAX} connections that follow already`,
      );
    this.followers.add(follower);
    this.running ??= this.run();
    return () => void this.followers.delete(follower);
  }

  /** Ends every connection: their clients find another process, or this one when it is back. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.running, this.checking]);
    for (const follower of this.followers) follower.end(undefined);
    this.followers.clear();
  }

  private async run(): Promise<void> {
    let [beatMs, checkMs] = [this.clock.nowMs() + BEAT_EVERY_MS, this.clock.nowMs() + CHECK_EVERY_MS];
    while (this.followers.size > 0 && !this.stopping.signal.aborted) {
      await this.clock.sleep(TURN_EVERY_MS, this.stopping.signal);
      const nowMs = this.clock.nowMs();
      this.cutStuck(nowMs);
      if (nowMs >= beatMs) {
        for (const follower of this.followers) follower.beat();
        beatMs = nowMs + BEAT_EVERY_MS;
      }
      if (nowMs >= checkMs) {
        // Not waited for: a database that does not answer must not keep who is stuck.
        this.checking ??= this.check().finally(() => (this.checking = undefined));
        checkMs = nowMs + CHECK_EVERY_MS;
      }
    }
    // Nothing is awaited between the condition and here: a follower that comes later starts the next run.
    this.running = undefined;
  }

  private cutStuck(nowMs: number): void {
    for (const follower of this.followers) {
      const sinceMs = follower.stuckSinceMs();
      if (sinceMs === undefined || nowMs < sinceMs + STUCK_MS_MAX) continue;
      this.followers.delete(follower);
      follower.cut();
    }
  }

  private async check(): Promise<void> {
    const keys = new Set([...this.followers].map(({ authorization }) => authorization));
    for (const authorization of keys) {
      if (this.stopping.signal.aborted) return;
      const refusal = await this.refusalFor(authorization);
      if (refusal === undefined) continue;
      for (const follower of this.followers) if (follower.authorization === authorization) this.end(follower, refusal);
    }
  }

  private end(follower: Follower, refusal: Refusal): void {
    this.followers.delete(follower);
    follower.end(refusal);
  }

  /** Why a key may not follow any more. While the database does not answer, nobody is sent away who was let in. */
  private async refusalFor(authorization: string | undefined): Promise<Refusal | undefined> {
    const principal = await this.authenticator.authenticate(authorization).catch(() => undefined);
    if (principal === undefined || isRefusal(principal)) return principal;
    return isPermitted(principal, 'view')
      ? undefined
      : refuse('PERMISSION_DENIED', `${principal.subject} may not view any more`);
  }
}
