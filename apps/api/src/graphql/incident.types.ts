import { Field, Int, ObjectType } from '@nestjs/graphql';
import { EscalationReportType } from './escalation.types.js';
import { RedirectType } from './redirect.types.js';
import { DeliveryType, RollbackType } from './rollout.types.js';
import { ReasonType } from './reason.type.js';
import { JsonScalar } from './scalars.js';

/** Customers by tier. */
@ObjectType('ByTier')
export class ByTierType {
  @Field(() => Int)
  tier1!: number;
  @Field(() => Int)
  tier2!: number;
  @Field(() => Int)
  tier3!: number;
}

/** A customer named in an impact. */
@ObjectType('NamedCustomer')
export class NamedCustomerType {
  @Field()
  customerId!: string;
  @Field()
  name!: string;
  @Field()
  tier!: string;
  @Field({ description: 'Share of its queries that fail, 0 to 1.' })
  failing!: number;
}

/** A customer that is hurt. */
@ObjectType('HurtCustomer')
export class HurtCustomerType extends NamedCustomerType {
  @Field({ description: 'Emergency services and governments.' })
  critical!: boolean;
  @Field()
  dollarsPerMinute!: number;
}

/** Something whose customers an impact counts. */
@ObjectType('Covered')
export class CoveredType {
  @Field({ description: 'fleet, region, release, release_region or customer.' })
  scope!: string;
  @Field()
  key!: string;
}

/** Who is hurt, and what it costs. */
@ObjectType('Impact')
export class ImpactType {
  @Field(() => Int)
  affectedCustomers!: number;
  @Field(() => ByTierType)
  byTier!: ByTierType;
  @Field()
  score!: number;
  @Field()
  dollarsPerMinute!: number;
  @Field(() => [NamedCustomerType])
  top!: readonly NamedCustomerType[];
  @Field(() => [CoveredType], { nullable: true, description: 'Whose customers were counted; null: the fleet.' })
  covers!: readonly CoveredType[] | null;
}

/** Why something pages nobody for now. */
@ObjectType('Mute')
export class MuteType {
  @Field({ description: 'silence, maintenance or alert.' })
  by!: string;
  @Field()
  id!: string;
  @Field(() => Number, { nullable: true, description: 'When it ends at the latest; null while its cause stands.' })
  untilMs!: number | null;
  @Field()
  because!: string;
}

/** A change, and what speaks for or against it as the cause of an incident. */
@ObjectType('Cause')
export class CauseType {
  @Field({ description: 'release, config or rules.' })
  kind!: string;
  @Field({ description: 'Of the rollout, or the SHA-256 of the rules.' })
  id!: string;
  @Field({ description: 'proved, possible or ruled_out.' })
  verdict!: string;
  @Field()
  score!: number;
  @Field(() => Number, { nullable: true })
  failingWith!: number | null;
  @Field(() => Number, { nullable: true })
  failingWithout!: number | null;
  @Field({ description: 'Share of the failures that it brought.' })
  explained!: number;
  @Field({ description: 'From the change to the fault, ms; negative: the fault was first.' })
  onsetAfterMs!: number;
  @Field(() => [String])
  regions!: readonly string[];
  @Field(() => [String])
  failingRegions!: readonly string[];
  @Field()
  because!: string;
}

/** An alert. */
@ObjectType('Alert')
export class AlertType {
  @Field()
  alertId!: string;
  @Field()
  rule!: string;
  @Field()
  scope!: string;
  @Field()
  key!: string;
  @Field()
  severity!: string;
  @Field({ description: 'pending, firing, unknown, recovering or resolved.' })
  state!: string;
  @Field()
  begunAt!: number;
  @Field(() => Number, { nullable: true, description: 'Nothing while it is pending.' })
  firedAt!: number | null;
  @Field(() => Number, { nullable: true, description: 'When a pending one fires, and a recovering one resolves.' })
  dueAt!: number | null;
  @Field()
  changedAt!: number;
  @Field(() => Number, { nullable: true })
  resolvedAt!: number | null;
  @Field(() => ReasonType)
  reason!: ReasonType;
  @Field(() => String, { nullable: true, description: 'Why it is unknown, or was withdrawn.' })
  because!: string | null;
  @Field(() => String, { nullable: true })
  runbook!: string | null;
  @Field(() => Number, { nullable: true, description: 'The how many-th firing within half an hour, where too many.' })
  flapping!: number | null;
  @Field({ description: 'Whether it fired because of late data.' })
  isLate!: boolean;
  @Field(() => String, { nullable: true })
  incidentId!: string | null;
  @Field(() => MuteType, { nullable: true, description: 'Why it pages nobody.' })
  muted!: MuteType | null;
}

/** Somebody who was called beside those whom a page calls. */
@ObjectType('Escalation')
export class EscalationType {
  @Field()
  to!: string;
  @Field()
  alertId!: string;
  @Field()
  because!: string;
  @Field()
  at!: number;
}

/** Something that an incident asks for. */
@ObjectType('IncidentRequest')
export class IncidentRequestType {
  @Field({ description: 'status_update or fall_back.' })
  what!: string;
  @Field()
  alertId!: string;
  @Field()
  because!: string;
  @Field()
  at!: number;
}

/** An incident. */
@ObjectType('Incident')
export class IncidentType {
  @Field()
  incidentId!: string;
  @Field()
  title!: string;
  @Field()
  severity!: string;
  @Field({ description: 'open, acknowledged or resolved.' })
  status!: string;
  @Field()
  alertId!: string;
  @Field()
  rule!: string;
  @Field()
  scope!: string;
  @Field()
  key!: string;
  @Field(() => ReasonType)
  reason!: ReasonType;
  @Field(() => ImpactType)
  impact!: ImpactType;
  @Field(() => ImpactType, { description: 'At its worst.' })
  peakImpact!: ImpactType;
  @Field()
  openedAt!: number;
  @Field(() => Number, { nullable: true })
  acknowledgedAt!: number | null;
  @Field(() => String, { nullable: true })
  acknowledgedBy!: string | null;
  @Field(() => String, { nullable: true })
  note!: string | null;
  @Field(() => String, { nullable: true, description: 'Who has it now: took it on last, or was given it.' })
  owner!: string | null;
  @Field(() => Number, { nullable: true, description: 'Until when nobody is called for it.' })
  snoozedUntil!: number | null;
  @Field(() => Number, { nullable: true })
  resolvedAt!: number | null;
  @Field(() => String, { nullable: true, description: 'Why it was resolved.' })
  because!: string | null;
  @Field(() => MuteType, { nullable: true, description: 'Why no page has left for it.' })
  muted!: MuteType | null;
  @Field(() => [CauseType], { description: 'Changes of the last day by how far they explain it, the likeliest first.' })
  causes!: readonly CauseType[];
  @Field(() => String, { nullable: true })
  causesBecause!: string | null;
  @Field(() => [String])
  alertIds!: readonly string[];
  @Field(() => [String])
  rollbackIds!: readonly string[];
  @Field(() => [String])
  redirectIds!: readonly string[];
  @Field(() => String, { nullable: true, description: 'P0, where it was declared.' })
  priority!: string | null;
  @Field(() => Number, { nullable: true })
  declaredAt!: number | null;
  @Field(() => String, { nullable: true })
  declaredBecause!: string | null;
  @Field(() => Number, { nullable: true, description: 'When it began, as far as the windows showed it.' })
  onsetAt!: number | null;
  @Field(() => Number, { nullable: true, description: 'From the onset to the opening, ms.' })
  detectMs!: number | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether that is within the target of two minutes.' })
  isDetectedInTime!: boolean | null;
  @Field(() => [EscalationType])
  escalations!: readonly EscalationType[];
  @Field(() => [IncidentRequestType])
  requests!: readonly IncidentRequestType[];
}

/** An event of a timeline. */
@ObjectType('TimelineEvent')
export class TimelineEventType {
  @Field()
  position!: number;
  @Field()
  stream!: string;
  @Field()
  type!: string;
  @Field()
  actor!: string;
  @Field()
  cause!: string;
  @Field()
  recordedAtMs!: number;
  @Field(() => JsonScalar)
  data!: unknown;
}

/** An incident with all that belongs to it. */
@ObjectType('IncidentReport')
export class IncidentReportType {
  @Field(() => IncidentType)
  incident!: IncidentType;
  @Field(() => [AlertType])
  alerts!: readonly AlertType[];
  @Field(() => [TimelineEventType])
  timeline!: readonly TimelineEventType[];
  @Field(() => [RollbackType])
  rollbacks!: readonly RollbackType[];
  @Field(() => [RedirectType])
  redirects!: readonly RedirectType[];
  @Field(() => [DeliveryType])
  deliveries!: readonly DeliveryType[];
  @Field(() => EscalationReportType, { nullable: true, description: 'Null: no plan said who is called.' })
  escalation!: EscalationReportType | null;
}

/** Whom an incident hurts. */
@ObjectType('AffectedCustomers')
export class AffectedCustomersType {
  @Field()
  incidentId!: string;
  @Field({ description: 'windows: at this moment; incident: as it recorded.' })
  source!: string;
  @Field(() => Number, { nullable: true, description: 'End of the windows, ms since the epoch.' })
  asOf!: number | null;
  @Field(() => [CoveredType], {
    description:
      'Whose customers are counted: what the incident is about, or the fleet where that has no counts per customer.',
  })
  covers!: readonly CoveredType[];
  @Field(() => Int)
  affectedCustomers!: number;
  @Field()
  score!: number;
  @Field()
  dollarsPerMinute!: number;
  @Field(() => [HurtCustomerType])
  customers!: readonly HurtCustomerType[];
}
