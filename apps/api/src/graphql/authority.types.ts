import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ReleaseType } from './rollout.types.js';
import { JsonScalar } from './scalars.js';

/** Whether a stage may begin, and why. */
@ObjectType('Gate')
export class GateType {
  @Field()
  rolloutId!: string;
  @Field({ description: 'declared, running, completed, ended, halted or rolled_back.' })
  state!: string;
  @Field({ description: 'declared, baking, approval, watch or over.' })
  phase!: string;
  @Field(() => String, { nullable: true })
  stage!: string | null;
  @Field({ description: 'promote, roll_back or need_more_data.' })
  verdict!: string;
  @Field()
  mayProceed!: boolean;
  @Field({ description: 'Nothing will change that any more.' })
  isFinal!: boolean;
  @Field()
  waitsFor!: string;
  @Field()
  because!: string;
  @Field(() => JsonScalar, { description: 'Items of the pre-flight: item and detail.' })
  missing!: unknown;
  @Field(() => JsonScalar, { description: 'Each test with how far it has come, in nats.' })
  tests!: unknown;
  @Field(() => JsonScalar, { nullable: true, description: 'good and bad.' })
  cohort!: unknown;
  @Field(() => JsonScalar, { nullable: true, description: 'good and bad.' })
  control!: unknown;
}

/** What is known of a release as such. */
@ObjectType('KnownRelease')
export class KnownReleaseType {
  @Field()
  service!: string;
  @Field()
  name!: string;
  @Field(() => ReleaseType)
  release!: ReleaseType;
  @Field(() => JsonScalar, { nullable: true })
  attestation!: unknown;
  @Field(() => JsonScalar, { nullable: true })
  rehearsal!: unknown;
  @Field(() => JsonScalar, { nullable: true, description: 'null: it is free.' })
  quarantine!: unknown;
  @Field(() => JsonScalar, { nullable: true })
  lifting!: unknown;
  @Field()
  changedAt!: number;
}

/** What Tocsin may do by itself. */
@ObjectType('Automation')
export class AutomationType {
  @Field()
  isOn!: boolean;
  @Field(() => JsonScalar, { nullable: true })
  lastSwitch!: unknown;
  @Field(() => JsonScalar, { nullable: true })
  rateRail!: unknown;
  @Field(() => JsonScalar, { description: 'Services that have a mode or a reset of their own.' })
  services!: unknown;
}

/** One vote on an override. */
@ObjectType('OverrideVote')
export class OverrideVoteType {
  @Field()
  role!: string;
  @Field()
  isApproved!: boolean;
  @Field()
  by!: string;
  @Field()
  comment!: string;
  @Field()
  at!: number;
}

/** A rollback that was refused, asked for again with the checklist. */
@ObjectType('Override')
export class OverrideType {
  @Field()
  overrideId!: string;
  @Field()
  rollbackId!: string;
  @Field({ description: 'open, granted, refused or expired.' })
  status!: string;
  @Field(() => [String])
  rails!: readonly string[];
  @Field(() => JsonScalar)
  checklist!: unknown;
  @Field()
  requestedBy!: string;
  @Field()
  comment!: string;
  @Field()
  requestedAt!: number;
  @Field()
  expiresAt!: number;
  @Field(() => [OverrideVoteType])
  votes!: readonly OverrideVoteType[];
  @Field(() => String, { nullable: true })
  because!: string | null;
  @Field(() => Number, { nullable: true })
  endedAt!: number | null;
}

/** The circuit breaker of the updates of one service. */
@ObjectType('Breaker')
export class BreakerType {
  @Field()
  service!: string;
  @Field({ description: 'closed, open or half_open.' })
  status!: string;
  @Field(() => String, { nullable: true })
  because!: string | null;
  @Field(() => Int, { nullable: true })
  failures!: number | null;
  @Field(() => Int, { nullable: true })
  updates!: number | null;
  @Field()
  changedAt!: number;
}

/** Another DNS provider for a customer that is hurt. */
@ObjectType('Fallback')
export class FallbackType {
  @Field()
  fallbackId!: string;
  @Field()
  incidentId!: string;
  @Field()
  customerId!: string;
  @Field()
  provider!: string;
  @Field({ description: 'decided, running, stopped or ended.' })
  status!: string;
  @Field()
  isDryRun!: boolean;
  @Field()
  because!: string;
  @Field()
  decidedAt!: number;
  @Field(() => Number, { nullable: true })
  endedAt!: number | null;
}
