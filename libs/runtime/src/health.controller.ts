import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { aliveSchema, readinessSchema } from '#contracts';
import { Needs } from './needs.js';
import type { Readiness } from './readiness.js';
import { Speaks } from './spoken/speaks.js';
import { READINESS } from './tokens.js';

/** Whether the process lives, and whether it can do its work. The only routes without a key. */
@Controller()
@Needs('public')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('healthz')
  @Speaks({ id: 'getLiveness', summary: 'Whether the process lives', answer: aliveSchema })
  live() {
    return { status: 'alive' };
  }

  @Get('readyz')
  @Speaks({
    id: 'getReadiness',
    summary: 'Whether the process can do its work, and if not why',
    answer: readinessSchema,
    also: { 503: readinessSchema },
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const unready = await this.readiness.unready();
    const isReady = Object.keys(unready).length === 0;
    void reply.status(isReady ? 200 : 503);
    const notices = this.readiness.notices();
    const told = Object.keys(notices).length === 0 ? {} : { notices };
    return { status: isReady ? 'ready' : 'not ready', unready, ...told };
  }
}
