import { Controller, Get, Inject, Query } from '@nestjs/common';
import { accepted, Needs, readQuery } from '#runtime';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { windowQuery } from '../window-query.js';

/** How the fleet is, and how it was. */
@Controller('v1')
@Needs('view')
export class FleetController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('fleet')
  fleet() {
    return this.queries.fleetHealth();
  }

  @Get('windows')
  async windows(@Query() query: unknown) {
    return accepted(await this.queries.windows(accepted(readQuery(windowQuery, query))));
  }

  /** Releases that do not agree which names of a zone exist: suspects of wrong answers. */
  @Get('disagreements')
  disagreements() {
    return this.queries.disagreements();
  }
}
