/** What came back from one attempt. */
export type AttemptAnswer =
  | {
      readonly kind: 'answered';
      /** Of HTTP. */
      readonly status: number;
      readonly retryAfter: string | null;
      readonly detail: string;
      /** It broke off behind its status: what the rest of it would have said is not known. */
      readonly isCut?: true;
      /** What the receiver calls what it took, where it says. */
      readonly receiverId?: string;
    }
  /** `unreached` did not get as far as to the receiver; of `timeout` and `network` only the answer may be lost. */
  | { readonly kind: 'timeout' | 'network' | 'unreached' | 'unsendable'; readonly detail: string }
  /**
   * The receiver's own words, where its statuses are not HTTP's or mean something else: it wants it later, it does not want it, or it
   * wants nothing of this channel ever again, which disables the channel.
   */
  | { readonly kind: 'later' | 'refused' | 'gone'; readonly status: number; readonly detail: string };

/** What one attempt means for the delivery. */
export interface AttemptVerdict {
  readonly outcome: 'delivered' | 'retry' | 'gave_up';
  readonly status: number | null;
  readonly detail: string;
  /** Its answer was lost: it may have arrived. */
  readonly isLost?: boolean;
  /** The same, at a receiver that cannot tell a repetition. */
  readonly isUnknown?: boolean;
  /** What the receiver calls it, where it says. */
  readonly receiverId?: string;
  /** When the next attempt is due; null when there is none. */
  readonly dueAtMs: number | null;
}

/** How often it may arrive. */
export interface Repeating {
  /** Whether the receiver folds what arrives twice. */
  readonly isKeyed: boolean;
  /** Whether an earlier attempt may have arrived at one that does not. */
  readonly wasUnknown: boolean;
}

const FOLDED: Repeating = { isKeyed: true, wasUnknown: false };

type AnswerClass = 'delivered' | 'retry' | 'permanent';

/** Statuses outside 2xx and 5xx that ask for another try: Request Timeout, Too Early, Too Many Requests. */
const RETRY_STATUSES: readonly number[] = [408, 425, 429];

/**
 * Waits between attempts. A page must be tried again within seconds, not on the day-long schedule of webhooks; the last one
 * repeats: an outage of a receiver usually lasts minutes.
 */
const BACKOFF_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;
const BACKOFF_LAST_MS = BACKOFF_MS[BACKOFF_MS.length - 1] ?? 30_000;

/** About two hours of trying; a page that late helps nobody, and the row must not be claimed for ever. Then the give-up is recorded. */
export const ATTEMPTS_MAX = 240;

/** A receiver may slow us down, but not silence a page for a day by a wrong header. */
export const RETRY_AFTER_MAX_MS = 300_000;

/** Longest detail that is kept of an answer; the event allows 500. */
const DETAIL_CHARS_MAX = 300;

/** The one table of what an answer means, for every channel. Redirects are not followed, so 3xx is as permanent as 4xx. */
const classOf = (answer: AttemptAnswer): AnswerClass => {
  if (answer.kind === 'unsendable' || answer.kind === 'refused' || answer.kind === 'gone') return 'permanent';
  if (answer.kind !== 'answered') return 'retry';
  if (answer.status >= 200 && answer.status < 300) return 'delivered';
  return answer.status >= 500 || RETRY_STATUSES.includes(answer.status) ? 'retry' : 'permanent';
};

/** `Retry-After` as ms from now: seconds or an HTTP date; undefined when it is neither. */
export const retryAfterMs = (header: string | null, nowMs: number): number | undefined => {
  if (header === null) return undefined;
  const text = header.trim();
  const isDate = text.endsWith('GMT');
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : isDate ? Date.parse(text) - nowMs : Number.NaN;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), RETRY_AFTER_MAX_MS);
};

/**
 * The wait before attempt `attempt + 1`. `Retry-After` is never undercut, and cannot shorten the wait: one of 0, or a date that is past,
 * would have all attempts spent in seconds. Jitter keeps a crowd from coming back at once.
 */
const waitMs = (answer: AttemptAnswer, attempt: number, nowMs: number, random: number): number => {
  const backOff = Math.round((BACKOFF_MS[attempt - 1] ?? BACKOFF_LAST_MS) * (0.8 + random * 0.4));
  const asked = answer.kind === 'answered' ? retryAfterMs(answer.retryAfter, nowMs) : undefined;
  if (asked === undefined) return backOff;
  return Math.max(Math.round(asked * (1 + random * 0.1)), backOff, BACKOFF_MS[0]);
};

const isLost = ({ kind }: AttemptAnswer): boolean => kind === 'timeout' || kind === 'network';

type Said = Pick<AttemptVerdict, 'status' | 'detail' | 'isLost' | 'isUnknown' | 'receiverId'>;

/** Longest id of a receiver that is kept; the event allows no more. */
const RECEIVER_ID_CHARS_MAX = 200;

const saidBy = (answer: AttemptAnswer, isKeyed: boolean): Said => {
  const lost = isLost(answer);
  const receiverId = answer.kind === 'answered' ? answer.receiverId : undefined;
  return {
    status: 'status' in answer ? answer.status : null,
    detail: `${answer.kind === 'answered' ? '' : `${answer.kind}: `}${answer.detail}`.slice(0, DETAIL_CHARS_MAX),
    ...(lost ? { isLost: true } : {}),
    ...(lost && !isKeyed ? { isUnknown: true } : {}),
    ...(receiverId === undefined ? {} : { receiverId: receiverId.slice(0, RECEIVER_ID_CHARS_MAX) }),
  };
};

/**
 * Decides what attempt number `attempt` (from 1) means. Nobody sleeps until the next one: its due time is stored.
 * `random` is in [0, 1). What may have arrived at a receiver that cannot tell a repetition is sent once more, since a message twice is a
 * smaller harm than none, and not a third time.
 */
export const decideAttempt = (
  answer: AttemptAnswer,
  attempt: number,
  nowMs: number,
  random: number,
  { isKeyed, wasUnknown }: Repeating = FOLDED,
): AttemptVerdict => {
  const said = saidBy(answer, isKeyed);
  const meaning = classOf(answer);
  if (meaning === 'delivered') return { outcome: 'delivered', ...said, dueAtMs: null };
  if (meaning === 'permanent') return { outcome: 'gave_up', ...said, dueAtMs: null };
  const end = (because: string): AttemptVerdict => ({
    outcome: 'gave_up',
    ...said,
    detail: `${because}: ${said.detail}`.slice(0, DETAIL_CHARS_MAX),
    dueAtMs: null,
  });
  if (said.isUnknown === true && wasUnknown) return end('may have arrived twice');
  if (attempt >= ATTEMPTS_MAX) return end(`after ${attempt} attempts`);
  return { outcome: 'retry', ...said, dueAtMs: nowMs + waitMs(answer, attempt, nowMs, random) };
};
