import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Needs } from '../needs.js';
import { Speaks } from '../spoken/speaks.js';
import { METERS } from '../tokens.js';
import type { Meters, MetricsFormat } from './meters.js';

/** What the scraper understands: OpenMetrics where it says so, text otherwise. */
export const formatOf = (accept: string | undefined): MetricsFormat =>
  (accept ?? '').includes('application/openmetrics-text') ? 'openmetrics' : 'text';

/** What the process tells Prometheus of itself; behind a key like everything that is not health. */
@Controller()
@Needs('view')
export class MetricsController {
  constructor(@Inject(METERS) private readonly meters: Meters) {}

  @Get('metrics')
  @Speaks({
    id: 'getMetrics',
    summary: 'What this process counts of itself, for Prometheus',
    answer: {
      media: ['text/plain', 'application/openmetrics-text'],
      about: 'the text format of Prometheus, or OpenMetrics where that is accepted',
    },
  })
  async metrics(@Headers('accept') accept: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const { contentType, body } = await this.meters.expose(formatOf(accept));
    await reply.type(contentType).send(body);
  }
}
