import { z } from 'zod';
import { ConfigError, type Environment, readSettings } from '#config';
import { type SlackUsers, slackUsersSchema } from './slack-users.js';

/** Slack's are 32 hexadecimal characters, PagerDuty's longer: whoever knows one can act as whoever may act there. */
const SECRET_CHARS_MIN = 16;
const secret = z.string().min(SECRET_CHARS_MIN, `expected at least ${SECRET_CHARS_MIN} characters`).max(512).optional();

const schema = z.object({
  /** Of the Slack app whose buttons act and whose threads are read. Unset: nothing in Slack comes back. */
  SLACK_SIGNING_SECRET: secret,
  /** Who in Slack may do what: user=role, and *=role for everybody else. Needed beside the secret. */
  SLACK_USERS: slackUsersSchema.optional(),
  /** Of the webhook subscription at PagerDuty. Unset: what people do there is not known here. */
  PAGERDUTY_WEBHOOK_SECRET: secret,
});

/** What answers of people are verified with. */
export interface ReplySettings {
  readonly slackSigningSecret: string | undefined;
  readonly slackUsers: SlackUsers;
  readonly pagerDutyWebhookSecret: string | undefined;
}

/** Reads the settings; each may also be given as NAME_FILE. */
export const readReplySettings = (env: Environment): ReplySettings => {
  const read = readSettings(env, schema, ['SLACK_SIGNING_SECRET', 'PAGERDUTY_WEBHOOK_SECRET']);
  if ((read.SLACK_SIGNING_SECRET === undefined) !== (read.SLACK_USERS === undefined))
    throw new ConfigError([
      'SLACK_SIGNING_SECRET, SLACK_USERS: one needs the other: who in Slack may do what; *=operator is everybody there',
    ]);
  return {
    slackSigningSecret: read.SLACK_SIGNING_SECRET,
    slackUsers: read.SLACK_USERS ?? new Map(),
    pagerDutyWebhookSecret: read.PAGERDUTY_WEBHOOK_SECRET,
  };
};
