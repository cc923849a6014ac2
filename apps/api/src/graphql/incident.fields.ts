import { Inject } from '@nestjs/common';
import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { RecordedEvent } from '#contracts';
import { type AlertRow, BESIDE_ROWS_MAX, type IncidentRow, timelineStreams } from '#store';
import { escalationReport } from '../escalation-report.js';
import { withoutSecrets } from '../event-feed.js';
import type { Loaders } from '../loaders/loaders.js';
import { loadAll } from '../loaders/request-loaders.js';
import type { Queries } from '../queries.js';
import { LOADERS, QUERIES } from '../tokens.js';
import { deliveryAnswer } from './delivery-answer.js';
import { eventAnswer } from './event-answer.js';
import { First, firstOf } from './schema/nested.js';
import { FallbackType, RedirectType, RollbackType } from './types/action.types.js';
import { DeliveryType } from './types/delivery.types.js';
import { AffectedCustomersType, AlertType, EscalationType, EventType, IncidentType } from './types/incident.types.js';
import { StatusUpdateType } from './types/report.types.js';
import { RuleType } from './types/rule.types.js';

type Limit = number | null | undefined;

/** What belongs to an alert. */
@Resolver(() => AlertType)
export class AlertFields {
  constructor(
    @Inject(LOADERS) private readonly loaders: Loaders,
    @Inject(QUERIES) private readonly queries: Queries,
  ) {}

  @ResolveField(() => IncidentType, { nullable: true, description: 'The incident that it belongs to.' })
  async incident(@Parent() { incidentId }: AlertRow, @Context() context: object) {
    return incidentId === null ? null : this.loaders.of(context).incident(incidentId);
  }

  @ResolveField(() => RuleType, { nullable: true, description: 'Its rule as it is in force now; null: it is not.' })
  async ruleInForce(@Parent() { rule }: AlertRow, @Context() context: object) {
    const rules = await this.loaders.once(context, 'rules', () => this.queries.rules());
    return rules?.rules.find(({ name }) => name === rule) ?? null;
  }
}

/** What belongs to an incident. */
@Resolver(() => IncidentType)
export class IncidentFields {
  constructor(
    @Inject(LOADERS) private readonly loaders: Loaders,
    @Inject(QUERIES) private readonly queries: Queries,
  ) {}

  @ResolveField(() => [AlertType], { description: 'Its alerts, in the order in which they joined.' })
  alerts(@Parent() { alertIds }: IncidentRow, @Context() context: object, @First first: Limit) {
    return loadAll(this.loaders.of(context).alert, firstOf(alertIds, first));
  }

  @ResolveField(() => [RollbackType], { description: 'Its rollbacks, in the order in which they were decided.' })
  rollbacks(@Parent() { rollbackIds }: IncidentRow, @Context() context: object, @First first: Limit) {
    return loadAll(this.loaders.of(context).rollback, firstOf(rollbackIds, first));
  }

  @ResolveField(() => [RedirectType], { description: 'Its redirects, in the order in which they were decided.' })
  redirects(@Parent() { redirectIds }: IncidentRow, @Context() context: object, @First first: Limit) {
    return loadAll(this.loaders.of(context).redirect, firstOf(redirectIds, first));
  }

  @ResolveField(() => [FallbackType], { description: 'Its fallbacks, newest first.' })
  async fallbacks(@Parent() { incidentId }: IncidentRow, @Context() context: object, @First first: Limit) {
    return firstOf(await this.loaders.of(context).fallbacksOf(incidentId), first);
  }

  @ResolveField(() => [DeliveryType], { description: 'Its pages and calls, newest first.' })
  async deliveries(@Parent() { incidentId }: IncidentRow, @Context() context: object, @First first: Limit) {
    return firstOf(await this.loaders.of(context).pagesOf(incidentId), first).map(deliveryAnswer);
  }

  @ResolveField(() => [StatusUpdateType], { description: 'What the public is told of it, newest first.' })
  async statusUpdates(@Parent() { incidentId }: IncidentRow, @Context() context: object, @First first: Limit) {
    return firstOf(await this.loaders.of(context).statusUpdatesOf(incidentId), first);
  }

  @ResolveField(() => EscalationType, { nullable: true, description: 'Who is called; null: no plan said who.' })
  async escalation(@Parent() { incidentId }: IncidentRow, @Context() context: object) {
    const row = await this.loaders.of(context).escalation(incidentId);
    return row === undefined ? null : escalationReport(row);
  }

  @ResolveField(() => [EventType], {
    description: 'Its own events and those of what belongs to it, in the one order; the newest of them.',
  })
  async timeline(@Parent() incident: IncidentRow, @Context() context: object, @First first: Limit) {
    const read = await loadAll(this.loaders.of(context).stream, timelineStreams(incident));
    const events: readonly RecordedEvent[] = read.flatMap((stream) => stream.events);
    const newest = events.toSorted((a, b) => b.position - a.position);
    return firstOf(newest, first)
      .toReversed()
      .map((each) => eventAnswer(withoutSecrets(each)));
  }

  @ResolveField(() => AffectedCustomersType, { description: 'Whom it hurts: at this moment, or as it recorded.' })
  async customers(@Parent() incident: IncidentRow, @Context() context: object, @First first: Limit) {
    const affectedBy = this.loaders.once(context, 'whom incidents hurt', () => this.queries.affectedBy());
    const whom = await affectedBy(incident, BESIDE_ROWS_MAX);
    return { ...whom, customers: firstOf(whom.customers, first) };
  }
}
