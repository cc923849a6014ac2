import type { Clock } from '#runtime';
import type { EventStore } from '#store';
import { recordSpooled } from './record-spooled.js';
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
    const { outcome } = result;
    await recordSpooled(eventStore, told, outcome, result.atMs);
    const { spoolId } = page;
    const isDelivered = outcome === 'delivered';
    await spool.append({ kind: 'closed', spoolId, because: 'recorded', isDelivered, atMs: clock.nowMs() });
  }
}
