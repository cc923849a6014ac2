import type { EventData } from '#contracts';

/** Failures in a row after which a receiver is taken for dead: one that is restarted fails two or three. */
export const BREAKER_FAILURES = 5;
/**
 * How long a dead receiver is left alone before one delivery tries it. Short, for a page waits; one probe in ten seconds holds one of
 * the channel's places and not all of them.
 */
export const BREAKER_OPEN_MS = 10_000;

/** Too Many Requests: the receiver lives, and has enough. */
const TOO_MANY = 429;

/** What attempts have told of one receiver of a channel. */
export interface ReceiverHealth {
  /** Failures since it last answered. */
  readonly failures: number;
  /** Until when it is left alone; 0: it is not. */
  readonly openUntilMs: number;
  /** Until when it wants nothing that can wait (429); 0: it takes everything. */
  readonly heldUntilMs: number;
}

/** A receiver that was never told anything. */
export const UNTRIED: ReceiverHealth = { failures: 0, openUntilMs: 0, heldUntilMs: 0 };

type Attempted = Pick<EventData<'DeliveryAttempted'>, 'outcome' | 'status' | 'isLost' | 'dueAtMs' | 'at'>;

const isFailure = ({ outcome, status, isLost }: Attempted): boolean =>
  isLost === true || (outcome === 'retry' && status !== TOO_MANY);

/**
 * What is known after an attempt. An answer that it does not want this one says that it lives; what we could not even send says nothing
 * of it. That it takes something urgent does not shorten how long it wants nothing else.
 *
 *   closed ──5 failures in a row──▶ open ──10 s──▶ half open ──one delivery tries──▶ closed, or open again
 */
export const evolveReceiver = (before: ReceiverHealth, attempted: Attempted): ReceiverHealth => {
  const { outcome, status, dueAtMs, at } = attempted;
  if (isFailure(attempted)) {
    const failures = before.failures + 1;
    return { ...before, failures, openUntilMs: failures >= BREAKER_FAILURES ? at + BREAKER_OPEN_MS : 0 };
  }
  const alive = { ...before, failures: 0, openUntilMs: 0 };
  if (status === TOO_MANY) return { ...alive, heldUntilMs: Math.max(before.heldUntilMs, dueAtMs ?? 0) };
  if (outcome !== 'delivered' && status === null) return before;
  return alive;
};

/** The circuit breaker of a receiver. */
export type ReceiverState = 'closed' | 'open' | 'half_open';

/** Its state at a time. */
export const receiverState = ({ failures, openUntilMs }: ReceiverHealth, nowMs: number): ReceiverState => {
  if (failures < BREAKER_FAILURES) return 'closed';
  return nowMs < openUntilMs ? 'open' : 'half_open';
};
