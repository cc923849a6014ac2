import { DEFAULT_IMPACT, type Event, streamOf } from '#contracts';
import {
  decideStatusUpdates,
  evolveStatusUpdates,
  isStatusUpdateEvent,
  NO_STATUS_UPDATES,
  statusFactsOf,
  type StatusFacts,
  type StatusPolicy,
  type ToldCustomer,
} from '#domain';
import type { Clock, Logger } from '#runtime';
import {
  createCatalogueRepository,
  createFallbackRepository,
  createHurtReader,
  createIncidentRepository,
  createRuleSetRepository,
  createSegmentRepository,
  createStatusUpdateRepository,
  type Database,
  type EventStore,
} from '#store';

/** What status updates are decided with. */
export interface StatusUpdatesParts {
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly clock: Clock;
  readonly logger: Logger;
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
  private readonly hurtNow: ReturnType<typeof createHurtReader>;

  constructor(private readonly parts: StatusUpdatesParts) {
    this.hurtNow = createHurtReader(createSegmentRepository(parts.database), parts.clock);
  }

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
    const hurt = await this.everybodyHurt(facts);
    const events = decideStatusUpdates(updates, { facts, hurt, fallbackCustomers, policy, nowMs: clock.nowMs() });
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

  /** All that are hurt, where the facts name only the worst of them. The public is told also where they cannot be read. */
  private async everybodyHurt({
    incidentId,
    affectedCustomers,
    customers,
    ...facts
  }: StatusFacts): Promise<readonly ToldCustomer[]> {
    if (facts.resolvedAtMs !== undefined || affectedCustomers <= customers.length) return [];
    const { database, logger } = this.parts;
    try {
      const incident = await createIncidentRepository(database).findRow(incidentId);
      const catalogue = await createCatalogueRepository(database).load();
      const ruleSet = (await createRuleSetRepository(database).latest())?.ruleSet;
      const measured =
        incident && (await this.hurtNow(incident, catalogue.customers, ruleSet?.impact ?? DEFAULT_IMPACT));
      return (measured?.affected ?? []).map(({ customer: { customerId, name } }) => ({ customerId, name }));
    } catch (error) {
      logger.warn({ incidentId, err: error }, 'who is hurt cannot be read: a status update names the worst only');
      return [];
    }
  }

  private async fallbackCustomers(incidentId: string): Promise<number> {
    const fallbacks = createFallbackRepository(this.parts.database);
    const running = await fallbacks.list({ incidentId, statuses: ['running'], limit: FALLBACKS_MAX });
    return running.filter(({ isDryRun }) => !isDryRun).length;
  }
}
