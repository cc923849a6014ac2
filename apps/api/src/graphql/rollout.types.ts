import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ReasonType } from './reason.type.js';
import { JsonScalar } from './scalars.js';

/** A software version with a configuration revision. */
@ObjectType('Release')
export class ReleaseType {
  @Field()
  softwareVersion!: string;
  @Field()
  configRev!: string;
}

/** A stage of a rollout. */
@ObjectType('Stage')
export class StageType {
  @Field()
  stage!: string;
  @Field(() => [String])
  nodes!: readonly string[];
  @Field()
  reachedAt!: number;
}

/** A release being brought to the fleet. */
@ObjectType('Rollout')
export class RolloutType {
  @Field()
  rolloutId!: string;
  @Field()
  service!: string;
  @Field(() => ReleaseType)
  release!: ReleaseType;
  @Field(() => ReleaseType)
  previous!: ReleaseType;
  @Field({ description: 'declared, running, halted, completed, ended or rolled_back.' })
  status!: string;
  @Field({ description: 'advisory or driving.' })
  mode!: string;
  @Field({ description: 'declared, signal or telemetry.' })
  origin!: string;
  @Field(() => JsonScalar, { nullable: true })
  plan!: unknown;
  @Field(() => JsonScalar)
  preflight!: unknown;
  @Field(() => JsonScalar, { description: 'What people, the gate and Tocsin did about it, in order.' })
  steps!: unknown;
  @Field(() => String, { nullable: true })
  declaredBy!: string | null;
  @Field(() => String, { nullable: true, description: 'The stage it reached last; null before the first.' })
  stage!: string | null;
  @Field(() => [StageType])
  stages!: readonly StageType[];
  @Field(() => Number, { nullable: true })
  startedAt!: number | null;
  @Field()
  changedAt!: number;
  @Field(() => String, { nullable: true })
  because!: string | null;
  @Field(() => String, { nullable: true })
  rollbackId!: string | null;
}

/** A node's last answer to the command of its wave. */
@ObjectType('WaveAnswer')
export class WaveAnswerType {
  @Field()
  nodeId!: string;
  @Field()
  status!: string;
  @Field()
  answeredAt!: number;
}

/** One wave of a rollback. */
@ObjectType('Wave')
export class WaveType {
  @Field(() => Int)
  wave!: number;
  @Field(() => [String])
  nodes!: readonly string[];
  @Field({ description: 'planned, commanded or verified.' })
  status!: string;
  @Field(() => String, { nullable: true })
  commandId!: string | null;
  @Field(() => Number, { nullable: true })
  commandedAt!: number | null;
  @Field(() => Number, { nullable: true })
  verifiedAt!: number | null;
  @Field(() => String, { nullable: true })
  because!: string | null;
  @Field(() => [WaveAnswerType])
  answers!: readonly WaveAnswerType[];
}

/** Success of a release and of its control. */
@ObjectType('Gap')
export class GapType {
  @Field()
  release!: number;
  @Field()
  control!: number;
}

/** A rollback. */
@ObjectType('Rollback')
export class RollbackType {
  @Field()
  rollbackId!: string;
  @Field(() => String, { nullable: true, description: 'null while a person asked for it and nothing was decided.' })
  incidentId!: string | null;
  @Field({ description: 'requested, proposed, refused, running, stopped or completed.' })
  status!: string;
  @Field(() => String, { nullable: true })
  rolloutId!: string | null;
  @Field(() => ReleaseType, { nullable: true })
  from!: ReleaseType | null;
  @Field(() => ReleaseType, { nullable: true })
  to!: ReleaseType | null;
  @Field(() => ReasonType, { nullable: true })
  trigger!: ReasonType | null;
  @Field(() => [ReasonType])
  evidence!: readonly ReasonType[];
  @Field(() => GapType, { nullable: true })
  gap!: GapType | null;
  @Field(() => String, { nullable: true })
  because!: string | null;
  @Field()
  decidedAt!: number;
  @Field(() => Number, { nullable: true })
  endedAt!: number | null;
  @Field(() => [WaveType])
  waves!: readonly WaveType[];
}

/** A command to nodes. */
@ObjectType('Command')
export class CommandType {
  @Field()
  commandId!: string;
  @Field(() => String, { nullable: true, description: 'The rollback that it is a part of.' })
  rollbackId!: string | null;
  @Field(() => String, { nullable: true, description: 'The redirect that it is a part of.' })
  redirectId!: string | null;
  @Field(() => String, { nullable: true, description: 'The rollout that it is a stage of.' })
  rolloutId!: string | null;
  @Field(() => String, { nullable: true, description: 'The fallback that it is a step of.' })
  fallbackId!: string | null;
  @Field(() => Int)
  wave!: number;
  @Field()
  generation!: number;
  @Field({ description: 'issued, signed or refused.' })
  status!: string;
  @Field(() => String, { nullable: true, description: 'Why the signer did not sign it.' })
  refusal!: string | null;
  @Field()
  issuedAt!: number;
  @Field()
  expiresAt!: number;
}

/** A page or a command on its way out. */
@ObjectType('Delivery')
export class DeliveryType {
  @Field()
  deliveryId!: string;
  @Field()
  subject!: string;
  @Field()
  action!: string;
  @Field()
  channel!: string;
  @Field()
  dedupKey!: string;
  @Field({ description: 'due, delivered or gave_up.' })
  status!: string;
  @Field(() => Int)
  attempts!: number;
  @Field(() => Number, { nullable: true })
  dueAt!: number | null;
  @Field(() => String, { nullable: true })
  lastDetail!: string | null;
}
