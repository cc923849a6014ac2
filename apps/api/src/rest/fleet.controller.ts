import { Controller, Get, Inject, Query } from '@nestjs/common';
import { disagreementsAnswer, fleetAnswer, windowsAnswer } from '#contracts';
import { accepted, Needs, readQuery, Speaks, writtenOnce } from '#runtime';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { windowQuery } from '../window-query.js';

/** How the fleet is, and how it was. */
@Controller('v1')
@Needs('view')
export class FleetController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('fleet')
  @Speaks({ id: 'getFleet', summary: 'How the fleet and its regions are now', answer: fleetAnswer })
  async fleet() {
    return writtenOnce(await this.queries.fleetHealth());
  }

  @Get('windows')
  @Speaks({
    id: 'getWindows',
    summary: 'How a family of keys was, step by step',
    query: windowQuery,
    answer: windowsAnswer,
  })
  async windows(@Query() query: unknown) {
    return writtenOnce(accepted(await this.queries.windows(accepted(readQuery(windowQuery, query)))));
  }

  /** Releases that do not agree which names of a zone exist: suspects of wrong answers. */
  @Get('disagreements')
  @Speaks({
    id: 'getDisagreements',
    summary: 'Releases that do not agree which names of a zone exist',
    answer: disagreementsAnswer,
  })
  disagreements() {
    return this.queries.disagreements();
  }
}
