import { z } from 'zod';
import { ConfigError, type Environment, readSettings } from '#config';
import type { Channel, Channels } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { targetUrl } from './channels/target-url.js';
import { webhookChannel } from './channels/webhook.channel.js';

/**
 * How often the reconcilers look. A page leaves at most this long after it was asked for, of the second that is left beside the
 * five of detection; looking in vain costs three queries of 0.1 to 0.5 ms (measured with 20,000
 * deliveries and 5,000 commands behind them).
 */
export const RECONCILE_EVERY_MS = 200;

/**
 * Sends under way at once through one channel; what is due beyond them stays due. While a receiver hangs, a newer page waits at most
 * (what was due before it / 8) × the channel's timeout of 10 to 15 s, and no other channel waits at all.
 */
export const SENDS_PER_CHANNEL_MAX = 8;

/** The longest that any channel waits for an answer: a webhook's. */
export const CHANNEL_TIMEOUT_MS_MAX = 15_000;

/**
 * How long a claimed delivery may stay without a recorded attempt before another dispatcher takes it. Too short pages twice, too long
 * pages late; twice is the smaller harm. A send begins in the moment of its claim, so this is twice the slowest timeout: once to
 * send, once to record on a slow database.
 */
export const DELIVERY_LEASE_MS = 2 * CHANNEL_TIMEOUT_MS_MAX;

/** Events published by one append; more wait for the next one of the same run. */
export const PUBLISH_EVENTS_MAX = 500;

/** Bytes of one append, unless a single event is larger: what the log writes in one statement. */
export const PUBLISH_BYTES_MAX = 4 << 20;

/** Appends of one run of the publisher, so that a run ends while it catches up; the next follows at once. */
export const PUBLISH_APPENDS_MAX = 20;

/** How long sends may go on once the process ends; then they are broken off and given back. The roles have 8 s to close. */
export const SHUTDOWN_MS_MAX = 5_000;

const address = z.string().transform((value, context): URL => {
  const url = targetUrl(value);
  if (typeof url !== 'string') return url;
  context.addIssue({ code: 'custom', message: url });
  return z.NEVER;
});

/** `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks writes secrets. */
const webhookSecret = z.string().transform((text, context): Uint8Array => {
  const secret = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  if (text.startsWith('whsec_') && secret.length >= 24 && secret.length <= 64) return secret;
  context.addIssue({ code: 'custom', message: 'expected whsec_ and base64 of 24 to 64 bytes' });
  return z.NEVER;
});

const schema = z
  .object({
    /** Events of one PagerDuty integration: 32 letters and digits. Unset: no pages through PagerDuty. */
    PAGERDUTY_ROUTING_KEY: z
      .string()
      .regex(/^[A-Za-z0-9]{32}$/, 'expected 32 letters and digits')
      .optional(),
    /** PagerDuty's address; another for its EU region or for a test. */
    PAGERDUTY_URL: address.default(new URL('https://events.pagerduty.com')),
    /** Where pages go as signed webhooks. Unset: nowhere. */
    WEBHOOK_URL: address.optional(),
    /** Signs them. */
    WEBHOOK_SECRET: webhookSecret.optional(),
    /** Where signed commands go as signed webhooks: a deploy system. Unset: agents alone get them, from the gateway. */
    DEPLOY_WEBHOOK_URL: address.optional(),
    /** Signs them. */
    DEPLOY_WEBHOOK_SECRET: webhookSecret.optional(),
    /** Where verdicts of gates, and what becomes of rollouts, go as signed webhooks: a deploy tool. Unset: it asks `GET …/gate`. */
    ROLLOUT_WEBHOOK_URL: address.optional(),
    /** Signs them. */
    ROLLOUT_WEBHOOK_SECRET: webhookSecret.optional(),
    /** Where messages to customers go as signed webhooks. Unset: nowhere, and they are only recorded. */
    NOTICE_WEBHOOK_URL: address.optional(),
    /** Signs them. */
    NOTICE_WEBHOOK_SECRET: webhookSecret.optional(),
    /** Names of channels, with commas between: a page that one of them does not accept also leaves through the next. Unset: all, as they are configured. */
    FALL_OVER: z
      .string()
      .transform((text) => text.split(',').map((name) => name.trim()))
      .optional(),
  })
  .superRefine((read, context) => {
    for (const prefix of ['WEBHOOK', 'DEPLOY_WEBHOOK', 'ROLLOUT_WEBHOOK', 'NOTICE_WEBHOOK'] as const)
      if (read[`${prefix}_URL`] !== undefined && read[`${prefix}_SECRET`] === undefined)
        context.addIssue({
          code: 'custom',
          path: [`${prefix}_SECRET`],
          message: `needed beside ${prefix}_URL: nothing is sent unsigned`,
        });
  });

const SECRETS = [
  'PAGERDUTY_ROUTING_KEY',
  'WEBHOOK_SECRET',
  'DEPLOY_WEBHOOK_SECRET',
  'ROLLOUT_WEBHOOK_SECRET',
  'NOTICE_WEBHOOK_SECRET',
] as const;

/** What the dispatcher is started with. */
export interface DispatcherSettings {
  /** All are optional. */
  readonly channels: Channels;
  /** The channels for pages, in the order in which they stand in for each other; absent: as they are configured. */
  readonly fallOver?: readonly string[];
}

const webhookOf = (name: string, url: URL | undefined, secret: Uint8Array | undefined): Channel[] =>
  url === undefined || secret === undefined ? [] : [webhookChannel({ name, url, secret })];

/** A name that stands for nothing would let a page fall into it. */
const fallOverOf = (
  order: readonly string[] | undefined,
  channels: readonly Channel[],
): Pick<DispatcherSettings, 'fallOver'> => {
  if (order === undefined) return {};
  const unknown = order.filter((name) => !channels.some((channel) => channel.name === name));
  if (unknown.length > 0) throw new ConfigError([`FALL_OVER: channel ${unknown.join(', ')} is not configured`]);
  return { fallOver: order };
};

/**
 * Reads the settings; each secret may also be given as NAME_FILE. Throws a `ConfigError` that names all that are wrong: a page that
 * cannot leave must stop the start, not the page.
 */
export const readDispatcherSettings = (env: Environment): DispatcherSettings => {
  const read = readSettings(env, schema, SECRETS);
  const routingKey = read.PAGERDUTY_ROUTING_KEY;
  const channels = [
    ...(routingKey === undefined ? [] : [pagerDutyChannel({ url: read.PAGERDUTY_URL, routingKey })]),
    ...webhookOf('webhook', read.WEBHOOK_URL, read.WEBHOOK_SECRET),
    ...webhookOf('deploy', read.DEPLOY_WEBHOOK_URL, read.DEPLOY_WEBHOOK_SECRET),
    ...webhookOf('rollouts', read.ROLLOUT_WEBHOOK_URL, read.ROLLOUT_WEBHOOK_SECRET),
    ...webhookOf('notice', read.NOTICE_WEBHOOK_URL, read.NOTICE_WEBHOOK_SECRET),
  ];
  return {
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    ...fallOverOf(read.FALL_OVER, channels),
  };
};
