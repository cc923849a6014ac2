import { type Event, streamOf } from '#contracts';
import {
  decideStatusUpdates,
  evolveStatusUpdates,
  isStatusUpdateEvent,
  NO_STATUS_UPDATES,
  statusFactsOf,
  type StatusPolicy,
} from '#domain';
import type { Clock } from '#runtime';
import {
  createFallbackRepository,
  createIncidentRepository,
  createStatusUpdateRepository,
  type Database,
  type EventStore,
} from '#store';

/** What status updates are decided with. */
export interface StatusUpdatesParts {
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  /** undefined: the public is told nothing by Tocsin. */
  readonly policy: StatusPolicy | undefined;
}

/** Incidents of one run; more wait for the next, 200 ms later. */
const INCIDENTS_PER_RUN = 20;
/** Fallbacks that are looked at: whether there is one is all that is said. */
const FALLBACKS_MAX = 200;

/**
 * Drafts what the public is to be told when it is due, publishes it where nobody reviews, and calls somebody when it is overdue. The times
 * stand in the read table that the events make, so a kill loses none; of several dispatchers one appends, and the others find its
 * version.
 */
export class StatusUpdatesReconciler {
  constructor(private readonly parts: StatusUpdatesParts) {}

  /** One run. */
  readonly reconcile = async (): Promise<void> => {
    const { database, clock, policy } = this.parts;
    if (policy === undefined) return;
    const due = await createStatusUpdateRepository(database).due(clock.nowMs(), INCIDENTS_PER_RUN);
    let failure: Error | undefined;
    // One that cannot be told of must not keep the public from the others.
    for (const incidentId of due)
      await this.tellOf(incidentId, policy).catch((error: Error) => {
        failure ??= error;
      });
    if (failure !== undefined) throw failure;
  };

  private async tellOf(incidentId: string, policy: StatusPolicy): Promise<void> {
    const { eventStore, clock } = this.parts;
    const stream = streamOf.status(incidentId);
    const recorded = await eventStore.readStream(stream);
    const updates = recorded.reduce(
      (known, { event }) => (isStatusUpdateEvent(event) ? evolveStatusUpdates(known, event) : known),
      NO_STATUS_UPDATES,
    );
    const facts = statusFactsOf(await this.eventsOf(incidentId));
    if (facts === undefined) return;
    const fallbackCustomers = await this.fallbackCustomers(incidentId);
    const events = decideStatusUpdates(updates, { facts, fallbackCustomers, policy, nowMs: clock.nowMs() });
    if (events.length === 0) return;
    const expectedVersion = recorded.at(-1)?.version ?? 0;
    // On a conflict another dispatcher, or a person, was first: the next run looks again.
    await eventStore.append([{ stream, expectedVersion, events }], {
      actor: 'dispatcher',
      cause: `status ${incidentId}`,
    });
  }

  private async eventsOf(incidentId: string): Promise<readonly Event[]> {
    const found = await createIncidentRepository(this.parts.database).find(incidentId);
    return (found?.timeline ?? []).map(({ event }) => event);
  }

  private async fallbackCustomers(incidentId: string): Promise<number> {
    const fallbacks = createFallbackRepository(this.parts.database);
    const running = await fallbacks.list({ incidentId, statuses: ['running'], limit: FALLBACKS_MAX });
    return running.filter(({ isDryRun }) => !isDryRun).length;
  }
}
