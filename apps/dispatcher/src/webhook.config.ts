import { z } from 'zod';
import type { DeliverySubject } from '#store';
import { address } from './address.config.js';
import type { Channel } from './channels/channel.js';
import { webhookChannel } from './channels/webhook.channel.js';

/** `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks writes secrets. */
const webhookSecret = z.string().transform((text, context): Uint8Array => {
  const secret = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  if (text.startsWith('whsec_') && secret.length >= 24 && secret.length <= 64) return secret;
  context.addIssue({ code: 'custom', message: 'expected whsec_ and base64 of 24 to 64 bytes' });
  return z.NEVER;
});

/** The signed webhooks: how their settings begin, what their channel is called, and what it tells of. */
const WEBHOOKS = [
  { prefix: 'WEBHOOK', name: 'webhook', subject: 'page' },
  { prefix: 'DEPLOY_WEBHOOK', name: 'deploy', subject: 'command' },
  { prefix: 'ROLLOUT_WEBHOOK', name: 'rollouts', subject: 'rollout' },
  { prefix: 'NOTICE_WEBHOOK', name: 'notice', subject: 'notice' },
  { prefix: 'STATUS_WEBHOOK', name: 'status', subject: 'status' },
] as const satisfies readonly { prefix: string; name: string; subject: DeliverySubject }[];

/** Settings of the signed webhooks. */
export const webhookSettings = (allowsPrivate: boolean) => {
  const url = address(allowsPrivate).optional();
  const secret = webhookSecret.optional();
  return {
    /** Where pages go as signed webhooks. Unset: nowhere. */
    WEBHOOK_URL: url,
    /** Signs them. */
    WEBHOOK_SECRET: secret,
    /** Where signed commands go as signed webhooks: a deploy system. Unset: agents alone get them, from the gateway. */
    DEPLOY_WEBHOOK_URL: url,
    /** Signs them. */
    DEPLOY_WEBHOOK_SECRET: secret,
    /** Where verdicts of gates, and what becomes of rollouts, go as signed webhooks: a deploy tool. Unset: it asks `GET …/gate`. */
    ROLLOUT_WEBHOOK_URL: url,
    /** Signs them. */
    ROLLOUT_WEBHOOK_SECRET: secret,
    /** Where messages to customers go as signed webhooks. Unset: nowhere, and they are only recorded. */
    NOTICE_WEBHOOK_URL: url,
    /** Signs them. */
    NOTICE_WEBHOOK_SECRET: secret,
    /** Where what the public is told goes as signed webhooks. Unset: nowhere. */
    STATUS_WEBHOOK_URL: url,
    /** Signs them. */
    STATUS_WEBHOOK_SECRET: secret,
  };
};

/** Which of them are secret: an address is often a password too. */
export const WEBHOOK_SECRETS = WEBHOOKS.flatMap(({ prefix }) => [`${prefix}_URL`, `${prefix}_SECRET`] as const);

type Read = z.output<z.ZodObject<ReturnType<typeof webhookSettings>>>;

/** Adds what is lacking: nothing is sent unsigned. */
export const refineWebhooks = (read: Read, context: z.core.$RefinementCtx): void => {
  for (const { prefix } of WEBHOOKS)
    if (read[`${prefix}_URL`] !== undefined && read[`${prefix}_SECRET`] === undefined)
      context.addIssue({
        code: 'custom',
        path: [`${prefix}_SECRET`],
        message: `needed beside ${prefix}_URL: nothing is sent unsigned`,
      });
};

/** Those that are configured. */
export const webhookChannels = (read: Read, allowsPrivate: boolean): readonly Channel[] =>
  WEBHOOKS.flatMap(({ prefix, name, subject }) => {
    const [url, secret] = [read[`${prefix}_URL`], read[`${prefix}_SECRET`]];
    return url === undefined || secret === undefined
      ? []
      : [webhookChannel({ name, subject, url, secret, allowsPrivate })];
  });
