import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  answerOf,
  knownReleaseShape,
  liftingPreviewSchema,
  liftingPreviewShape,
  liftingSchema,
  listOf,
  newAttestationSchema,
  newRehearsalSchema,
  type Principal,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import type { Actions } from '../actions.js';
import { plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { Versioned } from './versioned.js';

/** What is known of releases, whichever rollout brings them. */
@Controller('v1/releases')
export class ReleasesController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({
    id: 'listReleases',
    summary: 'The releases that something is known of',
    query: plainListQuery,
    answer: listOf('releases', knownReleaseShape),
  })
  @Needs('view')
  async releases(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    return listAnswer('releases', accepted(await this.queries.releases(ask)));
  }

  /** `name`: `<software version>+<config revision>`. */
  @Get(':service/:name')
  @Speaks({ id: 'getRelease', summary: 'What is known of a release', answer: answerOf('release', knownReleaseShape) })
  @Versioned(({ service = '', name = '' }) => streamOf.release(service, name))
  @Needs('view')
  async release(@Param('service') service: string, @Param('name') name: string) {
    return { release: accepted(await this.queries.release(service, name)) };
  }

  @Post('attestations')
  @Speaks({
    id: 'attestRelease',
    summary: 'Says that a release ran well',
    body: newAttestationSchema,
    answer: answerOf('release', knownReleaseShape),
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async attest(@Body() body: unknown, @Caller() caller: Principal) {
    const attested = accepted(readBody(newAttestationSchema, body));
    return { release: accepted(await this.actions.attestRelease(attested, caller)) };
  }

  @Post('rehearsals')
  @Speaks({
    id: 'rehearseRollback',
    summary: 'Tells how going back to a release went when it was tried',
    body: newRehearsalSchema,
    answer: answerOf('release', knownReleaseShape),
    matches: true,
  })
  @HttpCode(200)
  @Needs('roll_out')
  async rehearse(@Body() body: unknown, @Caller() caller: Principal) {
    const rehearsed = accepted(readBody(newRehearsalSchema, body));
    return { release: accepted(await this.actions.rehearseRollback(rehearsed, caller)) };
  }

  /** A dry run: nothing is recorded. */
  @Post('quarantine/lift/preview')
  @Speaks({
    id: 'previewLifting',
    summary: 'What lifting a quarantine would do; nothing is recorded',
    body: liftingPreviewSchema,
    answer: answerOf('preview', liftingPreviewShape),
    refuses: ['RELEASE_NOT_QUARANTINED'],
    repeats: 'reads',
  })
  @HttpCode(200)
  @Needs('view')
  async previewLifting(@Body() body: unknown) {
    const { service, release } = accepted(readBody(liftingPreviewSchema, body));
    return { preview: accepted(await this.actions.previewLifting({ service, release })) };
  }

  @Post('quarantine/lift')
  @Speaks({
    id: 'liftQuarantine',
    summary: 'Lets a release be brought again',
    body: liftingSchema,
    answer: answerOf('release', knownReleaseShape),
    refuses: ['RELEASE_NOT_QUARANTINED'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('lift')
  async lift(@Body() body: unknown, @Caller() caller: Principal) {
    const lifting = accepted(readBody(liftingSchema, body));
    return { release: accepted(await this.actions.liftQuarantine(lifting, caller)) };
  }
}
