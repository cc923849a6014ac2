import { Field, Int, ObjectType } from '@nestjs/graphql';
import { PercentileScalar } from './scalars.js';

/** Counts, success and percentiles. */
@ObjectType({ isAbstract: true })
abstract class FiguresType {
  @Field()
  key!: string;
  @Field()
  good!: number;
  @Field()
  bad!: number;
  @Field()
  excluded!: number;
  @Field({ description: 'Part of bad.' })
  timeout!: number;
  @Field(() => Number, { nullable: true, description: 'Per cent; null without data.' })
  success!: number | null;
  @Field(() => PercentileScalar, { nullable: true })
  p50!: number | string | null;
  @Field(() => PercentileScalar, { nullable: true })
  p95!: number | string | null;
  @Field(() => PercentileScalar, { nullable: true })
  p99!: number | string | null;
}

/** How the fleet or a region was over a window. */
@ObjectType('Health')
export class HealthType extends FiguresType {
  @Field(() => Int)
  windowMs!: number;
  @Field({ description: 'Last slot of the window, seconds of event time.' })
  slot!: number;
}

/** How fleet and regions were over the last complete minute. */
@ObjectType('FleetHealth')
export class FleetHealthType {
  @Field(() => HealthType)
  fleet!: HealthType;
  @Field(() => [HealthType])
  regions!: readonly HealthType[];
  @Field({ description: 'End of the window, ms since the epoch.' })
  asOf!: number;
}

/** One step of a key's history. */
@ObjectType('WindowStep')
export class WindowStepType extends FiguresType {
  @Field({ description: 'Its first moment, ms since the epoch.' })
  from!: number;
}

/** The windows of a family. */
@ObjectType('Windows')
export class WindowsType {
  @Field()
  family!: string;
  @Field()
  from!: number;
  @Field({ description: 'Exclusive.' })
  to!: number;
  @Field(() => Int)
  stepMs!: number;
  @Field(() => [WindowStepType])
  windows!: readonly WindowStepType[];
}

/** A node of the inventory and what was counted of it. */
@ObjectType('Node')
export class NodeType {
  @Field()
  nodeId!: string;
  @Field()
  pop!: string;
  @Field()
  region!: string;
  @Field()
  batches!: number;
  @Field(() => Number, {
    nullable: true,
    description: 'Outcomes, as the node says: counted + late + rejected + gap. null: it does not say.',
  })
  published!: number | null;
  @Field({ description: 'Outcomes that came in time for the rules.' })
  counted!: number;
  @Field({ description: 'Outcomes that came after their second was closed: in every total, seen by no rule.' })
  late!: number;
  @Field({ description: 'Outcomes from the future.' })
  rejected!: number;
  @Field(() => Number, { nullable: true, description: 'Outcomes of batches that never arrived; null: not known.' })
  gap!: number | null;
  @Field(() => Number, {
    nullable: true,
    description: 'Published outcomes that are in no term of the sum, or counted twice if negative. 0 is right.',
  })
  difference!: number | null;
  @Field({ description: 'Batches that never arrived.' })
  gapBatches!: number;
  @Field({ description: 'Records in the name of the node that could not be read.' })
  unreadable!: number;
  @Field({ description: 'Batches that had been counted before.' })
  duplicates!: number;
  @Field(() => Number, { nullable: true, description: 'Newest event time, µs; null: nothing ever came.' })
  lastEventUs!: number | null;
}
