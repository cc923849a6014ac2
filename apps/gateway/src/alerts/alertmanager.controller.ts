import { createHash } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  alertmanagerRefusalAnswer,
  alertmanagerStatusAnswer,
  gettableAlertShape,
  isRefusal,
  type Principal,
  refuse,
  webhookTakenAnswer,
} from '#contracts';
import { accepted, Caller, type Clock, CLOCK, DATABASE, Needs, Speaks } from '#runtime';
import { createAlertRepository, type Database, LIST_ROWS_MAX } from '#store';
import { type AlertReading, readPosted, type ReadAlerts, readWebhook } from './alertmanager-alert.decide.js';
import { gettableAlert, readMatchers, statusOf } from './alertmanager-view.js';
import { DeadLetters } from '../dead-letters.js';
import { Intake } from '../intake.js';
import { parseJson } from '../json-body.js';

/** As long as a fingerprint of Alertmanager: 64 bits tell a thousand open alerts apart. */
const DIGEST_CHARS = 16;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGEST_CHARS);
/** Reasons that one answer spells out: what is wrong with ten is wrong with the rest. */
const REASONS_MAX = 10;

const describe = ({ signals, refused }: ReadAlerts): string => {
  const more = refused.length > REASONS_MAX ? `; ${refused.length - REASONS_MAX} more` : '';
  const taken = `${signals.length} of ${signals.length + refused.length} alerts were taken`;
  return `${taken}; refused: ${refused.slice(0, REASONS_MAX).join('; ')}${more}`;
};

/** Alertmanager's API as Prometheus and amtool use it, and the webhook of an Alertmanager. */
@Controller()
@Needs('alert')
export class AlertmanagerController {
  constructor(
    @Inject(Intake) private readonly intake: Intake,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Good alerts are taken whatever stands beside them, as Alertmanager does; the answer says which were not, as it does not. */
  @Post('api/v2/alerts')
  @HttpCode(200)
  @Speaks({
    id: 'postAlerts',
    summary: 'Takes alerts as Prometheus sends them to an Alertmanager',
    body: { media: ['application/json'], about: 'a list of alerts, as Alertmanager takes them' },
    answer: 'nothing',
    also: { 400: alertmanagerRefusalAnswer },
    repeats: 'known',
  })
  async post(@Body() body: unknown, @Caller() caller: Principal, @Res() reply: FastifyReply): Promise<void> {
    const parsed = parseJson(body);
    if (isRefusal(parsed) || !Array.isArray(parsed.value)) {
      const message = isRefusal(parsed) ? parsed.detail : 'expected a list of alerts';
      await reply.status(400).send({ code: 400, message });
      return;
    }
    const read = readPosted(parsed.value, this.reading());
    accepted(await this.intake.alerts(read.signals, caller));
    if (read.refused.length === 0) {
      await reply.status(200).send();
      return;
    }
    const text = describe(read);
    this.keep(body, text, caller);
    await reply.status(400).type('application/json').send(JSON.stringify(text));
  }

  @Get('api/v2/alerts')
  @Speaks({
    id: 'getAlertmanagerAlerts',
    summary: 'Open alerts of other systems, as amtool and Grafana ask for them',
    answer: z.array(gettableAlertShape),
    also: { 400: alertmanagerRefusalAnswer },
  })
  async alerts(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const matches = readMatchers(query);
    if (typeof matches === 'string') {
      await reply.status(400).type('application/json').send(JSON.stringify(matches));
      return;
    }
    const states = ['firing', 'unknown', 'recovering'] as const;
    const rows = await createAlertRepository(this.database).list({ states, scope: 'external', limit: LIST_ROWS_MAX });
    await reply.send(rows.map(gettableAlert).filter(matches));
  }

  @Get('api/v2/status')
  @Speaks({
    id: 'getAlertmanagerStatus',
    summary: 'That somebody answers, for what asks an Alertmanager',
    answer: alertmanagerStatusAnswer,
  })
  status() {
    return statusOf(this.clock.nowMs());
  }

  @Post('v1/alerts/alertmanager')
  @Speaks({
    id: 'sendAlertmanagerWebhook',
    summary: 'Takes the webhook of an Alertmanager',
    body: { media: ['application/json'], about: 'the webhook of an Alertmanager, version 4' },
    answer: webhookTakenAnswer,
    repeats: 'known',
  })
  @HttpCode(202)
  async webhook(@Body() body: unknown, @Caller() caller: Principal) {
    const read = readWebhook(body, this.reading());
    if (typeof read === 'string') {
      this.keep(body, read, caller);
      return accepted<never>(refuse('BODY_INVALID', read));
    }
    accepted(await this.intake.alerts(read.signals, caller));
    const { signals, refused, truncated } = read;
    if (refused.length > 0) this.keep(body, describe(read), caller);
    if (truncated > 0) this.keep(body, `${truncated} alerts were left out by their sender: set max_alerts: 0`, caller);
    return {
      accepted: signals.length,
      refused: refused.slice(0, REASONS_MAX),
      ...(truncated === 0 ? {} : { truncated }),
    };
  }

  private reading(): AlertReading {
    return { nowMs: this.clock.nowMs(), digest };
  }

  private keep(body: unknown, detail: string, principal: Principal): void {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body) ?? '');
    const refusal = refuse('BODY_INVALID', detail);
    this.deadLetters.keep({ principal, contentType: 'application/json', body: bytes, refusal });
  }
}
