import { Inject } from '@nestjs/common';
import { Resolver, Subscription } from '@nestjs/graphql';
import { type RecordedEvent, streamOf } from '#contracts';
import { accepted, CLOCK, type Clock, Needs, READ_DATABASE, readQuery } from '#runtime';
import type { Database } from '#store';
import type { EventFeed } from '../event-feed.js';
import type { FleetHealth } from '../fleet-health.js';
import { eventAnswer } from '../graphql/event-answer.js';
import { Asked, withoutNulls } from '../graphql/schema/define.js';
import { EventType } from '../graphql/types/incident.types.js';
import type { Queries } from '../queries.js';
import { EVENT_FEED, QUERIES } from '../tokens.js';
import { beginsAt } from './begins-at.js';
import { changesOf, subjectOf } from './changes.js';
import { chosenBy, eventFilter } from './event-filter.js';
import { Latest } from './latest.js';
import {
  AlertChangedType,
  ChangedArgs,
  type ChangedAsked,
  DeliveryChangedType,
  FleetHealthNowType,
  FollowArgs,
  type FollowAsked,
  IncidentChangedType,
  RolloutChangedType,
} from './live.types.js';
import { createLiveRows, type LiveRows, type sharedRows } from './live-rows.js';
import { subscribed } from './subscribed.js';

interface HealthNow {
  readonly position: number;
  readonly health: FleetHealth;
}

/** What happens, as it happens. Every value holds a position, and every subscription goes on after one. */
@Resolver()
@Needs('view')
export class LiveResolver {
  private readonly rows: LiveRows;
  private readonly health: Latest<HealthNow>;

  constructor(
    @Inject(EVENT_FEED) private readonly feed: EventFeed,
    @Inject(QUERIES) queries: Queries,
    @Inject(READ_DATABASE) database: Database,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.rows = createLiveRows(database);
    this.health = new Latest(
      async () => ({ position: await this.feed.head(), health: await queries.fleetHealth() }),
      clock,
    );
  }

  @Subscription(() => EventType, { description: 'Events, each once, in the one order.' })
  async events(@Asked(FollowArgs) { after, ...args }: FollowAsked) {
    const chooses = chosenBy(accepted(readQuery(eventFilter, withoutNulls(args))));
    const begin = await this.begin(after);
    return subscribed('events', (gone) =>
      mapped(this.feed.follow({ after: begin, chooses }, gone), ({ events }) =>
        events.map(({ recorded }) => eventAnswer(recorded)),
      ),
    );
  }

  @Subscription(() => IncidentChangedType, { description: 'Incidents that change, each as it is then.' })
  incidentChanged(@Asked(ChangedArgs) args: ChangedAsked) {
    return this.changed('incident', { field: 'incidentId', changesIt: changesIncident }, args);
  }

  @Subscription(() => AlertChangedType, { description: 'Alerts that change, each as it is then.' })
  alertChanged(@Asked(ChangedArgs) args: ChangedAsked) {
    return this.changed('alert', { field: 'alertId', changesIt: (id, stream) => stream === streamOf.alert(id) }, args);
  }

  @Subscription(() => RolloutChangedType, { description: 'Rollouts that change, each as it is then.' })
  rolloutChanged(@Asked(ChangedArgs) args: ChangedAsked) {
    return this.changed(
      'rollout',
      { field: 'rolloutId', changesIt: (id, stream) => stream === streamOf.rollout(id) },
      args,
    );
  }

  @Subscription(() => DeliveryChangedType, { description: 'Deliveries that change, each as it is then.' })
  deliveryChanged(@Asked(ChangedArgs) args: ChangedAsked) {
    const changesIt = (id: string, stream: string): boolean => stream === streamOf.delivery(id);
    return this.changed('delivery', { field: 'deliveryId', changesIt }, args);
  }

  @Subscription(() => FleetHealthNowType, {
    description: 'How fleet and regions are, once a second; who is slow gets the newest.',
  })
  fleetHealth() {
    return subscribed('fleetHealth', (gone) => this.health.follow(gone));
  }

  private async changed(
    kind: keyof LiveRows,
    { field, changesIt }: { readonly field: string; readonly changesIt: (id: string, stream: string) => boolean },
    { after, id }: ChangedAsked,
  ) {
    const idOf = (recorded: RecordedEvent): string | undefined => subjectOf(recorded, field, changesIt);
    const chooses = (recorded: RecordedEvent): boolean => {
      const found = idOf(recorded);
      return found !== undefined && (id === undefined || id === null || found === id);
    };
    const begin = await this.begin(after);
    const read: ReturnType<typeof sharedRows> = this.rows[kind];
    return subscribed(`${kind}Changed`, (gone) =>
      mapped(this.feed.follow({ after: begin, chooses }, gone), async (page) => {
        const changes = changesOf(page, idOf);
        const rows = (await this.feed.untilRead(() => Promise.all(changes.map(read)), gone)) ?? [];
        return changes.flatMap(({ position }, index) =>
          rows[index] === undefined ? [] : [{ position, [kind]: rows[index] }],
        );
      }),
    );
  }

  private async begin(after: FollowAsked['after']): Promise<number> {
    return accepted(beginsAt(after ?? undefined, await this.feed.head()));
  }
}

/**
 * Who is called decides its status and owner; a rollback or redirect of it joins it, and what somebody says of its alerts stands in its
 * timeline: each by an event of a stream of its own.
 */
const changesIncident = (id: string, stream: string): boolean =>
  stream === streamOf.incident(id) ||
  stream === streamOf.escalation(id) ||
  /^(?:rollback|redirect|resolution)-/.test(stream);

async function* mapped<T, U>(
  values: AsyncIterable<T>,
  to: (value: T) => U | Promise<U>,
): AsyncGenerator<U, void, void> {
  for await (const value of values) yield await to(value);
}
