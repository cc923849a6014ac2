import { readFileSync } from 'node:fs';
import type { Channel, Channels } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { targetUrl } from './channels/target-url.js';
import { webhookChannel } from './channels/webhook.channel.js';

/** Environment variables, as a process has them. */
type Environment = Readonly<Record<string, string | undefined>>;

const PAGERDUTY_DEFAULT = 'https://events.pagerduty.com';

/** A secret from NAME, or from the file that NAME_FILE names (an orchestrator's secret mount). */
const secretOf = (env: Environment, name: string): string | undefined => {
  const value = env[name];
  const file = env[`${name}_FILE`];
  if (value !== undefined && value !== '') return value.trim();
  if (file === undefined || file === '') return undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Error(`${name}_FILE: cannot read ${file}`, { cause });
  }
};

const pagerDutyOf = (env: Environment): Channel[] => {
  const routingKey = secretOf(env, 'PAGERDUTY_ROUTING_KEY');
  if (routingKey === undefined) return [];
  if (!/^[A-Za-z0-9]{32}$/.test(routingKey)) throw new Error('PAGERDUTY_ROUTING_KEY: expected 32 letters and digits');
  return [pagerDutyChannel({ url: targetUrl('PAGERDUTY_URL', env['PAGERDUTY_URL'] ?? PAGERDUTY_DEFAULT), routingKey })];
};

/** `whsec_` and base64 of 24 to 64 bytes, as Standard Webhooks writes secrets. */
const webhookSecret = (setting: string, text: string): Uint8Array => {
  const secret = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
  if (!text.startsWith('whsec_') || secret.length < 24 || secret.length > 64)
    throw new Error(`${setting}: expected whsec_ and base64 of 24 to 64 bytes`);
  return secret;
};

const webhookOf = (env: Environment, prefix: string, name: string): Channel[] => {
  const address = env[`${prefix}_URL`];
  if (address === undefined || address === '') return [];
  const secret = secretOf(env, `${prefix}_SECRET`);
  if (secret === undefined) throw new Error(`${prefix}_SECRET: needed beside ${prefix}_URL: nothing is sent unsigned`);
  const url = targetUrl(`${prefix}_URL`, address);
  return [webhookChannel({ name, url, secret: webhookSecret(`${prefix}_SECRET`, secret) })];
};

/**
 * The channels that the environment configures; all are optional:
 * - `pagerduty`: PAGERDUTY_ROUTING_KEY (32 characters), PAGERDUTY_URL (default https://events.pagerduty.com)
 * - `webhook`: WEBHOOK_URL, WEBHOOK_SECRET (`whsec_…`): pages
 * - `deploy`: DEPLOY_WEBHOOK_URL, DEPLOY_WEBHOOK_SECRET (`whsec_…`): signed commands, for a deploy system without a broker
 *
 * Each secret may also be given as NAME_FILE. Throws when a value is wrong: a page that cannot leave must stop the start, not the page.
 */
export const readChannels = (env: Environment): Channels => {
  const channels = [
    ...pagerDutyOf(env),
    ...webhookOf(env, 'WEBHOOK', 'webhook'),
    ...webhookOf(env, 'DEPLOY_WEBHOOK', 'deploy'),
  ];
  return new Map(channels.map((channel) => [channel.name, channel]));
};
