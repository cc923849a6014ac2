import { z } from 'zod';
import { boundedDetails, PAGERDUTY_PACE, type PagerDutyTarget } from './pagerduty.channel.js';
import { type HttpChannel, httpChannel, type OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';

/** Longest summary they accept. */
const SUMMARY_CHARS_MAX = 1_024;
/** Details of a change are few; theirs are bounded as those of an alert. */
const DETAILS_BYTES_MAX = 100_000;
/** As long as an alert is waited for: it is the same service of theirs. */
const TIMEOUT_MS = 10_000;

const text = z.string().trim().min(1);
const changeSchema = z.looseObject({
  summary: text.catch('a change'),
  service: text.optional().catch(undefined),
  at: z.number().int().nonnegative().max(8.64e15).optional().catch(undefined),
});

/** They take changes for a service only: a key that begins with R is of a set of rules, and refused. */
export const takesChanges = (routingKey: string): boolean => !routingKey.startsWith('R');

const changeOf = ({ body }: OutgoingDelivery): Record<string, unknown> => {
  const { summary, service, at, ...details } = changeSchema.parse(body);
  return {
    summary: cut(summary, SUMMARY_CHARS_MAX),
    source: service ?? 'tocsin',
    ...(at === undefined ? {} : { timestamp: new Date(at).toISOString() }),
    custom_details: boundedDetails(details, DETAILS_BYTES_MAX),
  };
};

/**
 * PagerDuty's change events: what was rolled out and rolled back stands beside the alerts of a service, and wakes nobody. They have no key:
 * one whose answer is lost may be there twice.
 */
export const pagerDutyChangeChannel = ({ url, routingKey }: PagerDutyTarget): HttpChannel =>
  httpChannel({
    name: 'pagerduty-change',
    subject: 'change',
    isKeyed: false,
    // A change is never urgent: the lane of urgent alerts stays theirs.
    pace: PAGERDUTY_PACE,
    timeoutMs: TIMEOUT_MS,
    secrets: [routingKey],
    requestOf: (delivery) => ({
      url: new URL('/v2/change/enqueue', url),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ routing_key: routingKey, payload: changeOf(delivery) }),
      timeoutMs: TIMEOUT_MS,
    }),
  });
