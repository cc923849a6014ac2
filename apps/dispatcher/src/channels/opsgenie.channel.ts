import type { AttemptAnswer } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';
import { factLinesWithin, headlineOf, type PageText, pageTextOf } from './page-text.js';
import { type ChannelRequest, post } from './post.js';

/** An attempt at a page that takes longer is repeated; they fold the repetition by its alias. */
const SEND_TIMEOUT_MS = 8_000;
/** What became of it is only asked for the record: not for long. */
const LOOK_TIMEOUT_MS = 2_000;

/** They count requests of an account and not of a key; less than what any of their plans allows. A sixth is kept for what is urgent. */
const PACE = { perMinute: 100, urgentPerMinute: 20 } as const;

/** Longest message, description, tag, and entity they take; the next two are ours, of far more that they take. */
const CHARS_MAX = { message: 130, description: 15_000, tag: 50, entity: 512, detail: 500, note: 5_000 } as const;

/** Where alerts are made, and the key of the integration. The path is the same at Opsgenie and in Jira Service Management. */
export interface OpsgenieTarget {
  /** `https://api.opsgenie.com/v2/alerts`, or `https://api.atlassian.com/jsm/ops/integration/v2/alerts`. */
  readonly url: URL;
  readonly key: string;
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
const isOver = ({ body }: OutgoingDelivery): boolean => body['over'] !== undefined;

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
    priority: priority === 'P0' && !isOver(delivery) ? 'P1' : PRIORITY_OF[severity],
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
  isOver(delivery) ? undefined : STEPS[delivery.action];

const under = ({ url }: OpsgenieTarget, path: string): URL => new URL(`${url.href.replace(/\/+$/, '')}/${path}`);

const requestOf = (target: OpsgenieTarget, delivery: OutgoingDelivery): ChannelRequest => {
  const step = stepOf(delivery);
  const alias = encodeURIComponent(delivery.dedupKey);
  return {
    url: step === undefined ? target.url : under(target, `${alias}/${step}?identifierType=alias`),
    headers: { 'content-type': 'application/json', authorization: `GenieKey ${target.key}` },
    body: JSON.stringify(step === undefined ? alertOf(delivery) : noteOf(delivery)),
    timeoutMs: SEND_TIMEOUT_MS,
  };
};

/** A field of an answer, when the answer is JSON and has it as text. */
const fieldOf = (text: string, name: string): string | undefined =>
  new RegExp(`"${name}":\\s*"([^"\\\\]*)"`).exec(text)?.[1];

/** Their answer says that it was accepted; what became of it is another one. A look at once often finds it done, and costs no page time. */
const looked = async (
  target: OpsgenieTarget,
  accepted: Extract<AttemptAnswer, { kind: 'answered' }>,
  delivery: OutgoingDelivery,
  signal: AbortSignal | undefined,
): Promise<AttemptAnswer> => {
  const requestId = fieldOf(accepted.detail, 'requestId');
  if (requestId === undefined) return accepted;
  const taken = { ...accepted, receiverId: requestId, detail: `accepted as ${requestId}` };
  const headers = { authorization: `GenieKey ${target.key}` };
  const url = under(target, `requests/${encodeURIComponent(requestId)}`);
  const request = { url, method: 'GET' as const, headers, body: '', timeoutMs: LOOK_TIMEOUT_MS };
  const look = await post(request, [target.key], signal);
  if (look.kind !== 'answered' || look.status !== 200)
    return { ...taken, detail: `${taken.detail}, not processed yet` };
  const status = fieldOf(look.detail, 'status') ?? 'processed';
  if (!/"isSuccess":\s*false/.test(look.detail)) return { ...taken, detail: `${taken.detail}: ${status}` };
  // An alert that somebody has closed there needs no acknowledgement; one that was not made is no page.
  return stepOf(delivery) === undefined
    ? { kind: 'refused', status: accepted.status, detail: `${taken.detail}, then not done: ${status}` }
    : { ...taken, detail: `${taken.detail}, nothing to do: ${status}` };
};

const send = async (
  target: OpsgenieTarget,
  delivery: OutgoingDelivery,
  { signal }: Attempt,
): Promise<AttemptAnswer> => {
  const answer = await post(requestOf(target, delivery), [target.key], signal);
  return answer.kind === 'answered' && answer.status === 202 ? looked(target, answer, delivery, signal) : answer;
};

/**
 * Opsgenie, or the alerts of Jira Service Management: an alert by its alias is opened, told more, acknowledged and closed. An address
 * is a responder.
 */
export const opsgenieChannel = (target: OpsgenieTarget): Channel => ({
  name: 'opsgenie',
  isKeyed: true,
  pace: PACE,
  timeoutMs: SEND_TIMEOUT_MS + LOOK_TIMEOUT_MS,
  secrets: [target.key],
  send: (delivery, attempt) => send(target, delivery, attempt),
});
