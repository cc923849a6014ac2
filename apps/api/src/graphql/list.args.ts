import { ArgsType, Field, Int } from '@nestjs/graphql';

/** Arguments of a list: the same words as in REST, checked by the same schema. */
@ArgsType()
export class ListArgs {
  @Field(() => [String], { nullable: true })
  status?: readonly string[] | null;
  @Field(() => Int, { nullable: true, description: 'At most 500; 50 unless told.' })
  limit?: number | null;
}

/** Arguments of alerts. */
@ArgsType()
export class AlertArgs {
  @Field(() => [String], { nullable: true })
  state?: readonly string[] | null;
  @Field(() => Int, { nullable: true })
  limit?: number | null;
}

/** Arguments of rollbacks. */
@ArgsType()
export class RollbackArgs extends ListArgs {
  @Field(() => String, { nullable: true })
  incidentId?: string | null;
}

/** Arguments of windows. */
@ArgsType()
export class WindowArgs {
  @Field()
  family!: string;
  @Field(() => String, { nullable: true })
  key?: string | null;
  @Field(() => Number, { nullable: true, description: 'Ms since the epoch, whole seconds; included.' })
  from?: number | null;
  @Field(() => Number, { nullable: true, description: 'Excluded.' })
  to?: number | null;
  @Field(() => Int, { nullable: true })
  stepMs?: number | null;
}

/** Arguments as REST has them: what is null was not given. */
export const given = (args: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null && value !== undefined));
