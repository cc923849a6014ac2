import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import { sinceQuery } from '../affected-since.js';
import { customerQuery } from '../customer-list.js';
import { plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { windowQuery } from '../window-query.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import {
  Arg,
  argsType,
  Asked,
  duration,
  maybe,
  moment,
  one,
  rawId,
  text,
  whole,
  withoutNulls,
} from './schema/define.js';
import {
  AffectedSinceType,
  CustomerConnection,
  CustomerType,
  DisagreementsType,
  FleetHealthType,
  FleetNodeConnection,
  FleetNodeType,
  ImpactNowType,
  WindowsType,
} from './types/fleet.types.js';
import * as words from './types/words.js';

const WindowsArgs = argsType('WindowsArgs', {
  family: one(() => words.Family, 'By what outcomes are counted.'),
  key: maybe(text('One of its keys; all of them unless told.')),
  from: maybe(moment('Whole seconds; included; ten minutes ago unless told.')),
  to: maybe(moment('Excluded; now unless told.')),
  step: maybe(duration('Whole seconds, in ms; ten seconds unless told.')),
});
const SinceArgs = argsType('SinceArgs', {
  since: moment('From when on; rounded to a minute.'),
  until: maybe(moment('Until when; as long as is read unless told.')),
  customerId: maybe(rawId('Of this customer alone; of all unless told.')),
  first: maybe(whole('How many customers are listed: at most 500; 50 unless told.')),
});
const FleetNodesArgs = listArgs('FleetNodesArgs');
const CustomersArgs = listArgs('CustomersArgs', {
  tier: maybe(one(() => words.Tier, 'Of this tier.')),
  sector: maybe(text('Of this line of business.')),
  country: maybe(text('With business in this country, ISO 3166-1.')),
});

interface WindowsAsked {
  readonly step?: number | null;
}

/** How the fleet is and was, of what it consists, whom it serves and whom it hurts. */
@Resolver()
@Needs('view')
export class FleetResolver {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Query(() => FleetHealthType, { description: 'How fleet and regions were over the last complete minute.' })
  fleetHealth() {
    return this.queries.fleetHealth();
  }

  @Query(() => WindowsType, { nullable: true, description: 'How it was: a series of one family.' })
  async windows(@Asked(WindowsArgs) { step, ...args }: WindowsAsked) {
    const asked = accepted(readQuery(windowQuery, withoutNulls({ ...args, stepMs: step })));
    return accepted(await this.queries.windows(asked));
  }

  @Query(() => FleetNodeConnection, { description: 'The inventory, by name.' })
  async fleetNodes(@Asked(FleetNodesArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.nodes(ask), args);
  }

  @Query(() => FleetNodeType, { nullable: true, description: 'One node of the inventory.' })
  async fleetNode(@Arg('nodeId', rawId('Its name.')) nodeId: string) {
    return accepted(await this.queries.node(nodeId));
  }

  @Query(() => CustomerConnection, { description: 'Whom the fleet serves, critical ones first.' })
  async customers(@Asked(CustomersArgs) args: PageArgs) {
    return connectionOf(this.queries.customers(accepted(readQuery(customerQuery, given({ ...args })))), args);
  }

  @Query(() => CustomerType, { nullable: true, description: 'One customer.' })
  async customer(@Arg('customerId', rawId('Its id.')) customerId: string) {
    return accepted(await this.queries.customer(customerId));
  }

  @Query(() => ImpactNowType, { description: 'Whom it hurts now, and where.' })
  impact() {
    return this.queries.impact();
  }

  @Query(() => AffectedSinceType, { nullable: true, description: 'Who was hurt in a stretch of the past.' })
  async affectedCustomers(@Asked(SinceArgs) args: PageArgs) {
    return accepted(await this.queries.affectedSince(accepted(readQuery(sinceQuery, given({ ...args })))));
  }

  @Query(() => DisagreementsType, { description: 'Releases that do not agree which names of a zone exist.' })
  disagreements() {
    return this.queries.disagreements();
  }
}
