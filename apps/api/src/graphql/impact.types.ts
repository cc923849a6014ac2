import { Field, Int, ObjectType } from '@nestjs/graphql';
import { ByTierType, HurtCustomerType } from './incident.types.js';
import { JsonScalar } from './scalars.js';

/** A region of the fleet, in the order of recovery. */
@ObjectType('RegionNow')
export class RegionNowType {
  @Field(() => Int, { description: '1 is brought back first.' })
  order!: number;
  @Field()
  region!: string;
  @Field(() => Number, { nullable: true, description: 'Share of its queries that fail, 0 to 1.' })
  failing!: number | null;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field()
  dollarsPerMinute!: number;
}

/** A country, or a part of the world, of the customers that are hurt. */
@ObjectType('PlaceNow')
export class PlaceNowType {
  @Field()
  place!: string;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field()
  dollarsPerMinute!: number;
  @Field({ description: 'Sites of the customers that are hurt.' })
  sites!: number;
  @Field({ description: 'Per cent of all such sites, as counted.' })
  sitesPercent!: number;
}

/** What customers of one sector lose. */
@ObjectType('ImpactPart')
export class ImpactPartType {
  @Field()
  key!: string;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field()
  dollarsPerMinute!: number;
}

/** Whom it hurts now, and where. */
@ObjectType('ImpactNow')
export class ImpactNowType {
  @Field({ description: 'End of the window, ms since the epoch.' })
  asOf!: number;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field(() => ByTierType)
  byTier!: ByTierType;
  @Field()
  score!: number;
  @Field()
  dollarsPerMinute!: number;
  @Field(() => [RegionNowType])
  regions!: readonly RegionNowType[];
  @Field(() => [ImpactPartType])
  sectors!: readonly ImpactPartType[];
  @Field(() => [PlaceNowType])
  countries!: readonly PlaceNowType[];
  @Field(() => [PlaceNowType])
  worldRegions!: readonly PlaceNowType[];
}

/** A customer that was hurt. */
@ObjectType('HurtSince')
export class HurtSinceType extends HurtCustomerType {
  @Field(() => Int, { description: 'Its zones.' })
  domains!: number;
  @Field(() => String, { nullable: true })
  sector!: string | null;
  @Field(() => Int, { description: 'In how many minutes it was hurt; failing is its share in the worst.' })
  minutes!: number;
  @Field({ description: 'Beginning of the first of them, ms since the epoch.' })
  firstAt!: number;
  @Field({ description: 'End of the last.' })
  lastAt!: number;
}

/** Who was hurt in a stretch of the past. */
@ObjectType('AffectedSince')
export class AffectedSinceType {
  @Field()
  from!: number;
  @Field({ description: 'Excluded.' })
  to!: number;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field(() => ByTierType)
  byTier!: ByTierType;
  @Field()
  dollarsPerMinute!: number;
  @Field(() => [HurtSinceType])
  customers!: readonly HurtSinceType[];
}

/** What a tier lost. */
@ObjectType('TierCost')
export class TierCostType {
  @Field()
  tier!: string;
  @Field(() => Int)
  affectedCustomers!: number;
  @Field({ description: 'Of one customer, for as long as the incident lasted.' })
  dollarsEach!: number;
}

/** What an incident costs. */
@ObjectType('IncidentCost')
export class IncidentCostType {
  @Field()
  incidentId!: string;
  @Field()
  from!: number;
  @Field()
  until!: number;
  @Field()
  isOver!: boolean;
  @Field()
  minutes!: number;
  @Field()
  dollarsPerMinute!: number;
  @Field()
  peakDollarsPerMinute!: number;
  @Field({ description: 'Measured: each figure for as long as it stood.' })
  cumulativeDollars!: number;
  @Field(() => [TierCostType])
  tiers!: readonly TierCostType[];
  @Field(() => JsonScalar, { description: 'By the formulas of the cost model.' })
  estimate!: unknown;
}
