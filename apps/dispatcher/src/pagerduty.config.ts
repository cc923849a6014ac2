import { z } from 'zod';
import { address } from './address.config.js';
import type { Channel } from './channels/channel.js';
import { pagerDutyChangeChannel, takesChanges } from './channels/pagerduty-change.channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';

const routingKey = z.string().regex(/^[A-Za-z0-9]{32}$/, 'expected 32 letters and digits');

/** People and teams of one plan that have an integration of their own. */
const KEYS_MAX = 200;

/** `david=<key>,dns-team=<key>`, also one on a line; says which is wrong, never with its value. */
const routingKeys = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const keys = new Map<string, string>();
  const problems = entries.flatMap((entry, index) => {
    const [, name = '', key = ''] = /^([^\s=]{1,100})=([A-Za-z0-9]{32})$/.exec(entry) ?? [];
    if (name === '') return [`entry ${index + 1}: expected name=key, the key of 32 letters and digits`];
    if (keys.has(name)) return [`entry ${index + 1}: its name is there twice`];
    keys.set(name, key);
    return [];
  });
  if (entries.length > KEYS_MAX) problems.push(`expected ${KEYS_MAX} at most`);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return problems.length === 0 ? keys : z.NEVER;
});

/** Settings of PagerDuty. */
export const pagerDutySettings = {
  /** Events of one PagerDuty integration: 32 letters and digits. Unset: no pages through PagerDuty. */
  PAGERDUTY_ROUTING_KEY: routingKey.optional(),
  /** Keys of other integrations by a name, which is what a plan has for an address: `david=<key>,dns-team=<key>`. Unset: there is one receiver. */
  PAGERDUTY_ROUTING_KEYS: routingKeys.optional(),
  /** Rollouts and rollbacks as changes of a service. Unset: the same integration, unless it is one of a set of rules, which takes none. */
  PAGERDUTY_CHANGE_KEY: routingKey
    .refine(takesChanges, 'a key that begins with R is of a set of rules, and takes no changes')
    .optional(),
  /** PagerDuty's address; another for its EU region or for a test. */
  PAGERDUTY_URL: address(false).default(new URL('https://events.pagerduty.com')),
};

/** Which of them are secret. */
export const PAGERDUTY_SECRETS = ['PAGERDUTY_ROUTING_KEY', 'PAGERDUTY_ROUTING_KEYS', 'PAGERDUTY_CHANGE_KEY'] as const;

type Read = z.output<z.ZodObject<typeof pagerDutySettings>>;

/** Adds what is lacking: what is addressed to nobody needs a receiver too. */
export const refinePagerDuty = (read: Read, context: z.core.$RefinementCtx): void => {
  if (read.PAGERDUTY_ROUTING_KEYS !== undefined && read.PAGERDUTY_ROUTING_KEY === undefined)
    context.addIssue({
      code: 'custom',
      path: ['PAGERDUTY_ROUTING_KEY'],
      message: 'needed beside PAGERDUTY_ROUTING_KEYS, for what is addressed to nobody',
    });
};

/** Those that are configured. */
export const pagerDutyChannels = (read: Read): readonly Channel[] => {
  const { PAGERDUTY_ROUTING_KEY: key, PAGERDUTY_ROUTING_KEYS: keysByAddress, PAGERDUTY_URL: url } = read;
  const changeKey = read.PAGERDUTY_CHANGE_KEY ?? (key !== undefined && takesChanges(key) ? key : undefined);
  return [
    ...(key === undefined ? [] : [pagerDutyChannel({ url, routingKey: key, keysByAddress })]),
    ...(changeKey === undefined ? [] : [pagerDutyChangeChannel({ url, routingKey: changeKey })]),
  ];
};
