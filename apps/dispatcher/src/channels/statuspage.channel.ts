import { post } from '#outgoing';
import { z } from 'zod';
import { answerField } from './answer-field.js';
import type { AttemptAnswer } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';

/** Each of three requests at most, a look and what is told and told again, so that all of them are within the time that any channel has. */
const TIMEOUT_MS = 5_000;

/** Updates a minute, of two requests each: they are believed to take one a second. Nothing of a status page is urgent. */
const PACE = { perMinute: 25, urgentPerMinute: 0 } as const;

/** Of a look: a hundred incidents of 10 kB, more than any page has open at once. What is beyond it is not found. */
const LOOK_BYTES_MAX = 1 << 20;

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

type ComponentStatus = (typeof COMPONENT_STATUS)[keyof typeof COMPONENT_STATUS];

/** From well to worst. */
const WORSE: readonly ComponentStatus[] = ['operational', 'degraded_performance', 'partial_outage', 'major_outage'];

/** An incident as their list tells it, as far as it matters here. */
const openSchema = z.array(
  z.looseObject({
    id: z.string().min(1).max(100),
    impact: z.enum(['none', 'minor', 'major', 'critical']).catch('none'),
    components: z.array(z.looseObject({ id: z.string() })).catch([]),
    metadata: z
      .looseObject({ tocsin: z.looseObject({ incident: z.string(), update: z.string().optional() }) })
      .optional()
      .catch(undefined),
  }),
);
type Open = z.infer<typeof openSchema>[number];

/** What a component is, by everything that is open about it: an end of one incident is not the end of another. */
const statusOf = (own: ComponentStatus, others: readonly Open[], componentId: string): ComponentStatus =>
  others
    .filter(({ components }) => components.some(({ id }) => id === componentId))
    .map(({ impact }): ComponentStatus => COMPONENT_STATUS[impact])
    .reduce((worst, each) => (WORSE.indexOf(each) > WORSE.indexOf(worst) ? each : worst), own);

/** What a reader is told. */
const textOf = ({ text: said, workaround }: StatusUpdate): string =>
  cut(workaround === '' ? said : `${said}\n\n${workaround}`, TEXT_CHARS_MAX);

const incidentOf = (
  update: StatusUpdate,
  { dedupKey, deliveryId }: OutgoingDelivery,
  componentIds: readonly string[],
  others: readonly Open[],
): Record<string, unknown> => {
  const { title, state, impact } = update;
  const own = state === 'resolved' ? 'operational' : COMPONENT_STATUS[impact];
  const components = Object.fromEntries(componentIds.map((id) => [id, statusOf(own, others, id)]));
  return {
    name: cut(title, NAME_CHARS_MAX),
    status: state,
    body: textOf(update),
    impact_override: impact,
    deliver_notifications: true,
    // By this it is found again when their id of it was lost on its way, and what was taken of it.
    metadata: { tocsin: { incident: dedupKey, update: deliveryId } },
    ...(componentIds.length === 0 ? {} : { component_ids: componentIds, components }),
  };
};

/** Their id of the incident, by which the next update is one of the same. */
const withId = (answer: AttemptAnswer, known: string | undefined): AttemptAnswer => {
  if (answer.kind !== 'answered' || answer.status >= 300) return answer;
  // What was cut off is behind the id, as the whole answer begins with it.
  const id = known ?? answerField(answer.detail, 'id');
  return id === undefined ? answer : { ...answer, receiverId: id };
};

type Call = (method: 'GET' | 'POST' | 'PATCH', under: string, body?: object) => Promise<AttemptAnswer>;

const callerOf =
  ({ url, pageId, key }: StatuspageTarget, signal: AbortSignal | undefined): Call =>
  (method, under, body) =>
    post(
      {
        url: new URL(`/v1/pages/${encodeURIComponent(pageId)}/incidents${under}`, url),
        method,
        headers: { 'content-type': 'application/json', authorization: `OAuth ${key}` },
        body: body === undefined ? '' : JSON.stringify(body),
        timeoutMs: TIMEOUT_MS,
        ...(method === 'GET' ? { answerBytesMax: LOOK_BYTES_MAX } : {}),
      },
      [key],
      signal,
    );

/** What is open there; what of it cannot be read is not known to be open. */
const readOpen = (text: string): readonly Open[] => {
  try {
    return openSchema.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
};

/** Whether it was taken already: its answer was lost. By its delivery, since two updates may say the same. */
const says = ({ metadata }: Open, { deliveryId }: OutgoingDelivery): boolean => metadata?.tocsin.update === deliveryId;

/** Nothing was told yet, whatever became of a look. */
const untold = (answer: AttemptAnswer): AttemptAnswer => {
  if (answer.kind === 'network' || answer.kind === 'timeout')
    return { kind: 'unreached', detail: `${answer.kind} at the look: ${answer.detail}` };
  return answer.kind === 'answered' && answer.isCut === true
    ? { kind: 'unreached', detail: 'the look broke off' }
    : answer;
};

const send = async (
  target: StatuspageTarget,
  delivery: OutgoingDelivery,
  { known, signal }: Attempt,
): Promise<AttemptAnswer> => {
  const call = callerOf(target, signal);
  const update = updateSchema.parse(delivery.body);
  const look = untold(await call('GET', '/unresolved'));
  if (look.kind !== 'answered' || look.status !== 200) return look;
  const open = readOpen(look.detail);
  const own = open.find(({ id, metadata }) => id === known || metadata?.tocsin.incident === delivery.dedupKey);
  const id = own?.id ?? known;
  if (own !== undefined && says(own, delivery))
    return { kind: 'answered', status: 200, retryAfter: null, detail: 'it says so already', receiverId: own.id };
  const others = open.filter((each) => each !== own);
  const told = { incident: incidentOf(update, delivery, target.componentIds, others) };
  if (id !== undefined) {
    const changed = withId(await call('PATCH', `/${encodeURIComponent(id)}`, told), id);
    // Somebody has removed it there: what is to be said needs a new one.
    if (changed.kind !== 'answered' || changed.status !== 404) return changed;
  }
  return withId(await call('POST', '', told), undefined);
};

/**
 * Statuspage: the first update of an incident opens one there, and each later one changes it. They have no key of ours, so before each
 * update what is open is looked at: an incident whose id was lost on its way is found by its metadata, and not opened twice.
 */
export const statuspageChannel = (target: StatuspageTarget): Channel => ({
  name: 'statuspage',
  subject: 'status',
  isKeyed: false,
  pace: PACE,
  timeoutMs: 3 * TIMEOUT_MS,
  secrets: [target.key],
  send: (delivery, attempt) => send(target, delivery, attempt),
});
