import { z } from 'zod';
import type { Channel } from './channel.js';
import { opsgenieChannel } from './opsgenie.channel.js';
import { slackWebhookChannel } from './slack-webhook.channel.js';
import { slackChannel } from './slack.channel.js';
import { teamsChannel } from './teams.channel.js';

const word = z.string().regex(/^\S+$/, 'expected no spaces');

/** Settings of Opsgenie, Slack and Teams; `address` reads where they may be. */
export const chatSettings = (address: z.ZodType<URL, string>) => ({
  /** Key of an Opsgenie or Jira Service Management integration. Unset: no alerts there. */
  OPSGENIE_KEY: word.optional(),
  /** Where it makes alerts; another for the EU, for Jira Service Management, or for a test. */
  OPSGENIE_URL: address.default(new URL('https://api.opsgenie.com/v2/alerts')),
  /** A Slack incoming webhook: each page is a message of its own. Unset: none. */
  SLACK_WEBHOOK_URL: address.optional(),
  /** Token of a Slack app that may `chat:write`: one message for each incident, with buttons. Unset: none. */
  SLACK_TOKEN: z
    .string()
    .regex(/^xox\S+$/, 'expected a token, which begins with xox')
    .optional(),
  /** Where that app writes: `#name` or an id. */
  SLACK_CHANNEL: word.optional(),
  /** Slack's address; another for a test. */
  SLACK_URL: address.default(new URL('https://slack.com')),
  /** A Microsoft Teams Workflows webhook. Unset: none. */
  TEAMS_WEBHOOK_URL: address.optional(),
});

/** Those of them that may be given as a file too: addresses of webhooks are passwords. */
export const CHAT_SECRETS = ['OPSGENIE_KEY', 'SLACK_WEBHOOK_URL', 'SLACK_TOKEN', 'TEAMS_WEBHOOK_URL'] as const;

/** What was read of them. */
export type ChatSettings = z.output<z.ZodObject<ReturnType<typeof chatSettings>>>;

/** What must be given together; the setting that is missing, and why. */
export const missingForChat = ({
  SLACK_TOKEN,
  SLACK_CHANNEL,
}: Pick<ChatSettings, 'SLACK_TOKEN' | 'SLACK_CHANNEL'>): { readonly name: string; readonly message: string }[] =>
  SLACK_TOKEN !== undefined && SLACK_CHANNEL === undefined
    ? [{ name: 'SLACK_CHANNEL', message: 'needed beside SLACK_TOKEN: where it writes' }]
    : [];

/** The channels that are configured. */
export const chatChannels = (read: ChatSettings): readonly Channel[] => {
  const { OPSGENIE_KEY, SLACK_TOKEN, SLACK_CHANNEL, SLACK_WEBHOOK_URL, TEAMS_WEBHOOK_URL } = read;
  return [
    ...(OPSGENIE_KEY === undefined ? [] : [opsgenieChannel({ url: read.OPSGENIE_URL, key: OPSGENIE_KEY })]),
    ...(SLACK_TOKEN === undefined || SLACK_CHANNEL === undefined
      ? []
      : [slackChannel({ url: read.SLACK_URL, token: SLACK_TOKEN, channel: SLACK_CHANNEL })]),
    ...(SLACK_WEBHOOK_URL === undefined ? [] : [slackWebhookChannel({ url: SLACK_WEBHOOK_URL })]),
    ...(TEAMS_WEBHOOK_URL === undefined ? [] : [teamsChannel({ url: TEAMS_WEBHOOK_URL })]),
  ];
};
