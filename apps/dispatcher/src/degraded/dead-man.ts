import { whyNotAlive } from '#domain';
import type { Clock, Logger } from '#runtime';

/** How often the outside is told that all is well; it should page when it hears nothing for a minute. */
export const DEAD_MAN_EVERY_MS = 30_000;
/** The outside may take this long to answer. */
const ANSWER_MS_MAX = 10_000;
/** How often what moves is looked at. */
export const PROGRESS_EVERY_MS = 5_000;

/** What the switch is held by. */
export interface DeadManParts {
  readonly url: URL;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickMovedAtMs: () => number | undefined;
  /** The tick that rules decide next; rejects while nobody can say. */
  readonly decidedTick: () => Promise<number>;
  readonly deliveriesFailed: () => string | undefined;
  readonly overdueEscalations: () => Promise<number>;
  readonly isSpoolWritable: () => Promise<boolean>;
  /** Says a word to the outside: a POST without a body. */
  readonly post?: (url: URL, boundMs: number) => Promise<void>;
}

const postTo = async (url: URL, boundMs: number): Promise<void> => {
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(boundMs), redirect: 'manual' });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the outside answers ${response.status}`);
};

/**
 * Tells an outside service every half minute that the whole path works: ticks come, rules decide, deliveries go, no escalation is overdue, and
 * the spool can be written. Whatever of it does not hold, or hangs, nothing is told, and the outside pages.
 */
export class DeadMan {
  private decided: { readonly tick: number; readonly movedAtMs: number } | undefined;
  private heldBecause: string | undefined;
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
      if (tick !== this.decided?.tick) this.decided = { tick, movedAtMs: this.parts.clock.nowMs() };
    } catch {
      // What nobody can read has not moved.
    } finally {
      this.isLooking = false;
    }
  };

  /** Says that all is well, if it is. */
  readonly beat = async (): Promise<void> => {
    const { url, logger, post = postTo } = this.parts;
    const because = await this.because();
    if (because !== this.heldBecause)
      logger[because === undefined ? 'info' : 'warn'](
        { because },
        because === undefined ? 'the dead-man switch is held' : 'the dead-man switch is let go',
      );
    this.heldBecause = because;
    if (because !== undefined) return;
    // The address is a secret: who knows it can keep the switch quiet.
    await post(url, ANSWER_MS_MAX).catch((error: Error) =>
      logger.warn({ detail: error.message.replaceAll(url.href, '[redacted]') }, 'the dead-man service was not reached'),
    );
  };

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
