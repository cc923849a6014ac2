import { Field, ObjectType } from '@nestjs/graphql';
import { ReasonType } from './reason.type.js';

/** One condition of an automatic action, and whether it held. */
@ObjectType('Rail')
export class RailType {
  @Field()
  rail!: string;
  @Field()
  holds!: boolean;
  @Field()
  detail!: string;
}

/** A rail that refused. */
@ObjectType('Refusal')
export class RefusalType {
  @Field()
  rail!: string;
  @Field()
  because!: string;
  @Field()
  at!: number;
}

/** One of the two commands of a redirect. */
@ObjectType('RedirectCommand')
export class RedirectCommandType {
  @Field({ description: 'drain or resume.' })
  action!: string;
  @Field()
  commandId!: string;
  @Field()
  generation!: number;
  @Field()
  because!: string;
  @Field()
  at!: number;
}

/** What a node answered. */
@ObjectType('RedirectAnswer')
export class RedirectAnswerType {
  @Field()
  action!: string;
  @Field()
  nodeId!: string;
  @Field()
  status!: string;
  @Field()
  answeredAt!: number;
}

/** Traffic of a PoP or region that is moved to its siblings. */
@ObjectType('Redirect')
export class RedirectType {
  @Field()
  redirectId!: string;
  @Field()
  incidentId!: string;
  @Field()
  alertId!: string;
  @Field({ description: 'refused, decided, draining, drained, verified, resuming, stopped or ended.' })
  status!: string;
  @Field(() => String, { nullable: true, description: 'pop or region.' })
  scope!: string | null;
  @Field(() => String, { nullable: true })
  key!: string | null;
  @Field(() => [String])
  nodes!: readonly string[];
  @Field(() => [String])
  siblings!: readonly string[];
  @Field(() => ReasonType, { nullable: true })
  trigger!: ReasonType | null;
  @Field(() => [RailType])
  rails!: readonly RailType[];
  @Field(() => [RefusalType])
  refusals!: readonly RefusalType[];
  @Field(() => [RedirectCommandType])
  commands!: readonly RedirectCommandType[];
  @Field(() => [RedirectAnswerType])
  answers!: readonly RedirectAnswerType[];
  @Field(() => String, { nullable: true })
  because!: string | null;
  @Field()
  decidedAt!: number;
  @Field()
  changedAt!: number;
  @Field(() => Number, { nullable: true })
  endedAt!: number | null;
}
