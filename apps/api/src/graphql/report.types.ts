import { ArgsType, Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from './scalars.js';

/** One status update of an incident. */
@ObjectType('StatusUpdate')
export class StatusUpdateType {
  @Field(() => ID)
  incidentId!: string;
  @Field(() => Int)
  n!: number;
  @Field({ description: 'drafted, published, discarded or replaced.' })
  status!: string;
  @Field(() => JsonScalar, {
    description: 'title, state, impact, text, workaround, regions, startedAtMs, nextUpdateAtMs.',
  })
  update!: unknown;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field()
  publishBy!: number;
  @Field()
  draftedAt!: number;
  @Field(() => Number, { nullable: true })
  publishedAt!: number | null;
  @Field(() => String, { nullable: true })
  settledBy!: string | null;
}

/** Which draft is published, and as what. */
@ArgsType()
export class PublicationArgs {
  @Field(() => ID)
  incidentId!: string;
  @Field(() => Int)
  n!: number;
  @Field(() => String, { nullable: true })
  text?: string | null;
  @Field(() => String, { nullable: true })
  workaround?: string | null;
}
