import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { callbackTakenAnswer, isRefusal, type RequestFacts, slackEventAnswer, slackPressAnswer } from '#contracts';
import { post } from '#outgoing';
import { accepted, type Clock, CLOCK, EVENT_STORE, Facts, type Logger, LOGGER, Needs, refused, Speaks } from '#runtime';
import type { EventStore } from '#store';
import { REPLY_ACTS, REPLY_SETTINGS } from '../tokens.js';
import { readPagerDutyWebhook, takePagerDutyWebhook } from './pagerduty-webhook.js';
import { askedBy, type ReplyActs } from './reply-acts.js';
import type { ReplySettings } from './reply.config.js';
import { refusePagerDuty, refuseSlack } from './signatures.js';
import { readSlackEvent, takeSlackEvent } from './slack-event.js';
import { answerSlackPress, isSlackAddress, readSlackPress } from './slack.js';

/** Slack waits 3 s for us; for its own answer it gets less. */
const SLACK_ANSWER_MS = 2_000;

const bytesOf = (body: unknown): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));

/** Where receivers of pages tell what people did there. What is not signed by them is not read. */
@Controller('v1/callbacks')
@Needs('public')
export class CallbacksController {
  constructor(
    @Inject(REPLY_ACTS) private readonly acts: ReplyActs,
    @Inject(REPLY_SETTINGS) private readonly settings: ReplySettings,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Post('slack')
  @Speaks({
    id: 'slackPressed',
    summary: 'A button that was pressed in Slack, signed by it',
    body: { media: ['application/x-www-form-urlencoded'], about: 'an interaction payload of Slack' },
    answer: slackPressAnswer,
    refuses: ['SIGNATURE_INVALID'],
    repeats: 'known',
  })
  @HttpCode(200)
  async slack(@Body() body: unknown, @Headers() headers: Record<string, string>, @Facts() facts: RequestFacts) {
    const { bytes, signature } = this.signedBySlack(body, headers);
    const press = accepted(readSlackPress(bytes));
    const text = await answerSlackPress(askedBy(this.acts, facts), this.settings.slackUsers, press, signature);
    if (text === undefined) return {};
    const answer = { response_type: 'ephemeral', replace_original: false, text };
    // A press of a block is answered there, one of an old attachment here.
    if (isSlackAddress(press.response_url)) void this.tellSlack(press.response_url, answer);
    return answer;
  }

  @Post('slack/events')
  @Speaks({
    id: 'slackTold',
    summary: 'What was said in the thread of a page in Slack, signed by it',
    body: { media: ['application/json'], about: 'an event of the Slack Events API' },
    answer: slackEventAnswer,
    refuses: ['SIGNATURE_INVALID'],
    repeats: 'known',
  })
  @HttpCode(200)
  async slackEvents(@Body() body: unknown, @Headers() headers: Record<string, string>, @Facts() facts: RequestFacts) {
    const told = readSlackEvent(this.signedBySlack(body, headers).bytes);
    // It is theirs: refusals in a row end the subscription.
    if (isRefusal(told)) return { taken: false, because: told.detail };
    if (told.type === 'url_verification') return { challenge: told.challenge };
    return takeSlackEvent(askedBy(this.acts, facts), this.settings.slackUsers, told);
  }

  @Post('pagerduty')
  @Speaks({
    id: 'pagerDutyTold',
    summary: 'What people did with a page in PagerDuty, signed by it',
    body: { media: ['application/json'], about: 'a webhook of PagerDuty, version 3' },
    answer: callbackTakenAnswer,
    refuses: ['SIGNATURE_INVALID'],
    repeats: 'known',
  })
  @HttpCode(202)
  async pagerduty(@Body() body: unknown, @Headers() headers: Record<string, string>, @Facts() facts: RequestFacts) {
    const secret = this.settings.pagerDutyWebhookSecret;
    if (secret === undefined) throw refused('NOT_FOUND', 'PAGERDUTY_WEBHOOK_SECRET is not set');
    const bytes = bytesOf(body);
    const refusal = refusePagerDuty(secret, headers['x-pagerduty-signature'], bytes);
    if (refusal !== undefined) return accepted<never>(refusal);
    const webhook = readPagerDutyWebhook(bytes);
    // It is theirs: what we cannot read they cannot say otherwise, and would only be told to stop sending.
    if (isRefusal(webhook)) return { taken: false, because: webhook.detail };
    const { acts, store, clock } = this;
    return takePagerDutyWebhook({ acts: askedBy(acts, facts), store, clock }, webhook);
  }

  private signedBySlack(body: unknown, headers: Record<string, string>) {
    const secret = this.settings.slackSigningSecret;
    if (secret === undefined) throw refused('NOT_FOUND', 'SLACK_SIGNING_SECRET is not set');
    const bytes = bytesOf(body);
    const { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } = headers;
    const refusal = refuseSlack(secret, { timestamp, signature }, bytes, this.clock.nowMs());
    return refusal === undefined ? { bytes, signature: signature ?? '' } : accepted<never>(refusal);
  }

  private async tellSlack(url: string, answer: object): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(answer);
    const told = await post({ url: new URL(url), headers, body, timeoutMs: SLACK_ANSWER_MS }, [url]);
    if (told.kind !== 'answered')
      this.logger.warn({ because: told.detail }, 'who pressed a button in Slack could not be answered there');
  }
}
