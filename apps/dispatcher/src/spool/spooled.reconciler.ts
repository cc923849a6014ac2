import { event, streamOf } from '#contracts';
import type { Clock } from '#runtime';
import type { EventStore } from '#store';
import type { SpooledState } from './spool-index.js';
import type { Spool } from './spool.js';

/** Pages that are recorded by one run: the rest comes in the next, 200 ms later. */
const RECORDED_PER_RUN_MAX = 50;

/** What recording needs. */
export interface SpooledParts {
  readonly spool: Spool;
  readonly eventStore: EventStore;
  readonly clock: Clock;
}

const titleOf = ({ page: { body } }: SpooledState): string => {
  const { title } = body;
  return typeof title === 'string' ? title.slice(0, 300) : '';
};

/** Records what left from the spool, once the database is there: each page in a stream of its own, and only then is it closed here. */
export class SpooledReconciler {
  constructor(private readonly parts: SpooledParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const told = this.parts.spool.pages.unfinished().filter(({ state }) => state === 'told');
    for (const each of told.slice(0, RECORDED_PER_RUN_MAX)) await this.record(each);
  };

  private async record(told: SpooledState): Promise<void> {
    const { eventStore, spool, clock } = this.parts;
    const { page, result } = told;
    if (result === undefined || result.outcome === 'retry') return;
    const { spoolId, channel, dedupKey, spooledAtMs } = page;
    const { outcome, status, detail, atMs: at } = result;
    const spooled = event('PageSpooled', {
      spoolId,
      channel,
      dedupKey,
      title: titleOf(told),
      outcome,
      status,
      detail,
      spooledAtMs,
      at,
    });
    const append = { stream: streamOf.spooled(spoolId), expectedVersion: 0, events: [spooled] };
    // A conflict: it stands there already, by an append whose answer was lost, or by another dispatcher.
    await eventStore.append([append], { actor: 'dispatcher', cause: dedupKey });
    const isDelivered = outcome === 'delivered';
    await spool.append({ kind: 'closed', spoolId, because: 'recorded', isDelivered, atMs: clock.nowMs() });
  }
}
