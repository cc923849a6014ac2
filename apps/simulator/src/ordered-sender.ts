import type { Clock } from './clock.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.js';

/** One thing to send, and whom to tell. */
export interface Sending {
  readonly request: HttpRequest;
  readonly onAccepted?: (answer: HttpAnswer) => void;
  /** Refused for good: repeating it could not help. */
  readonly onRefused?: (answer: HttpAnswer) => void;
}

/** Sends in order, one at a time, again and again until the server accepts or refuses. */
export interface OrderedSender {
  /** False when the queue is full and the thing was dropped. */
  readonly offer: (sending: Sending) => boolean;
  /** Waiting or in flight. */
  readonly queued: () => number;
  /** What is still queued is given up. */
  readonly stop: () => void;
}

const BACKOFF_FIRST_MS = 100;
/** A server that restarts is back within seconds; a longer wait would only delay what was kept for it. */
const BACKOFF_LAST_MS = 2_000;
/** Statuses below 500 that ask for another try. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

/** What an answer means for the sender. */
export const verdictOf = (status: number): 'accepted' | 'refused' | 'again' => {
  if (status >= 200 && status < 300) return 'accepted';
  return status >= 500 || TRY_AGAIN.includes(status) ? 'again' : 'refused';
};

/** Makes a sender. A lost answer is repeated like a lost request: the server recognises repetitions by the identity inside. */
export const createOrderedSender = (client: HttpClient, clock: Clock, queueMax: number): OrderedSender => {
  const queue: Sending[] = [];
  const stopping = new AbortController();
  let running = false;

  const attempt = async ({ request, onAccepted, onRefused }: Sending): Promise<boolean> => {
    const answer = await client.send(request).catch(() => undefined);
    const verdict = answer === undefined ? 'again' : verdictOf(answer.status);
    if (answer === undefined || verdict === 'again') return false;
    if (verdict === 'accepted') onAccepted?.(answer);
    else onRefused?.(answer);
    return true;
  };
  const drain = async (): Promise<void> => {
    let waitMs = BACKOFF_FIRST_MS;
    for (let head = queue[0]; head !== undefined && !stopping.signal.aborted; head = queue[0]) {
      if (await attempt(head)) {
        queue.shift();
        waitMs = BACKOFF_FIRST_MS;
      } else {
        await clock.sleep(waitMs, stopping.signal);
        waitMs = Math.min(2 * waitMs, BACKOFF_LAST_MS);
      }
    }
    running = false;
  };
  return {
    offer: (sending) => {
      if (queue.length >= queueMax || stopping.signal.aborted) return false;
      queue.push(sending);
      if (!running) {
        running = true;
        void drain();
      }
      return true;
    },
    queued: () => queue.length,
    stop: () => {
      stopping.abort();
      queue.length = 0;
    },
  };
};
