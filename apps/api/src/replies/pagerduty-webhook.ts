import { z } from 'zod';
import { event, holding, isRefusal, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { statusKeyOf } from '#domain';
import type { Clock } from '#runtime';
import type { EventStore } from '#store';
import { type Reply, type ReplyActs, replyIdOf } from './reply-acts.js';

const id = z.string().min(1).max(64);
const text = z.string().max(100_000);

const webhookSchema = z.looseObject({
  event: z.looseObject({
    id,
    event_type: z.string().min(1).max(100),
    agent: z.looseObject({ id: id.optional(), type: id.optional(), summary: z.string().max(200).optional() }).nullish(),
    data: z
      .looseObject({
        id: id.optional(),
        incident_key: z.string().max(255).nullish(),
        incident: z.looseObject({ id: id.optional() }).optional(),
        content: text.optional(),
        assignees: z
          .array(z.looseObject({ summary: z.string().max(200).optional() }))
          .max(1_000)
          .optional(),
      })
      .nullish(),
  }),
});

/** A webhook, version 3. */
export type PagerDutyWebhook = z.infer<typeof webhookSchema>;

/** Reads one. */
export const readPagerDutyWebhook = (body: Uint8Array): PagerDutyWebhook | Refusal => {
  try {
    const read = webhookSchema.safeParse(JSON.parse(Buffer.from(body).toString('utf8')));
    return read.success ? read.data : refuse('BODY_INVALID', read.error.issues[0]?.message ?? 'invalid', '/event');
  } catch {
    return refuse('BODY_UNPARSABLE', 'not JSON');
  }
};

/** What a webhook is answered with; the rest of it happens in the timeline. */
export interface TakenWebhook {
  readonly taken: boolean;
  readonly because: string;
}

/** What webhooks are taken with. */
export interface WebhookParts {
  readonly acts: ReplyActs;
  readonly store: EventStore;
  readonly clock: Pick<Clock, 'nowMs'>;
}

const RECEIVER = 'pagerduty';

const principalOf = ({ event: { agent } }: PagerDutyWebhook): Principal => ({
  keyId: RECEIVER,
  subject: `${RECEIVER}:${agent?.id ?? agent?.summary ?? 'somebody'}`,
  name: (agent?.summary ?? agent?.id ?? 'somebody').slice(0, 100),
  ...holding('operator'),
  nodeId: undefined,
  door: RECEIVER,
});

/** The key of a page is the incident's id, that of a call begins with it. */
const incidentIdIn = (key: string): string => key.split(':', 1)[0] ?? key;

/** Remembers what they call an incident: a note of theirs names it by that alone. */
const name = async ({ store, clock }: WebhookParts, receiverIncidentId: string, incidentId: string): Promise<void> => {
  const stream = streamOf.receiverIncident(RECEIVER, receiverIncidentId);
  const named = event('ReceiverIncidentNamed', {
    receiver: RECEIVER,
    receiverIncidentId,
    incidentId,
    at: clock.nowMs(),
  });
  // Known already: there is a conflict, and nothing to do.
  await store.append([{ stream, expectedVersion: 0, events: [named] }], { actor: RECEIVER, cause: 'webhook' });
};

const known = async ({ store }: WebhookParts, receiverIncidentId: string): Promise<string | undefined> => {
  const [first] = await store.readStream(streamOf.receiverIncident(RECEIVER, receiverIncidentId));
  return first?.event.type === 'ReceiverIncidentNamed' ? first.event.data.incidentId : undefined;
};

interface Meant {
  readonly incidentId: string;
  /** It is about the page itself, and not about a call beside it. */
  readonly isPage: boolean;
  /** It is about a status update that is overdue: who takes that on has not taken on the incident. */
  readonly isStatus: boolean;
}

const meantBy = async (parts: WebhookParts, { event: { data } }: PagerDutyWebhook): Promise<Meant | undefined> => {
  const key = data?.incident_key;
  if (typeof key === 'string' && key !== '') {
    const incidentId = incidentIdIn(key);
    if (isRefusal(await parts.acts.incident(incidentId))) return undefined;
    if (data?.id !== undefined) await name(parts, data.id, incidentId);
    return { incidentId, isPage: key === incidentId, isStatus: key === statusKeyOf(incidentId) };
  }
  const theirs = data?.incident?.id ?? data?.id;
  const incidentId = theirs === undefined ? undefined : await known(parts, theirs);
  return incidentId === undefined ? undefined : { incidentId, isPage: false, isStatus: false };
};

/** What is worth a line of the timeline and nothing more. */
const NOTED: Readonly<Record<string, (webhook: PagerDutyWebhook) => string>> = {
  'incident.annotated': ({ event: { data } }) => data?.content ?? 'a note without text',
  'incident.unacknowledged': () => 'it is not acknowledged there any more',
  'incident.escalated': () => 'it was escalated there',
  'incident.delegated': ({ event: { data } }) => `it was given to ${assigneesIn(data)} there`,
  'incident.reassigned': ({ event: { data } }) => `it was given to ${assigneesIn(data)} there`,
  'incident.reopened': () => 'it was opened again there',
};

const assigneesIn = (data: PagerDutyWebhook['event']['data']): string =>
  data?.assignees?.map(({ summary }) => summary ?? 'somebody').join(', ') ?? 'somebody else';

/**
 * Whether no person did it: what Tocsin says there comes back from its integration, and what is resolved there by itself was looked at by
 * nobody. Taken for an answer, it would own the incident and stop its escalation.
 */
const isOfNobody = ({ event: { agent } }: PagerDutyWebhook): boolean =>
  agent?.type !== undefined && agent.type !== 'user_reference';

const ANSWERS: readonly string[] = ['incident.acknowledged', 'incident.resolved'];

/** What an answer to the page of an overdue status update is: it goes on until the update is published. */
const statusWords = (type: string): string =>
  `the overdue status update was ${type === 'incident.resolved' ? 'resolved' : 'acknowledged'} there`;

const takeMeant = async (
  { acts }: WebhookParts,
  webhook: PagerDutyWebhook,
  { incidentId, isPage, isStatus }: Meant,
  replyId: string,
): Promise<string | Refusal | undefined> => {
  const { event_type: type } = webhook.event;
  // Who took on a call took on the incident, and its page is to be told so: it is no echo then.
  const reply: Reply = { incidentId, caller: principalOf(webhook), via: isPage ? RECEIVER : `${RECEIVER}.call` };
  if (ANSWERS.includes(type) && isOfNobody(webhook)) return undefined;
  if (ANSWERS.includes(type) && isStatus) return acts.noteOnce(replyId, reply, statusWords(type));
  if (type === 'incident.acknowledged') return acts.runUntilDone(replyId, 'acknowledge', reply);
  if (type === 'incident.resolved') return acts.runUntilDone(replyId, 'resolve', reply);
  const words = NOTED[type]?.(webhook).trim();
  return words === undefined || words === '' ? undefined : acts.noteOnce(replyId, reply, words);
};

/**
 * Takes a webhook: who acknowledged at PagerDuty has the incident here, what was written there is in its timeline, and what was resolved
 * there ends alerts of other systems; where those of our own go on it is noted, since they are over when the telemetry says so. The same
 * event again changes nothing: its id is signed, that of the webhook is not.
 */
export const takePagerDutyWebhook = async (parts: WebhookParts, webhook: PagerDutyWebhook): Promise<TakenWebhook> => {
  const meant = await meantBy(parts, webhook);
  if (meant === undefined) return { taken: false, because: 'it is about no incident of ours' };
  const done = await takeMeant(parts, webhook, meant, replyIdOf(RECEIVER, webhook.event.id));
  if (isRefusal(done)) return { taken: false, because: done.detail };
  return { taken: true, because: done ?? webhook.event.event_type };
};
