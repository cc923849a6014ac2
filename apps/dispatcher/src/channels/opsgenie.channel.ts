import { type OutgoingRequest, post } from '#outgoing';
import { setTimeout } from 'node:timers/promises';
import { answerField } from './answer-field.js';
import type { AttemptAnswer } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';
import { factLinesWithin, headlineOf, type PageText, pageTextOf } from './page-text.js';

/** An attempt at a page that takes longer is repeated; they fold the repetition by its alias. */
const SEND_TIMEOUT_MS = 8_000;
/** What became of it: three looks and the waits before them are within the time that any channel has. */
const LOOK_TIMEOUT_MS = 1_000;

/**
 * Deliveries a minute, of two requests each where the first look finds it done: they count requests of an account and not of a key, and the
 * looks too. Less than what any of their plans allows; a quarter is kept for what is urgent.
 */
const PACE = { perMinute: 50, urgentPerMinute: 15, bucket: 'opsgenie' } as const;

/** Longest message, description, tag, and entity they take; the next two are ours, of far more that they take. */
const CHARS_MAX = { message: 130, description: 15_000, tag: 50, entity: 512, detail: 500, note: 5_000 } as const;

/** Where alerts are made, and the key of the integration. The path is the same at Opsgenie and in Jira Service Management. */
export interface OpsgenieTarget {
  /** `https://api.opsgenie.com/v2/alerts`, or `https://api.atlassian.com/jsm/ops/integration/v2/alerts`. */
  readonly url: URL;
  readonly key: string;
  /** Waits between looks; another for a test. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const PRIORITY_OF: Readonly<Record<PageText['severity'], string>> = {
  critical: 'P1',
  error: 'P2',
  warning: 'P3',
  info: 'P5',
};

const RESPONDER = /^(team|schedule|escalation|user):(.+)$/;

/** `schedule:dns`, `user:ana@example.com`; without a word in front an address of e-mail is a user, all else a team. */
const responderOf = (address: string): object => {
  const [, type = address.includes('@') ? 'user' : 'team', name = address] = RESPONDER.exec(address) ?? [];
  return type === 'user' ? { type, username: name } : { type, name };
};

const described = (delivery: OutgoingDelivery, page: PageText): string => {
  const links = page.links.map(({ href, text }) => `${text}: ${href}`);
  const head = cut(headlineOf(delivery, page), CHARS_MAX.description / 5);
  const tail = cut(links.join('\n'), CHARS_MAX.description / 5);
  // Two line ends join the three parts.
  const room = CHARS_MAX.description - head.length - tail.length - 2;
  return [head, ...factLinesWithin(page, room), ...(tail === '' ? [] : [tail])].join('\n');
};

const detailsOf = ({ incidentId, ruleClass, release, group, links }: PageText): Record<string, string> => {
  const details = { incidentId, rule: ruleClass, release, region: group, link: links[0]?.href };
  return Object.fromEntries(
    Object.entries(details).flatMap(([name, text]) =>
      text === undefined || text.length > CHARS_MAX.detail ? [] : [[name, text]],
    ),
  );
};

/** One notice in the place of a page and its end, of an alert that was never made: it makes one, since a note to none comes to nothing. */
const isBegunAndEnded = ({ body }: OutgoingDelivery): boolean => body['over'] !== undefined;

const alertOf = (delivery: OutgoingDelivery): object => {
  const page = pageTextOf(delivery.body);
  const { priority, severity, component, ruleClass, group, release } = page;
  const tags = ['tocsin', priority, ruleClass, group, release].flatMap((tag) =>
    tag === undefined ? [] : [cut(tag, CHARS_MAX.tag)],
  );
  return {
    message: cut(page.title, CHARS_MAX.message),
    alias: delivery.dedupKey,
    description: described(delivery, page),
    // What is over before it could be told wakes nobody, whatever it was.
    priority: priority === 'P0' && !isBegunAndEnded(delivery) ? 'P1' : PRIORITY_OF[severity],
    source: 'tocsin',
    tags,
    details: detailsOf(page),
    ...(component === undefined ? {} : { entity: cut(component, CHARS_MAX.entity) }),
    ...(typeof delivery.address === 'string' ? { responders: [responderOf(delivery.address)] } : {}),
  };
};

/** What is added to an open alert, whose own words a repeated trigger does not change. */
const noteOf = (delivery: OutgoingDelivery): object => {
  const page = pageTextOf(delivery.body);
  const head = cut(headlineOf(delivery, page), CHARS_MAX.note / 2);
  return { source: 'tocsin', note: [head, ...factLinesWithin(page, CHARS_MAX.note - head.length - 1)].join('\n') };
};

const STEPS: Readonly<Partial<Record<OutgoingDelivery['action'], string>>> = {
  update: 'notes',
  request: 'notes',
  acknowledge: 'acknowledge',
  resolve: 'close',
};

const stepOf = (delivery: OutgoingDelivery): string | undefined =>
  isBegunAndEnded(delivery) ? undefined : STEPS[delivery.action];

const under = ({ url }: OpsgenieTarget, path: string): URL => new URL(`${url.href.replace(/\/+$/, '')}/${path}`);

const requestOf = (target: OpsgenieTarget, delivery: OutgoingDelivery): OutgoingRequest => {
  const step = stepOf(delivery);
  const alias = encodeURIComponent(delivery.dedupKey);
  return {
    url: step === undefined ? target.url : under(target, `${alias}/${step}?identifierType=alias`),
    headers: { 'content-type': 'application/json', authorization: `GenieKey ${target.key}` },
    body: JSON.stringify(step === undefined ? alertOf(delivery) : noteOf(delivery)),
    timeoutMs: SEND_TIMEOUT_MS,
  };
};

/** What was accepted of one delivery, and was not seen done yet. */
interface Pending {
  readonly requestId: string;
  readonly sinceMs: number;
}

/**
 * Deliveries of which what became of them is not known yet. Of more the oldest are forgotten, as by a process that ends: those are sent
 * again, which an alias folds.
 */
const PENDING_MAX = 1_000;

/** A request that nobody knows after that is lost on their side, and is sent again. */
const PENDING_MS_MAX = 60_000;

/** What one process knows of an account. */
class Looks {
  private readonly pending = new Map<string, Pending>();
  /** Ends that found no alert, once: the alert may be made behind them. */
  private readonly early = new Set<string>();

  pendingOf(deliveryId: string, nowMs: number): Pending | undefined {
    const known = this.pending.get(deliveryId);
    return known !== undefined && nowMs - known.sinceMs < PENDING_MS_MAX ? known : undefined;
  }

  keep(deliveryId: string, pending: Pending): void {
    this.pending.set(deliveryId, pending);
    const [oldest] = this.pending.keys();
    if (this.pending.size > PENDING_MAX && oldest !== undefined) this.pending.delete(oldest);
  }

  forget(deliveryId: string): void {
    this.pending.delete(deliveryId);
  }

  /** Whether this is the first time. */
  isEarly(deliveryId: string): boolean {
    if (this.early.delete(deliveryId)) return false;
    this.early.add(deliveryId);
    const [oldest] = this.early;
    if (this.early.size > PENDING_MAX && oldest !== undefined) this.early.delete(oldest);
    return true;
  }
}

/** Waits before the looks behind a send: most is done within the first second. Later attempts look once, after the waits between attempts. */
const LOOK_WAITS_MS = [200, 600, 1_000] as const;

const LOOKING_MS_MAX = LOOK_WAITS_MS.reduce((sum, ms) => sum + ms + LOOK_TIMEOUT_MS, 0);

const sleepFor: NonNullable<OpsgenieTarget['sleep']> = async (ms, signal) => {
  await setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
};

const look = (target: OpsgenieTarget, requestId: string, signal: AbortSignal | undefined): Promise<AttemptAnswer> =>
  post(
    {
      url: under(target, `requests/${encodeURIComponent(requestId)}`),
      method: 'GET',
      headers: { authorization: `GenieKey ${target.key}` },
      body: '',
      timeoutMs: LOOK_TIMEOUT_MS,
    },
    [target.key],
    signal,
  );

const ACCEPTED = 202;

/** What a look says; undefined: not processed yet, or not known. */
const readLook = (
  delivery: OutgoingDelivery,
  requestId: string,
  looked: AttemptAnswer,
): AttemptAnswer | 'nothing to do' | undefined => {
  if (looked.kind !== 'answered' || looked.status === 404 || looked.status >= 500 || looked.isCut === true)
    return undefined;
  if (looked.status === 429) return looked;
  const detail = `accepted as ${requestId}`;
  const taken = { kind: 'answered', status: ACCEPTED, retryAfter: null, receiverId: requestId } as const;
  // A key that may not look: what it was told must be enough.
  if (looked.status !== 200) return { ...taken, detail: `${detail}, and not looked at: ${looked.status}` };
  const status = answerField(looked.detail, 'status') ?? 'processed';
  if (!/"isSuccess":\s*false/.test(looked.detail)) return { ...taken, detail: `${detail}: ${status}` };
  if (stepOf(delivery) === undefined)
    return { kind: 'refused', status: ACCEPTED, detail: `${detail}, then not done: ${status}` };
  return 'nothing to do';
};

/** Their answer says that it was accepted; what became of it is another one, and only that is a page. */
const lookAfter = async (
  target: OpsgenieTarget,
  looks: Looks,
  delivery: OutgoingDelivery,
  { requestId, sinceMs }: Pending,
  waitsMs: readonly number[],
  signal: AbortSignal | undefined,
): Promise<AttemptAnswer> => {
  const { deliveryId } = delivery;
  let read: ReturnType<typeof readLook>;
  for (const ms of waitsMs) {
    if (ms > 0) await (target.sleep ?? sleepFor)(ms, signal);
    read = readLook(delivery, requestId, await look(target, requestId, signal));
    if (read !== undefined) break;
  }
  const detail = `accepted as ${requestId}`;
  if (read === undefined || (read !== 'nothing to do' && read.kind === 'answered' && read.status === 429)) {
    looks.keep(deliveryId, { requestId, sinceMs });
    return read ?? { kind: 'later', status: ACCEPTED, detail: `${detail}, not processed yet` };
  }
  looks.forget(deliveryId);
  if (read !== 'nothing to do') return read;
  // An alert that somebody has closed there needs no acknowledgement and no end; one that is made a moment later does.
  if (delivery.action === 'resolve' && looks.isEarly(deliveryId))
    return { kind: 'later', status: ACCEPTED, detail: `${detail}, and there was no alert to close` };
  return {
    kind: 'answered',
    status: ACCEPTED,
    retryAfter: null,
    receiverId: requestId,
    detail: `${detail}, nothing to do: there is no such alert`,
  };
};

const send = async (
  target: OpsgenieTarget,
  looks: Looks,
  delivery: OutgoingDelivery,
  { nowMs, signal }: Attempt,
): Promise<AttemptAnswer> => {
  const pending = looks.pendingOf(delivery.deliveryId, nowMs);
  if (pending !== undefined) return lookAfter(target, looks, delivery, pending, [0], signal);
  const answer = await post(requestOf(target, delivery), [target.key], signal);
  if (answer.kind !== 'answered' || answer.status !== ACCEPTED) return answer;
  const requestId = answerField(answer.detail, 'requestId');
  if (requestId !== undefined)
    return lookAfter(target, looks, delivery, { requestId, sinceMs: nowMs }, LOOK_WAITS_MS, signal);
  // Without its name nobody can look: it is sent again, and folded.
  return answer.isCut === true ? { kind: 'network', detail: 'its answer broke off' } : answer;
};

/**
 * Opsgenie, or the alerts of Jira Service Management: an alert by its alias is opened, told more, acknowledged and closed. An address
 * is a responder.
 */
export const opsgenieChannel = (target: OpsgenieTarget): Channel => {
  const looks = new Looks();
  return {
    name: 'opsgenie',
    isKeyed: true,
    pace: PACE,
    timeoutMs: SEND_TIMEOUT_MS + LOOKING_MS_MAX,
    secrets: [target.key],
    send: (delivery, attempt) => send(target, looks, delivery, attempt),
  };
};
