import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { answerOf, approvalShape } from '#contracts';
import { Needs, Speaks } from '#runtime';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** What waits for a person. */
@Controller('v1')
@Needs('view')
export class ApprovalsController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  /** Stages, proposed rollbacks and overrides, each with who may say yes and where. The longest waiting first. */
  @Get('approvals')
  @Speaks({
    id: 'listApprovals',
    summary: 'What waits for a person, the longest first, with who may say yes',
    answer: answerOf('approvals', z.array(approvalShape)),
  })
  async approvals() {
    return { approvals: await this.queries.approvals() };
  }
}
