import type { Clock } from '#runtime';
import type { DeliveryQueues, EventStore, SpooledRepository } from '#store';
import { recordSpooled } from './record-spooled.js';
import type { SpoolSender } from './spool-sender.js';
import type { Spool } from './spool.js';
import { doubtsOf } from './taken-over.js';

/** How often it is looked: so long at most two dispatchers send the same page. */
export const HAND_OVER_EVERY_MS = 2_000;
/** Pages of one run; those behind them are looked at by the next, when these are closed. */
const PAGES_PER_RUN_MAX = 500;

/** What handing over needs. */
export interface HandOverParts {
  readonly spool: Pick<Spool, 'pages'>;
  readonly sender: Pick<SpoolSender, 'takeOver' | 'setDisabled'>;
  readonly spooled: Pick<SpooledRepository, 'incidentsOf'>;
  readonly queues: Pick<DeliveryQueues, 'disabled'>;
  readonly eventStore: Pick<EventStore, 'append' | 'readStream'>;
  readonly clock: Clock;
}

/**
 * Lets go of pages whose incident the database knows: their deliveries go on with them, whichever dispatcher claims those and whoever the plan
 * calls. What may have arrived is recorded before that, so that the delivery, or the end of the incident, knows.
 */
export class HandOverReconciler {
  private from = 0;

  constructor(private readonly parts: HandOverParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const { spool, sender, spooled, queues, eventStore, clock } = this.parts;
    sender.setDisabled(await queues.disabled());
    const open = spool.pages.unfinished().filter(({ state, page }) => state === 'open' && page.action === 'trigger');
    // What has no incident yet must not hide what is behind it.
    const looked = open.slice(this.from, this.from + PAGES_PER_RUN_MAX);
    this.from = this.from + PAGES_PER_RUN_MAX >= open.length ? 0 : this.from + PAGES_PER_RUN_MAX;
    if (looked.length === 0) return;
    const incidents = await spooled.incidentsOf([...new Set(looked.map(({ page }) => page.dedupKey))]);
    const known = looked.filter(({ page }) => incidents.has(page.dedupKey));
    await Promise.all(
      known.map(({ page }) =>
        sender.takeOver(page.spoolId, async (left) => {
          if (doubtsOf(left) > 0) await recordSpooled(eventStore, left, 'handed_over', clock.nowMs());
        }),
      ),
    );
  };
}
