import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { ZONE_PAGE_MAX, type ZonePage, zonePageSchema } from '#contracts';
import { accepted, CATALOGUE, type CatalogueFollower, type Clock, CLOCK, Needs, readQuery, Speaks } from '#runtime';
import { tellable } from '#store';

const querySchema = z.object({
  /** The highest id that the agent has. */
  after: z.coerce.number().int().nonnegative().default(0),
});

/** The registry of zones for agents without a broker, from memory: it is there while Postgres is away. */
@Controller('v1/registry')
export class RegistryController {
  constructor(
    @Inject(CATALOGUE) private readonly catalogue: CatalogueFollower,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('zones')
  @Speaks({
    id: 'listZones',
    summary: 'The ids of zones behind an id, for agents',
    query: querySchema,
    answer: zonePageSchema,
  })
  @Needs('telemetry')
  zones(@Query() query: unknown): ZonePage {
    const { after } = accepted(readQuery(querySchema, query));
    const { registry } = this.catalogue.current();
    // Ids are dense from 1: what comes after an id stands at it.
    const page = tellable(registry.slice(after, after + ZONE_PAGE_MAX), this.clock.nowMs());
    return {
      ids: page.map(({ id }) => id),
      zones: page.map(({ zone }) => zone),
      newest: registry.at(-1)?.id ?? 0,
    };
  }
}
