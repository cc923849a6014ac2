import { z } from 'zod';
import type { AttemptAnswer } from './attempt.decide.js';
import { type HttpChannel, httpChannel, type OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';

const TIMEOUT_MS = 10_000;

/** They are believed to take one request a second; nothing of a status page is urgent. */
const PACE = { perMinute: 50, urgentPerMinute: 0 } as const;

/** A title that their page shows whole, and a text that a reader reads. */
const NAME_CHARS_MAX = 200;
const TEXT_CHARS_MAX = 5_000;

const text = z.string().trim().min(1);

/** An update as it is read; what is missing or of another form is said as little as possible. */
const updateSchema = z.looseObject({
  title: text.catch('DNS resolution is disturbed'),
  state: z.enum(['investigating', 'identified', 'monitoring', 'resolved']).catch('investigating'),
  impact: z.enum(['none', 'minor', 'major', 'critical']).catch('major'),
  text: text.catch('We are looking into it.'),
  workaround: z.string().trim().catch(''),
});
type StatusUpdate = z.infer<typeof updateSchema>;

/** Where a page is, and what of it is ours. */
export interface StatuspageTarget {
  readonly url: URL;
  readonly pageId: string;
  readonly key: string;
  /** Components that an incident is about; none: it is about none. */
  readonly componentIds: readonly string[];
}

/** How a component is while an incident of an impact is open. */
const COMPONENT_STATUS = {
  none: 'operational',
  minor: 'degraded_performance',
  major: 'partial_outage',
  critical: 'major_outage',
} as const satisfies Record<StatusUpdate['impact'], string>;

const incidentOf = (update: StatusUpdate, componentIds: readonly string[]): Record<string, unknown> => {
  const { title, state, impact, workaround } = update;
  const status = state === 'resolved' ? 'operational' : COMPONENT_STATUS[impact];
  return {
    name: cut(title, NAME_CHARS_MAX),
    status: state,
    body: cut(workaround === '' ? update.text : `${update.text}\n\n${workaround}`, TEXT_CHARS_MAX),
    impact_override: impact,
    deliver_notifications: true,
    ...(componentIds.length === 0
      ? {}
      : { component_ids: componentIds, components: Object.fromEntries(componentIds.map((id) => [id, status])) }),
  };
};

/** Their id of the incident, by which the next update is one of the same. */
const readAnswer = (answer: AttemptAnswer): AttemptAnswer => {
  if (answer.kind !== 'answered' || answer.status >= 300) return answer;
  // What was cut off behind the id, as the whole answer begins with it.
  const id = /"id"\s*:\s*"([A-Za-z0-9_-]{1,100})"/.exec(answer.detail)?.[1];
  return id === undefined ? answer : { ...answer, receiverId: id };
};

/**
 * Statuspage: the first update of an incident opens one there, and each later one changes it. They have no key of ours: an update whose
 * answer is lost may be there twice.
 */
export const statuspageChannel = ({ url, pageId, key, componentIds }: StatuspageTarget): HttpChannel =>
  httpChannel({
    name: 'statuspage',
    subject: 'status',
    isKeyed: false,
    pace: PACE,
    timeoutMs: TIMEOUT_MS,
    secrets: [key],
    readAnswer,
    requestOf: ({ body }: OutgoingDelivery, _nowMs, known) => {
      const incidents = `/v1/pages/${encodeURIComponent(pageId)}/incidents`;
      return {
        url: new URL(known === undefined ? incidents : `${incidents}/${encodeURIComponent(known)}`, url),
        method: known === undefined ? 'POST' : 'PATCH',
        headers: { 'content-type': 'application/json', authorization: `OAuth ${key}` },
        body: JSON.stringify({ incident: incidentOf(updateSchema.parse(body), componentIds) }),
        timeoutMs: TIMEOUT_MS,
      };
    },
  });
