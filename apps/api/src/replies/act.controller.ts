import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  type ActLink,
  holding,
  isRefusal,
  type Principal,
  PROBLEMS,
  readActLink,
  type Refusal,
  refuse,
  REPLY_ACTIONS,
  type RequestFacts,
} from '#contracts';
import { type Clock, CLOCK, Facts, LINKS, type LinkSettings, Needs, Speaks } from '#runtime';
import { REPLY_ACTS } from '../tokens.js';
import { confirmPage, incidentPage, PAGE_HEADERS, refusalPage } from './act-page.js';
import { askedBy, type ReplyActs, replyIdOf, rollbackOf } from './reply-acts.js';

/** A link speaks for whoever it was sent to, as an operator. */
const principalOf = ({ person }: ActLink): Principal => ({
  keyId: 'link',
  subject: `link:${person}`,
  name: person,
  ...holding('operator'),
  nodeId: undefined,
  door: 'link',
});

const PAGE = { media: ['text/html'], about: 'a page to read and to press, whole in itself' } as const;
/** What it was refused for is said on a page, too, by the status of the catalogue. */
const REFUSED = { 400: PAGE, 403: PAGE, 404: PAGE, 409: PAGE, 410: PAGE, 422: PAGE } as const;

/** Fields of the form of the page. */
const fieldsOf = (body: unknown): URLSearchParams =>
  new URLSearchParams(Buffer.isBuffer(body) ? body.toString('utf8') : '');

/**
 * Signed links in pages. Reading one has no effect, since mail scanners and previews follow every link; its buttons post. Each thing can
 * be done once with one link.
 */
@Controller('act')
@Needs('public')
export class ActController {
  constructor(
    @Inject(REPLY_ACTS) private readonly acts: ReplyActs,
    @Inject(LINKS) private readonly links: LinkSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get(':token')
  @Speaks({
    id: 'showAct',
    summary: 'The page behind a signed link; reading it does nothing',
    answer: PAGE,
    also: REFUSED,
  })
  async show(@Param('token') token: string, @Res() reply: FastifyReply): Promise<void> {
    const link = this.linkOf(token);
    if (isRefusal(link)) return this.refuse(reply, link);
    return this.answer(reply, link);
  }

  @Post(':token')
  @HttpCode(200)
  @Speaks({
    id: 'act',
    summary: 'A button of the page behind a signed link; each does its thing once',
    body: { media: ['application/x-www-form-urlencoded'], about: 'the form of the page' },
    answer: PAGE,
    also: REFUSED,
    repeats: 'known',
  })
  async act(
    @Param('token') token: string,
    @Body() body: unknown,
    @Facts() facts: RequestFacts,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const link = this.linkOf(token);
    if (isRefusal(link)) return this.refuse(reply, link);
    const fields = fieldsOf(body);
    const action = REPLY_ACTIONS.find((each) => each === fields.get('action'));
    if (action === undefined || !link.actions.includes(action))
      return this.refuse(reply, refuse('LINK_INVALID', 'the link is not for that'));
    if (action === 'roll_back' && fields.get('confirm') !== 'yes') return this.confirm(reply, link);
    const reported = { incidentId: link.incidentId, caller: principalOf(link), via: 'link' };
    const done = await askedBy(this.acts, facts).runOnce(replyIdOf('link', token, action), action, reported);
    return this.answer(reply, link, done);
  }

  private linkOf(token: string): ActLink | Refusal {
    const { secret } = this.links;
    return secret === undefined
      ? refuse('NOT_FOUND', 'links are not in use here')
      : readActLink(secret, token, this.clock.nowMs());
  }

  private async confirm(reply: FastifyReply, link: ActLink): Promise<void> {
    const report = await this.acts.incident(link.incidentId);
    if (isRefusal(report)) return this.refuse(reply, report);
    const what = rollbackOf(report);
    if (isRefusal(what)) return this.answer(reply, link, what);
    const rolloutId =
      'rolloutId' in what
        ? what.rolloutId
        : report.rollbacks.find(({ rollbackId }) => rollbackId === what.rollbackId)?.rolloutId;
    const preview = typeof rolloutId === 'string' ? await this.acts.preview(rolloutId) : undefined;
    return this.send(reply, 200, confirmPage(report, isRefusal(preview) ? undefined : preview));
  }

  private async answer(reply: FastifyReply, link: ActLink, done?: string | Refusal): Promise<void> {
    const report = await this.acts.incident(link.incidentId);
    if (isRefusal(report)) return this.refuse(reply, report);
    const canRollBack = !isRefusal(rollbackOf(report));
    if (done === undefined) return this.send(reply, 200, incidentPage(report, link, canRollBack));
    const told = isRefusal(done)
      ? { text: done.detail, isRefused: true }
      : { text: `Done: ${done}.`, isRefused: false };
    const status = isRefusal(done) ? PROBLEMS[done.refused].status : 200;
    return this.send(reply, status, incidentPage(report, link, canRollBack, told));
  }

  private refuse(reply: FastifyReply, { refused, detail }: Refusal): Promise<void> {
    const { status, title } = PROBLEMS[refused];
    return this.send(reply, status, refusalPage(title, detail));
  }

  private async send(reply: FastifyReply, status: number, html: string): Promise<void> {
    await reply.status(status).headers(PAGE_HEADERS).send(html);
  }
}
