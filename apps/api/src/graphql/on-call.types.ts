import { ArgsType, Field, Float, Int, ObjectType } from '@nestjs/graphql';
import { JsonScalar } from './scalars.js';

/** Who a schedule names now. */
@ObjectType('ScheduleNow')
export class ScheduleNowType {
  @Field()
  schedule!: string;
  @Field()
  timeZone!: string;
  @Field(() => String, { nullable: true, description: 'null: nobody.' })
  person!: string | null;
  @Field(() => Float, { nullable: true, description: 'Ms since the epoch; null: nothing changes within 90 days.' })
  untilMs!: number | null;
  @Field(() => JsonScalar, { nullable: true, description: 'person, and fromMs.' })
  next!: unknown;
}

/** A time at which a schedule names nobody. */
@ObjectType('OnCallGap')
export class OnCallGapType {
  @Field()
  schedule!: string;
  @Field(() => Float)
  fromMs!: number;
  @Field(() => Float)
  untilMs!: number;
}

/** Somebody takes the place of whoever a schedule names. */
@ObjectType('ScheduleOverride')
export class ScheduleOverrideType {
  @Field()
  scheduleOverrideId!: string;
  @Field()
  schedule!: string;
  @Field()
  person!: string;
  @Field(() => Float)
  fromMs!: number;
  @Field(() => Float)
  untilMs!: number;
  @Field()
  madeBy!: string;
  @Field()
  comment!: string;
  @Field(() => Float)
  madeAt!: number;
  @Field(() => Float, { nullable: true })
  withdrawnAt!: number | null;
  @Field(() => String, { nullable: true })
  withdrawnBy!: string | null;
}

/** An override, and what it changes. */
@ObjectType('OverriddenSchedule')
export class OverriddenScheduleType {
  @Field(() => ScheduleOverrideType)
  override!: ScheduleOverrideType;
  @Field(() => [OnCallGapType], { description: 'Nobody was on call, and now somebody is.' })
  fills!: readonly OnCallGapType[];
  @Field(() => [OnCallGapType], { description: 'Somebody was on call, and now nobody is.' })
  opens!: readonly OnCallGapType[];
  @Field(() => [OnCallGapType], { description: 'Of the schedule, in the next 30 days.' })
  gaps!: readonly OnCallGapType[];
}

/** Who is on call. */
@ObjectType('OnCall')
export class OnCallType {
  @Field(() => Float)
  atMs!: number;
  @Field(() => Int, { nullable: true, description: 'Of the plan; null: none was loaded.' })
  version!: number | null;
  @Field(() => String, { nullable: true })
  source!: string | null;
  @Field(() => [ScheduleNowType])
  schedules!: readonly ScheduleNowType[];
  @Field(() => JsonScalar, { description: 'Of each policy its levels, with whom they would call now.' })
  policies!: unknown;
  @Field(() => [OnCallGapType], { description: 'Of the next 30 days.' })
  gaps!: readonly OnCallGapType[];
  @Field(() => [ScheduleOverrideType])
  overrides!: readonly ScheduleOverrideType[];
  @Field(() => JsonScalar, { description: 'pointer and detail.' })
  warnings!: unknown;
}

/** Who is to take whose place. */
@ArgsType()
export class ScheduleOverrideArgs {
  @Field()
  schedule!: string;
  @Field()
  person!: string;
  @Field(() => Float, { nullable: true, description: 'Ms since the epoch; now unless told.' })
  fromMs?: number | null;
  @Field(() => Float)
  untilMs!: number;
  @Field()
  comment!: string;
}
