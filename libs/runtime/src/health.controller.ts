import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Needs } from './needs.js';
import type { Readiness } from './readiness.js';
import { READINESS } from './tokens.js';

/** Whether the process lives, and whether it can do its work. The only routes without a key. */
@Controller()
@Needs('public')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('healthz')
  live() {
    return { status: 'alive' };
  }

  @Get('readyz')
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const unready = await this.readiness.unready();
    const isReady = Object.keys(unready).length === 0;
    void reply.status(isReady ? 200 : 503);
    const notices = this.readiness.notices();
    const told = Object.keys(notices).length === 0 ? {} : { notices };
    return { status: isReady ? 'ready' : 'not ready', unready, ...told };
  }
}
