import { type DeliveryPace, draw, fullLanes, type Lanes, refill } from './pace.js';
import { type ReceiverHealth, receiverState, UNTRIED } from './receiver.js';

/** A receiver of one channel as those who send to it share it. */
export interface Receiver {
  readonly health: ReceiverHealth;
  /** undefined: nothing was drawn yet, the channel keeps no pace, or it draws from a bucket that others draw from too. */
  readonly lanes: Lanes | undefined;
  /** Until when a delivery is under way that tries whether it lives again; 0: none is. */
  readonly probeUntilMs: number;
}

/** A receiver that was never told anything. */
export const NEW_RECEIVER: Receiver = { health: UNTRIED, lanes: undefined, probeUntilMs: 0 };

/** What those who send through one channel share. */
export interface Shared {
  /** By their address. */
  readonly receivers: ReadonlyMap<string, Receiver>;
  /** The lanes of the bucket that the pace names; undefined: nothing was drawn from it yet, or it names none. */
  readonly bucket: Lanes | undefined;
}

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

/** Which leave, and what is shared after that. */
export interface Sends extends Shared {
  readonly chosen: ReadonlySet<string>;
}

const lanesOf = (lanes: Lanes | undefined, { pace, nowMs }: ClaimTerms): Lanes | undefined => {
  if (pace === undefined) return undefined;
  return lanes === undefined ? fullLanes(pace, nowMs) : refill(lanes, pace, nowMs);
};

interface Sent {
  readonly receiver: Receiver;
  readonly bucket: Lanes | undefined;
}

/** The receiver and the bucket after one more delivery left for it; undefined where it may not leave now. */
const after = ({ receiver, bucket }: Sent, isUrgent: boolean, terms: ClaimTerms): Sent | undefined => {
  const { nowMs, leaseMs, pace } = terms;
  const { health, probeUntilMs } = receiver;
  const state = receiverState(health, nowMs);
  if (state === 'open' || (state === 'half_open' && probeUntilMs > nowMs)) return undefined;
  if (!isUrgent && health.heldUntilMs > nowMs) return undefined;
  const isShared = pace?.bucket !== undefined;
  const full = lanesOf(isShared ? bucket : receiver.lanes, terms);
  const left = full && draw(full, isUrgent);
  if (full !== undefined && left === undefined) return undefined;
  const next = { health, probeUntilMs: state === 'half_open' ? nowMs + leaseMs : probeUntilMs };
  return isShared
    ? { receiver: { ...next, lanes: undefined }, bucket: left }
    : { receiver: { ...next, lanes: left }, bucket };
};

/** What need not be looked at, so that what is held back for one receiver hides nothing of another. */
export const blockedReceivers = ({ receivers, bucket }: Shared, terms: ClaimTerms): Blocked => {
  const blocked = (isUrgent: boolean): string[] =>
    [...receivers]
      .filter(([, receiver]) => after({ receiver, bucket }, isUrgent, terms) === undefined)
      .map(([address]) => address);
  return { all: blocked(true), unlessUrgent: blocked(false) };
};

/**
 * Chooses what leaves now, in the order of the candidates: as many as the pace of each receiver has tokens for, one alone for a receiver
 * that may be dead, and nothing for one that is. A token is spent even where the send is broken off: too slow is the smaller harm.
 */
export const decideSends = (candidates: readonly Candidate[], known: Shared, terms: ClaimTerms): Sends => {
  const receivers = new Map(known.receivers);
  let { bucket } = known;
  const chosen = new Set<string>();
  for (const { deliveryId, address, isUrgent } of candidates) {
    const sent = after({ receiver: receivers.get(address) ?? NEW_RECEIVER, bucket }, isUrgent, terms);
    if (sent === undefined) continue;
    receivers.set(address, sent.receiver);
    ({ bucket } = sent);
    chosen.add(deliveryId);
  }
  return { chosen, receivers, bucket };
};
