import type { AttemptAnswer } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';

/** What a receiver does with one request: an answer, or none though it has taken it, or none and has not. */
export type Script = AttemptAnswer | 'lost' | 'unheard';

/** A message that a receiver took. */
export interface Taken {
  readonly delivery: OutgoingDelivery;
  readonly attempt: Attempt;
}

/** A receiver without a wire. Scripts are used up in order, one per request; after them it takes everything. */
export interface ScriptedReceiver {
  readonly channel: Channel;
  readonly scripts: Script[];
  /** Every request, in order. */
  readonly asked: readonly Taken[];
  /** What it took; a repetition counts again, since it has no key. */
  readonly taken: readonly Taken[];
}

const OK: AttemptAnswer = { kind: 'answered', status: 200, retryAfter: null, detail: 'ok' };
const ENOUGH: AttemptAnswer = { kind: 'answered', status: 429, retryAfter: null, detail: 'rate_limited' };
const MINUTE_MS = 60_000;

/** Makes a receiver; beyond `perMinuteMax` in any 60 s it answers 429. */
export const scriptedReceiver = (
  changes: Partial<Channel> & { readonly perMinuteMax?: number } = {},
): ScriptedReceiver => {
  const { perMinuteMax = Infinity, ...channel } = changes;
  const scripts: Script[] = [];
  const asked: Taken[] = [];
  const taken: Taken[] = [];
  const answerOf = (one: Taken): AttemptAnswer => {
    const { nowMs } = one.attempt;
    if (asked.filter(({ attempt }) => attempt.nowMs > nowMs - MINUTE_MS).length > perMinuteMax) return ENOUGH;
    const script = scripts.shift() ?? OK;
    if (script === 'unheard') return { kind: 'timeout', detail: 'no answer' };
    if (script === 'lost' || (script.kind === 'answered' && script.status < 300)) taken.push(one);
    return script === 'lost' ? { kind: 'network', detail: 'ECONNRESET' } : script;
  };
  return {
    channel: {
      name: 'chat',
      isKeyed: false,
      timeoutMs: 1_000,
      secrets: [],
      send: (delivery, attempt) => {
        const one = { delivery, attempt };
        asked.push(one);
        return Promise.resolve(answerOf(one));
      },
      ...channel,
    },
    scripts,
    asked,
    taken,
  };
};
