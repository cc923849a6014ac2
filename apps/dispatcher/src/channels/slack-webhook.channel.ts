import { addressSecrets } from './address-secrets.js';
import type { AttemptAnswer } from './attempt.decide.js';
import { type HttpChannel, httpChannel } from './channel.js';
import { slackMessage } from './slack-message.js';

/** An attempt at a page that takes longer is repeated, and marked as such: nothing there folds a repetition. */
const TIMEOUT_MS = 10_000;

/** About a message a second of a channel; a sixth of it is kept for what is urgent, so two leave at once at most. They disable an app that goes on beyond it. */
const PACE = { perMinute: 50, urgentPerMinute: 10, burst: 1 } as const;

/** They say `ok`, as text; whoever says something else with 200, or nothing, is not Slack or was broken off, and may have taken it. */
const readAnswer = (answer: AttemptAnswer): AttemptAnswer =>
  answer.kind === 'answered' && answer.status < 300 && answer.detail.trim() !== 'ok'
    ? { kind: 'network', detail: `not an answer of Slack: ${answer.detail.slice(0, 100)}` }
    : answer;

/** A Slack incoming webhook: each delivery is a message of its own, in the one channel that the webhook is made for. */
export const slackWebhookChannel = ({ url }: { readonly url: URL }): HttpChannel =>
  httpChannel({
    name: 'slack-webhook',
    isKeyed: false,
    pace: PACE,
    timeoutMs: TIMEOUT_MS,
    secrets: addressSecrets(url),
    readAnswer,
    requestOf: (delivery) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(slackMessage(delivery, false)),
      timeoutMs: TIMEOUT_MS,
    }),
  });
