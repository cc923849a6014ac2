import { z } from 'zod';
import { address } from './address.config.js';
import type { Channel } from './channels/channel.js';
import { pagerDutyChangeChannel, takesChanges } from './channels/pagerduty-change.channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';

const routingKey = z.string().regex(/^[A-Za-z0-9]{32}$/, 'expected 32 letters and digits');

/** Settings of PagerDuty. */
export const pagerDutySettings = {
  /** Events of one PagerDuty integration: 32 letters and digits. Unset: no pages through PagerDuty. */
  PAGERDUTY_ROUTING_KEY: routingKey.optional(),
  /** Rollouts and rollbacks as changes of a service. Unset: the same integration, unless it is one of a set of rules, which takes none. */
  PAGERDUTY_CHANGE_KEY: routingKey
    .refine(takesChanges, 'a key that begins with R is of a set of rules, and takes no changes')
    .optional(),
  /** PagerDuty's address; another for its EU region or for a test. */
  PAGERDUTY_URL: address(false).default(new URL('https://events.pagerduty.com')),
};

/** Which of them are secret. */
export const PAGERDUTY_SECRETS = ['PAGERDUTY_ROUTING_KEY', 'PAGERDUTY_CHANGE_KEY'] as const;

/** Those that are configured. */
export const pagerDutyChannels = (read: z.output<z.ZodObject<typeof pagerDutySettings>>): readonly Channel[] => {
  const { PAGERDUTY_ROUTING_KEY: key, PAGERDUTY_URL: url } = read;
  const changeKey = read.PAGERDUTY_CHANGE_KEY ?? (key !== undefined && takesChanges(key) ? key : undefined);
  return [
    ...(key === undefined ? [] : [pagerDutyChannel({ url, routingKey: key })]),
    ...(changeKey === undefined ? [] : [pagerDutyChangeChannel({ url, routingKey: changeKey })]),
  ];
};
