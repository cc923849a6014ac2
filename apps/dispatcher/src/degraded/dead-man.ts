import type { KeptHead } from '#contracts';
import { whyNotAlive } from '#domain';
import { post } from '#outgoing';
import type { Clock, Logger } from '#runtime';

/** How often the outside is told that all is well; it should page when it hears nothing for a minute. */
const DEAD_MAN_EVERY_MS = 30_000;
/**
 * How soon it is tried again when not all was well, or the outside did not hear: the outside must not page for a restart, or for one word
 * that was lost.
 */
const AGAIN_AFTER_MS = 5_000;
/** The outside may take this long to answer. */
const ANSWER_MS_MAX = 10_000;
/** How often what moves is looked at. */
export const PROGRESS_EVERY_MS = 5_000;

/** What the switch is held by. */
export interface DeadManParts {
  readonly url: URL;
  /** Whether the outside may be in a private network. */
  readonly allowsPrivate?: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickMovedAtMs: () => number | undefined;
  /** The tick that rules decide next; rejects while nobody can say. */
  readonly decidedTick: () => Promise<number>;
  readonly deliveriesFailed: () => string | undefined;
  readonly overdueEscalations: () => Promise<number>;
  readonly isSpoolWritable: () => Promise<boolean>;
  /** How far the events went, as it was kept last: told to the outside, where nobody can rewrite it. */
  readonly keptHead?: () => KeptHead | undefined;
  /** Says a word to the outside: a POST, with the head of the events once there is one. */
  readonly tell?: (url: URL, boundMs: number, head: KeptHead | undefined) => Promise<void>;
}

const wordOf = (head: KeptHead | undefined): string => (head === undefined ? '' : JSON.stringify({ auditHead: head }));

const postTo =
  (allowsPrivate: boolean) =>
  async (url: URL, boundMs: number, head: KeptHead | undefined): Promise<void> => {
    const word = { headers: { 'content-type': 'application/json' }, body: wordOf(head) };
    const answer = await post({ url, ...word, timeoutMs: boundMs }, [url.href], undefined, allowsPrivate);
    if (answer.kind !== 'answered') throw new Error(answer.detail);
    if (answer.status < 200 || answer.status > 299) throw new Error(`the outside answers ${answer.status}`);
  };

/**
 * Tells an outside service every half minute that the whole path works: ticks come, rules decide, deliveries go, no escalation is overdue, and
 * the spool can be written. Whatever of it does not hold, or hangs, nothing is told, and the outside pages.
 */
export class DeadMan {
  /** How far the rules are; when they went on, once that was seen. */
  private decided: { readonly tick: number; readonly movedAtMs: number | undefined } | undefined;
  private heldBecause: string | undefined;
  private nextBeatMs = 0;
  private isLooking = false;

  constructor(private readonly parts: DeadManParts) {}

  /** Why the outside is told nothing now; undefined when it is told that all is well. */
  held(): string | undefined {
    return this.heldBecause;
  }

  /** Looks whether the rules go on. One that hangs is not asked again. */
  readonly lookAtProgress = async (): Promise<void> => {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      const tick = await this.parts.decidedTick();
      // What is seen first may have stood there for hours.
      const movedAtMs = this.decided === undefined ? undefined : this.parts.clock.nowMs();
      if (tick !== this.decided?.tick) this.decided = { tick, movedAtMs };
    } catch {
      // What nobody can read has not moved.
    } finally {
      this.isLooking = false;
    }
  };

  /** Says that all is well, if it is, and it is time to. */
  readonly beat = async (): Promise<void> => {
    const nowMs = this.parts.clock.nowMs();
    if (nowMs < this.nextBeatMs) return;
    const because = await this.because();
    this.tell(because);
    const isHeard = because === undefined && (await this.isHeard());
    this.nextBeatMs = nowMs + (isHeard ? DEAD_MAN_EVERY_MS : AGAIN_AFTER_MS);
  };

  private tell(because: string | undefined): void {
    const { logger } = this.parts;
    if (because === this.heldBecause) return;
    this.heldBecause = because;
    if (because === undefined) logger.info('the dead-man switch is held');
    else logger.warn({ because }, 'the dead-man switch is let go');
  }

  private async isHeard(): Promise<boolean> {
    const { url, logger, allowsPrivate = false, tell = postTo(allowsPrivate), keptHead } = this.parts;
    try {
      await tell(url, ANSWER_MS_MAX, keptHead?.());
      return true;
    } catch (error) {
      // The address is a secret: who knows it can keep the switch quiet.
      const detail = (error as Error).message.replaceAll(url.href, '[redacted]');
      logger.warn({ detail }, 'the dead-man service was not reached');
      return false;
    }
  }

  private async because(): Promise<string | undefined> {
    const { clock, tickMovedAtMs, deliveriesFailed, overdueEscalations, isSpoolWritable } = this.parts;
    const [overdue, isWritable] = await Promise.all([overdueEscalations().catch(() => undefined), isSpoolWritable()]);
    return whyNotAlive({
      nowMs: clock.nowMs(),
      tickMovedAtMs: tickMovedAtMs(),
      rulesMovedAtMs: this.decided?.movedAtMs,
      deliveriesFailed: deliveriesFailed(),
      overdueEscalations: overdue,
      isSpoolWritable: isWritable,
    });
  }
}
