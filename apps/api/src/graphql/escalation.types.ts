import { Field, Int, ObjectType } from '@nestjs/graphql';

/** Who is called for an incident, and what happens next. */
@ObjectType('EscalationState')
export class EscalationReportType {
  @Field()
  policy!: string;
  @Field({ description: 'running, acknowledged, snoozed, exhausted or ended.' })
  state!: string;
  @Field(() => Int, { description: 'The level that was called last, from 1.' })
  level!: number;
  @Field(() => Int)
  levels!: number;
  @Field(() => Int, { description: 'From 1.' })
  round!: number;
  @Field(() => Int)
  rounds!: number;
  @Field()
  because!: string;
  @Field(() => String, { nullable: true, description: 'Who took it on, or put it off.' })
  heldBy!: string | null;
  @Field(() => String, { nullable: true, description: 'What is done next; null: nothing is.' })
  next!: string | null;
  @Field(() => Number, { nullable: true })
  nextAt!: number | null;
  @Field()
  startedAt!: number;
}
