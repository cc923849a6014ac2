import { post } from '#outgoing';
import { answerField } from './answer-field.js';
import type { AttemptAnswer } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';
import { slackMessage, slackReply } from './slack-message.js';

/** One call, which they answer in well under a second. A delivery is two at most, the message and its thread, and both together are waited for as long as for another channel's one. */
const CALL_TIMEOUT_MS = 5_000;

/**
 * Deliveries a minute, of two calls each but the first: about a message a second of a channel, and about 50 changes a minute
 * (their tier 3), which they count of the whole workspace. A fifth is kept for what is urgent, so two leave at once at most.
 */
const PACE = { perMinute: 40, urgentPerMinute: 10, burst: 1, bucket: 'slack' } as const;

/** Where the Web API is, whose token it is, and which channel is told unless a delivery names another. */
export interface SlackTarget {
  readonly url: URL;
  readonly token: string;
  readonly channel: string;
}

/** Told with status 200; the same may be taken a moment later. */
const LATER: readonly string[] = ['ratelimited', 'rate_limited', 'service_unavailable', 'request_timeout'];
/** Told with status 200; part of it may have been done. */
const UNKNOWN: readonly string[] = ['internal_error', 'fatal_error'];
/** The message is not there any more, or may not be changed: what is to be said needs a new one. */
const LOST: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed', 'thread_not_found'];

/**
 * Reads what Slack answers with status 200 to everything that it understood. What says neither yes nor no, since it broke off behind its
 * headers or comes from somebody between, leaves open whether the message is there.
 */
const readAnswer = (answer: AttemptAnswer): AttemptAnswer => {
  if (answer.kind !== 'answered' || answer.status >= 300) return answer;
  const { status, detail } = answer;
  const ok = /"ok":\s*(true|false)/.exec(detail)?.[1];
  if (ok === undefined) return { kind: 'network', detail: `not an answer of Slack: ${detail.slice(0, 100)}` };
  const channel = answerField(detail, 'channel');
  const ts = answerField(detail, 'ts');
  if (ok === 'true' && (channel === undefined || ts === undefined))
    return { ...answer, detail: 'ok, and not where: what follows is a message of its own' };
  if (ok === 'true') return { ...answer, detail: `ok: ts ${ts} in ${channel}`, receiverId: `${channel}:${ts}` };
  const error = answerField(detail, 'error') ?? 'no error is named';
  if (UNKNOWN.includes(error)) return { kind: 'network', detail: error };
  return { kind: LATER.includes(error) ? 'later' : 'refused', status, detail: error };
};

const isTaken = (answer: AttemptAnswer): boolean => answer.kind === 'answered' && answer.status < 300;
const isLost = (answer: AttemptAnswer): boolean => answer.kind === 'refused' && LOST.includes(answer.detail);

/** A thread wakes only who follows it: what everybody must see is shown in the channel too. */
const isForAll = ({ action, body }: OutgoingDelivery): boolean => action === 'request' || body['widens'] !== undefined;

/** No preview of what a link leads to. */
const PLAIN = { unfurl_links: false, unfurl_media: false } as const;

type Call = (method: string, parameters: object) => Promise<AttemptAnswer>;

const callerOf =
  ({ url, token }: SlackTarget, signal: AbortSignal | undefined): Call =>
  async (method, parameters) => {
    const headers = { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` };
    const body = JSON.stringify(parameters);
    const request = { url: new URL(`/api/${method}`, url), headers, body, timeoutMs: CALL_TIMEOUT_MS };
    return readAnswer(await post(request, [token], signal));
  };

/** The message first, since changing it twice is changing it once; the thread last, so that only its answer can be lost. */
const change = async (call: Call, delivery: OutgoingDelivery, known: string): Promise<AttemptAnswer> => {
  const [channel = '', ts = ''] = known.split(':');
  const changed = await call('chat.update', { channel, ts, ...slackMessage(delivery, true) });
  // Whether it was changed or not, it is changed once more; what cannot be repeated, the thread, was not told yet.
  if (changed.kind === 'network' || changed.kind === 'timeout')
    return { kind: 'unreached', detail: `${changed.kind} at the change: ${changed.detail}` };
  if (!isTaken(changed)) return changed;
  const reply = { channel, thread_ts: ts, ...slackReply(delivery), ...PLAIN, reply_broadcast: isForAll(delivery) };
  const told = await call('chat.postMessage', reply);
  return told.kind === 'answered' ? { ...told, receiverId: known } : told;
};

const send = async (target: SlackTarget, delivery: OutgoingDelivery, attempt: Attempt): Promise<AttemptAnswer> => {
  const call = callerOf(target, attempt.signal);
  if (attempt.known !== undefined) {
    const changed = await change(call, delivery, attempt.known);
    if (!isLost(changed)) return changed;
  }
  return call('chat.postMessage', {
    channel: delivery.address ?? target.channel,
    ...slackMessage(delivery, true),
    ...PLAIN,
  });
};

/**
 * Slack's Web API: one message for each key, changed by what follows, with its timeline in its thread. What it is called there,
 * `<channel>:<ts>`, is the receiver's id of all its deliveries. An address is a channel or a user of the workspace.
 */
export const slackChannel = (target: SlackTarget): Channel => ({
  name: 'slack',
  isKeyed: false,
  pace: PACE,
  timeoutMs: 2 * CALL_TIMEOUT_MS,
  secrets: [target.token],
  send: (delivery, attempt) => send(target, delivery, attempt),
});
