import { event, streamOf, TICK_MS } from '#contracts';
import type { Clock, Logger } from '#runtime';
import type { EventStore, SpooledRepository, UnfoundPage } from '#store';
import { deliveryIdOf } from '../delivery-id.js';

/** How often it is looked for pages that nothing has followed. */
export const UNFOUND_EVERY_MS = 10_000;
/** How far the rules must have decided beyond a page before nothing follows it: a decision that they make anew is of the same tick. */
const DECIDED_BEYOND_MS = 300_000;
/** Older ones are not looked for: whoever was called has seen what there is. */
const AGE_MAX_MS = 86_400_000;
/** Ends of one run; the rest comes in the next. */
const ENDS_PER_RUN_MAX = 50;

/** What ending them needs. */
export interface UnfoundParts {
  readonly spooled: Pick<SpooledRepository, 'unfound'>;
  readonly eventStore: Pick<EventStore, 'append'>;
  /** The tick that rules decide next. */
  readonly decidedTick: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const BECAUSE = 'the database answers again, and the rules did not find it';

/**
 * Ends pages that left without the database and whose incident the rules did not open when they decided anew, with what they did not know then:
 * otherwise they would stay open at their receivers.
 */
export class UnfoundReconciler {
  constructor(private readonly parts: UnfoundParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const { spooled, decidedTick, clock } = this.parts;
    const decidedMs = (await decidedTick()) * TICK_MS;
    const untilMs = decidedMs - DECIDED_BEYOND_MS;
    const pages = await spooled.unfound(clock.nowMs() - AGE_MAX_MS, untilMs, ENDS_PER_RUN_MAX);
    for (const page of pages) await this.end(page);
  };

  private async end({ spoolId, channel, dedupKey, title }: UnfoundPage): Promise<void> {
    const { eventStore, clock, logger } = this.parts;
    const deliveryId = deliveryIdOf('unfound', spoolId);
    const at = clock.nowMs();
    const body = { title: `over: ${title}`, severity: 'info', because: BECAUSE, at };
    const told = { deliveryId, subject: 'page', action: 'resolve', channel, dedupKey, body, at } as const;
    const stream = streamOf.delivery(deliveryId);
    const append = { stream, expectedVersion: 0, events: [event('DeliveryRequested', told)] };
    const result = await eventStore.append([append], { actor: 'dispatcher', cause: streamOf.spooled(spoolId) });
    // On a conflict another dispatcher was first.
    if (!('conflict' in result)) logger.warn({ channel, dedupKey }, 'a page is ended that no incident has followed');
  }
}
