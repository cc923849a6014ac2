import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  answerOf,
  auditedActShape,
  listOf,
  newVerificationSchema,
  type Principal,
  shownActShape,
  verificationSchema,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import type { AuditDoor } from '../audit/audit-door.js';
import { auditPosition, auditQuery } from '../audit/audit-query.js';
import { AUDIT } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** What was done, by whom and why; and whether the record of it is what was recorded. */
@Controller('v1/audit')
@Needs('view')
export class AuditController {
  constructor(@Inject(AUDIT) private readonly audit: AuditDoor) {}

  @Get()
  @Speaks({
    id: 'listActs',
    summary: 'Acts through a door, newest first',
    query: auditQuery,
    answer: listOf('acts', auditedActShape),
  })
  async acts(@Query() query: unknown) {
    const { to: until, ...ask } = accepted(readQuery(auditQuery, query));
    return listAnswer('acts', accepted(await this.audit.acts({ ...ask, until })));
  }

  /** Every event is read: as much work as a report of a year. */
  @Post('verifications')
  @Speaks({
    id: 'beginVerification',
    summary: 'Verifies the chains of all events, one such work at a time',
    body: newVerificationSchema,
    answer: answerOf('verification', verificationSchema),
    refuses: ['VERIFICATION_UNDER_WAY'],
    located: true,
  })
  @HttpCode(202)
  @Needs('operate')
  async verify(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const { keptHeads } = accepted(readBody(newVerificationSchema, body ?? undefined));
    const verification = accepted(await this.audit.verifications.begin(keptHeads, caller));
    void reply.header('Location', `/v1/audit/verifications/${verification.verificationId}`);
    return { verification };
  }

  @Get('verifications')
  @Speaks({
    id: 'listVerifications',
    summary: 'The verifications that are kept, newest first: at most 20',
    answer: listOf('verifications', verificationSchema),
  })
  async verifications() {
    return { verifications: await this.audit.verifications.newest() };
  }

  @Get('verifications/:id')
  @Speaks({
    id: 'getVerification',
    summary: 'How far a verification is, and what it found; any process tells',
    answer: answerOf('verification', verificationSchema),
  })
  async verification(@Param('id') id: string) {
    return { verification: accepted(await this.audit.verifications.find(id)) };
  }

  @Get(':position')
  @Speaks({
    id: 'getAct',
    summary: 'One event: what it changed, who did it, and its links in the chain',
    answer: answerOf('act', shownActShape),
    refuses: ['QUERY_INVALID', 'QUERY_TOO_COSTLY'],
  })
  async act(@Param('position') position: string) {
    return { act: accepted(await this.audit.act(accepted(readQuery(auditPosition, position)))) };
  }
}
