import { z } from 'zod';
import { ConfigError, type Environment, readSettings, settingOf } from '#config';
import type { StatusPolicy } from '#domain';
import { address } from './address.config.js';
import { alertmanagerChannel } from './channels/alertmanager.channel.js';
import type { Channel, Channels } from './channels/channel.js';
import { CHAT_SECRETS, chatChannels, chatSettings, missingForChat } from './channels/chat.config.js';
import { type DegradedSettings, readDegradedSettings } from './degraded/degraded.config.js';
import { EMAIL_SECRETS, emailChannels, emailSettings, refineEmail } from './email.config.js';
import { PAGERDUTY_SECRETS, pagerDutyChannels, pagerDutySettings, refinePagerDuty } from './pagerduty.config.js';
import { refineStatuspage, STATUSPAGE_SECRETS, statuspageChannels, statuspageSettings } from './statuspage.config.js';
import { statusPolicyOf, statusSettings } from './status-updates.config.js';
import { refineWebhooks, WEBHOOK_SECRETS, webhookChannels, webhookSettings } from './webhook.config.js';

/**
 * How often the reconcilers look. A page leaves at most this long after it was asked for, of the second that is left beside the
 * five of detection; looking in vain costs each of them one or two queries of about 1 ms at most, with 20,000
 * finished deliveries behind them. With 20,000 that wait a claim of eight takes 11 ms, and a look at what has no token 16 ms (the best of
 * 30 each, on two shared cores).
 */
export const RECONCILE_EVERY_MS = 200;

/**
 * Sends under way at once through one channel; what is due beyond them stays due. While a receiver hangs, a newer page waits at most
 * (what was due before it / 8) × the channel's timeout of 10 to 15 s, and no other channel waits at all.
 */
export const SENDS_PER_CHANNEL_MAX = 8;

/** Of these, sends of what is not urgent: two places are kept, so that what is urgent never waits for a slow answer to what can wait. */
export const SENDS_NOT_URGENT_MAX = 6;

/** The longest that any channel waits for an answer: a webhook's. */
export const CHANNEL_TIMEOUT_MS_MAX = 15_000;

/**
 * How long a claimed delivery may stay without a recorded attempt before another dispatcher takes it. Too short pages twice, too long
 * pages late; twice is the smaller harm. A send begins in the moment of its claim, so this is three times the slowest timeout: once
 * to wait for a send of the spool that it takes over, once to send, once to record on a slow database.
 */
export const DELIVERY_LEASE_MS = 3 * CHANNEL_TIMEOUT_MS_MAX;

/** Steps of escalations that one run takes: each is an append of some ms, and a run ends before the pages of the next tick wait. */
export const ESCALATIONS_PER_RUN_MAX = 50;

/** Events published by one append; more wait for the next one of the same run. */
export const PUBLISH_EVENTS_MAX = 500;

/** Bytes of one append, unless a single event is larger: what the log writes in one statement. */
export const PUBLISH_BYTES_MAX = 4 << 20;

/** Appends of one run of the publisher, so that a run ends while it catches up; the next follows at once. */
export const PUBLISH_APPENDS_MAX = 20;

/** How long sends may go on once the process ends; then they are broken off and given back. The roles have 8 s to close. */
export const SHUTDOWN_MS_MAX = 5_000;

const schemaOf = (allowsPrivate: boolean) =>
  z
    .object({
      /** Whether receivers may be in a private network, and plain http may be spoken there. Unset: they may not. */
      ALLOW_PRIVATE_RECEIVERS: z.enum(['true', 'false']).default('false'),
      ...pagerDutySettings,
      ...webhookSettings(allowsPrivate),
      ...emailSettings(allowsPrivate),
      /** Prometheus' Alertmanager, which is told what is open as Prometheus would. Unset: none. */
      ALERTMANAGER_URL: address(allowsPrivate).optional(),
      ...statuspageSettings,
      ...statusSettings,
      ...chatSettings(address(false)),
      /** Names of channels, with commas between: a page that one of them does not accept also leaves through the next. Unset: all, as they are configured. */
      FALL_OVER: z
        .string()
        .transform((text) => text.split(',').map((name) => name.trim()))
        .optional(),
    })
    .superRefine((read, context) => {
      refinePagerDuty(read, context);
      refineWebhooks(read, context);
      refineEmail(read, context);
      refineStatuspage(read, context);
      for (const { name, message } of missingForChat(read)) context.addIssue({ code: 'custom', path: [name], message });
    });

const SECRETS = [
  ...PAGERDUTY_SECRETS,
  ...WEBHOOK_SECRETS,
  ...EMAIL_SECRETS,
  ...STATUSPAGE_SECRETS,
  ...CHAT_SECRETS,
] as const;

/** What the dispatcher is started with. */
export interface DispatcherSettings {
  /** All are optional. */
  readonly channels: Channels;
  /** The channels for pages, in the order in which they stand in for each other; absent: as they are configured. */
  readonly fallOver?: readonly string[];
  /** undefined: the public is told nothing. */
  readonly statusPolicy?: StatusPolicy | undefined;
  /** Spool, watches and drills; absent: none of them, as most tests have it. */
  readonly degraded?: DegradedSettings;
}

const alertmanagerChannels = (url: URL | undefined, allowsPrivate: boolean): readonly Channel[] =>
  url === undefined ? [] : [alertmanagerChannel({ url, allowsPrivate })];

/** A name that stands for nothing, or for what takes no pages, would let a page fall into it. */
const fallOverOf = (
  order: readonly string[] | undefined,
  channels: readonly Channel[],
): Pick<DispatcherSettings, 'fallOver'> => {
  if (order === undefined) return {};
  const subjects = new Map(channels.map(({ name, subject = 'page' }) => [name, subject]));
  const wrong = order.flatMap((name) => {
    const subject = subjects.get(name);
    if (subject === undefined) return [`FALL_OVER: channel ${name} is not configured`];
    return subject === 'page' ? [] : [`FALL_OVER: channel ${name} is for ${subject}, not for pages`];
  });
  if (wrong.length > 0) throw new ConfigError(wrong);
  return { fallOver: order };
};

/**
 * Reads the settings; each secret may also be given as NAME_FILE. Throws a `ConfigError` that names all that are wrong: a page that
 * cannot leave must stop the start, not the page.
 */
export const readDispatcherSettings = (env: Environment): DispatcherSettings => {
  // Known before the others are read, since it says which of them are right.
  const allowsPrivate = settingOf(env, 'ALLOW_PRIVATE_RECEIVERS') === 'true';
  const read = readSettings(env, schemaOf(allowsPrivate), SECRETS);
  const channels = [
    ...pagerDutyChannels(read),
    ...webhookChannels(read, allowsPrivate),
    ...chatChannels(read),
    ...emailChannels(read, allowsPrivate),
    ...alertmanagerChannels(read.ALERTMANAGER_URL, allowsPrivate),
    ...statuspageChannels(read),
  ];
  return {
    channels: new Map(channels.map((channel) => [channel.name, channel])),
    ...fallOverOf(read.FALL_OVER, channels),
    degraded: readDegradedSettings(env, {
      allowsPrivate,
      pageChannels: channels.filter(({ subject = 'page' }) => subject === 'page').map(({ name }) => name),
    }),
    statusPolicy: statusPolicyOf(
      read,
      channels.some(({ subject }) => subject === 'status'),
    ),
  };
};
