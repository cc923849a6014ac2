import {
  type ClaimTerms,
  decideSends,
  type DeliveryPace,
  isUrgentDelivery,
  type Lanes,
  NEW_RECEIVER,
  type Receiver,
} from '#domain';
import { spoolIdOf, type SpooledPage } from './spool-entry.js';
import type { SpooledState } from './spool-index.js';

/** What is sent of the pages of one channel. */
export interface ChannelSends {
  readonly chosen: readonly SpooledState[];
  readonly receiver: Receiver;
  /** The bucket that its pace names after that. */
  readonly bucket: Lanes | undefined;
}

/** How it stands with one channel. */
export interface ChannelNow {
  readonly receiver: Receiver | undefined;
  /** The lanes of the bucket that its pace names. */
  readonly bucket: Lanes | undefined;
  /** Pages of which an attempt is under way. */
  readonly sending: ReadonlySet<string>;
  readonly pace: DeliveryPace | undefined;
  /** Sends that may begin. */
  readonly free: number;
  readonly nowMs: number;
  /** How long a send may be under way that tries whether a receiver lives again. */
  readonly leaseMs: number;
}

/** Where a channel reaches by itself: what a spool sends has no other address. */
const ITSELF = '';

const isUrgent = ({ action, body }: SpooledPage): boolean => isUrgentDelivery({ subject: 'page', action, body });

/** That nobody sees anything goes before what is seen, the worst of which goes before the rest. */
const rankOf = (page: SpooledPage): number => {
  const { body } = page;
  if (body['rule'] === 'telemetry_stale') return 0;
  if (body['priority'] === 'P0') return 1;
  return isUrgent(page) ? 2 : 3;
};

/** When it may be tried; undefined: an end waits for its beginning, since receivers drop the end of what they have not taken. */
const dueAtMs = ({ page, result }: SpooledState, open: ReadonlySet<string>): number | undefined => {
  const isHeld = page.action === 'resolve' && open.has(spoolIdOf({ ...page, action: 'trigger' }));
  return isHeld ? undefined : (result?.dueAtMs ?? page.spooledAtMs);
};

/**
 * Chooses what leaves now through one channel of its pages that are open, as far as the pace and the breaker of its receiver let it: what
 * says that nobody sees anything first, then P0, then critical, and of these what was due first. What waits for its next try holds no place.
 */
export const decideSpoolSends = (open: readonly SpooledState[], now: ChannelNow): ChannelSends => {
  const { receiver = NEW_RECEIVER, bucket: before, sending, free, nowMs } = now;
  const ids = new Set(open.map(({ page }) => page.spoolId));
  const due = open
    .filter(({ page }) => !sending.has(page.spoolId))
    .map((state) => ({ state, rank: rankOf(state.page), atMs: dueAtMs(state, ids) }))
    .filter(({ atMs }) => atMs !== undefined && atMs <= nowMs)
    .toSorted((a, b) => a.rank - b.rank || (a.atMs ?? 0) - (b.atMs ?? 0))
    // Urgent ones come first: whatever is behind these and may leave is no more urgent.
    .slice(0, Math.max(0, free));
  const candidates = due.map(({ state: { page } }) => ({
    deliveryId: page.spoolId,
    address: ITSELF,
    isUrgent: isUrgent(page),
  }));
  const terms: ClaimTerms = now;
  const shared = { receivers: new Map([[ITSELF, receiver]]), bucket: before };
  const { chosen, receivers, bucket } = decideSends(candidates, shared, terms);
  return {
    bucket,
    chosen: due.map(({ state }) => state).filter(({ page }) => chosen.has(page.spoolId)),
    receiver: receivers.get(ITSELF) ?? receiver,
  };
};
