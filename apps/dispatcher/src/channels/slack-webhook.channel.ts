import { addressSecrets } from './address-secrets.js';
import { type HttpChannel, httpChannel } from './channel.js';
import { slackMessage } from './slack-message.js';

/** An attempt at a page that takes longer is repeated, and marked as such: nothing there folds a repetition. */
const TIMEOUT_MS = 10_000;

/** About a message a second of a channel; a sixth of it is kept for what is urgent. They disable an app that goes on beyond it. */
const PACE = { perMinute: 50, urgentPerMinute: 10 } as const;

/** A Slack incoming webhook: each delivery is a message of its own, in the one channel that the webhook is made for. */
export const slackWebhookChannel = ({ url }: { readonly url: URL }): HttpChannel =>
  httpChannel({
    name: 'slack-webhook',
    isKeyed: false,
    pace: PACE,
    timeoutMs: TIMEOUT_MS,
    secrets: addressSecrets(url),
    requestOf: (delivery) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(slackMessage(delivery, false)),
      timeoutMs: TIMEOUT_MS,
    }),
  });
