import { Field, Int, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from './scalars.js';

/** One link of the chain that led to a decision. */
@ObjectType('ExplainedStep')
export class ExplainedStepType {
  @Field({ description: 'Stream and version.' })
  id!: string;
  @Field(() => [String], { description: 'What it follows from: ids of events, or a tick.' })
  from!: readonly string[];
  @Field()
  position!: number;
  @Field()
  at!: number;
  @Field()
  type!: string;
  @Field()
  actor!: string;
  @Field()
  text!: string;
  @Field(() => JsonScalar)
  data!: unknown;
}

/** Why something is as it is. */
@ObjectType('Explanation')
export class ExplanationType {
  @Field()
  kind!: string;
  @Field()
  id!: string;
  @Field(() => [ExplainedStepType])
  steps!: readonly ExplainedStepType[];
  @Field(() => Int)
  leftOut!: number;
  @Field(() => [String], { description: 'The same for people.' })
  lines!: readonly string[];
}

/** Of whom it was asked. */
@ObjectType('AskedSubject')
export class AskedSubjectType {
  @Field()
  scope!: string;
  @Field()
  key!: string;
}

/** What a recorded event says. */
@ObjectType('SaidEvent')
export class SaidEventType {
  @Field()
  id!: string;
  @Field()
  text!: string;
}

/** Why a rule paged nobody. */
@ObjectType('WhyNot')
export class WhyNotType {
  @Field()
  rule!: string;
  @Field(() => AskedSubjectType)
  subject!: AskedSubjectType;
  @Field()
  at!: number;
  @Field({
    description:
      'not_loaded, fired, muted, inhibited, unknown, minimum, within_threshold, pending, not_sure or unreadable.',
  })
  verdict!: string;
  @Field()
  because!: string;
  @Field(() => JsonScalar, { nullable: true, description: 'A number, or timeout.' })
  value!: unknown;
  @Field(() => Number, { nullable: true })
  threshold!: number | null;
  @Field(() => Number, { nullable: true, description: 'Below 0: beyond the threshold.' })
  margin!: number | null;
  @Field(() => [SaidEventType])
  events!: readonly SaidEventType[];
  @Field(() => [String])
  lines!: readonly string[];
}
