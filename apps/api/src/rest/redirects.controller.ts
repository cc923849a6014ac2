import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { answerOf, listOf, type Principal, redirectEndPreviewShape, redirectShape, streamOf } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, redirectQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { Versioned } from './versioned.js';

/** Traffic that was moved away from where it failed. */
@Controller('v1')
@Needs('view')
export class RedirectsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('redirects')
  @Speaks({
    id: 'listRedirects',
    summary: 'Redirects of traffic, newest first',
    query: redirectQuery,
    answer: listOf('redirects', redirectShape),
  })
  async redirects(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(redirectQuery, query));
    return listAnswer('redirects', accepted(await this.queries.redirects({ statuses: status, ...ask })));
  }

  @Get('redirects/:id')
  @Speaks({ id: 'getRedirect', summary: 'A redirect of traffic', answer: answerOf('redirect', redirectShape) })
  @Versioned(({ id = '' }) => streamOf.redirect(id))
  async redirect(@Param('id') id: string) {
    return { redirect: accepted(await this.queries.redirect(id)) };
  }

  /** A dry run: nothing is recorded. */
  @Post('redirects/:id/end/preview')
  @Speaks({
    id: 'previewRedirectEnd',
    summary: 'What ending a redirect that stopped would do; nothing is recorded',
    answer: answerOf('preview', redirectEndPreviewShape),
    refuses: ['REDIRECT_NOT_STOPPED'],
    repeats: 'reads',
  })
  @HttpCode(200)
  async previewEnd(@Param('id') id: string) {
    return { preview: accepted(await this.actions.previewRedirectEnd(id)) };
  }

  /** A redirect that stopped, and whose nodes will not come back. */
  @Post('redirects/:id/end')
  @Speaks({
    id: 'endRedirect',
    summary: 'Ends a redirect that stopped, whose nodes will not come back',
    body: commented,
    answer: answerOf('redirect', redirectShape),
    refuses: ['REDIRECT_NOT_STOPPED'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async end(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { redirect: accepted(await this.actions.endRedirect(id, comment, caller)) };
  }
}
