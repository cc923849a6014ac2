import { type DeliveryPace, draw, fullLanes, type Lanes, refill } from './pace.js';
import { type ReceiverHealth, receiverState, UNTRIED } from './receiver.js';

/** A receiver of one channel as those who send to it share it. */
export interface Receiver {
  readonly health: ReceiverHealth;
  /** undefined: nothing was drawn yet, or the channel keeps no pace. */
  readonly lanes: Lanes | undefined;
  /** Until when a delivery is under way that tries whether it lives again; 0: none is. */
  readonly probeUntilMs: number;
}

/** A receiver that was never told anything. */
export const NEW_RECEIVER: Receiver = { health: UNTRIED, lanes: undefined, probeUntilMs: 0 };

/** What a claim is made under. */
export interface ClaimTerms {
  readonly pace: DeliveryPace | undefined;
  readonly nowMs: number;
  /** How long a probe may be under way before another may begin. */
  readonly leaseMs: number;
}

/** The receivers that take nothing now, and those that take only what is urgent, by their address. */
export interface Blocked {
  readonly all: readonly string[];
  readonly unlessUrgent: readonly string[];
}

/** A delivery that could leave now. */
export interface Candidate {
  readonly deliveryId: string;
  /** Which of the channel's receivers; '': the one that it reaches by itself. */
  readonly address: string;
  readonly isUrgent: boolean;
}

/** Which leave, and their receivers after that. */
export interface Sends {
  readonly chosen: ReadonlySet<string>;
  readonly receivers: ReadonlyMap<string, Receiver>;
}

const lanesOf = ({ lanes }: Receiver, { pace, nowMs }: ClaimTerms): Lanes | undefined => {
  if (pace === undefined) return undefined;
  return lanes === undefined ? fullLanes(pace, nowMs) : refill(lanes, pace, nowMs);
};

/** The receiver after one more delivery left for it; undefined where it may not leave now. */
const after = (receiver: Receiver, isUrgent: boolean, terms: ClaimTerms): Receiver | undefined => {
  const { nowMs, leaseMs } = terms;
  const { health, probeUntilMs } = receiver;
  const state = receiverState(health, nowMs);
  if (state === 'open' || (state === 'half_open' && probeUntilMs > nowMs)) return undefined;
  if (!isUrgent && health.heldUntilMs > nowMs) return undefined;
  const full = lanesOf(receiver, terms);
  const lanes = full && draw(full, isUrgent);
  if (full !== undefined && lanes === undefined) return undefined;
  return { health, lanes, probeUntilMs: state === 'half_open' ? nowMs + leaseMs : probeUntilMs };
};

/** What need not be looked at, so that what is held back for one receiver hides nothing of another. */
export const blockedReceivers = (receivers: ReadonlyMap<string, Receiver>, terms: ClaimTerms): Blocked => {
  const blocked = (isUrgent: boolean): string[] =>
    [...receivers].filter(([, receiver]) => after(receiver, isUrgent, terms) === undefined).map(([address]) => address);
  return { all: blocked(true), unlessUrgent: blocked(false) };
};

/**
 * Chooses what leaves now, in the order of the candidates: as many as the pace of each receiver has tokens for, one alone for a receiver
 * that may be dead, and nothing for one that is. A token is spent even where the send is broken off: too slow is the smaller harm.
 */
export const decideSends = (
  candidates: readonly Candidate[],
  known: ReadonlyMap<string, Receiver>,
  terms: ClaimTerms,
): Sends => {
  const receivers = new Map(known);
  const chosen = new Set<string>();
  for (const { deliveryId, address, isUrgent } of candidates) {
    const next = after(receivers.get(address) ?? NEW_RECEIVER, isUrgent, terms);
    if (next === undefined) continue;
    receivers.set(address, next);
    chosen.add(deliveryId);
  }
  return { chosen, receivers };
};
