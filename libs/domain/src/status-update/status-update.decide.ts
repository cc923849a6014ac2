import { type Event, event, type EventOf, refuse, type Refusal, type StatusUpdate } from '#contracts';
import type { Acting } from '../rule/acting.js';
import { listingOf, statusAudienceOf } from './status-audience.js';
import type { StatusFacts } from './status-facts.js';
import { statusTitleOf, writeStatusUpdate } from './status-text.js';
import { nextDueMs, STATUS_LEAD_MS, type StatusDraft, type StatusUpdates, type ToldCustomer } from './status-update.js';

/** The first update is out two minutes after the opening at the latest; the study took 38 (R108). */
export const STATUS_FIRST_MS = 120_000;
/** After the resolution the last one is out within the same time as the first. */
const STATUS_LAST_MS = STATUS_FIRST_MS;
/** An update that is not out so long after its time is an alert (R46). */
export const STATUS_OVERDUE_MS = 300_000;
/** From one update to the next, unless the settings say otherwise (R46). */
export const STATUS_EVERY_MS = 900_000;

/** Who publishes, and how often. */
export interface StatusPolicy {
  readonly mode: 'review' | 'automatic';
  readonly everyMs: number;
}

/** What an update is decided on. */
export interface StatusCase {
  readonly facts: StatusFacts;
  /** All that are hurt now, as measured; the facts name the worst twenty. Empty: not measured, or these are all. */
  readonly hurt: readonly ToldCustomer[];
  /** Customers for whom another DNS provider answers now. */
  readonly fallbackCustomers: number;
  readonly policy: StatusPolicy;
  readonly nowMs: number;
}

/** Why the public is told nothing of an incident; undefined: it is told. A drill opens no incident. */
export const refuseStatusUpdates = (facts: StatusFacts): string | undefined => {
  const { muted, requestedAtMs, priority, isCritical, affectedCustomers } = facts;
  if (muted !== undefined) return `its page is held back: ${muted.because}`.slice(0, 500);
  if (requestedAtMs !== undefined || priority !== undefined) return undefined;
  if (!isCritical) return 'it is no critical incident';
  return affectedCustomers > 0 ? undefined : 'no customer is known to be hurt';
};

/** When somebody must look next at what was published or discarded; null: it was the last one. */
const lookAfter = ({ firstDueMs = 0, everyMs, draft }: StatusUpdates, atMs: number): number | null =>
  draft?.update.state === 'resolved' ? null : nextDueMs(firstDueMs, everyMs, atMs) - STATUS_LEAD_MS;

const publishedOf = (
  updates: StatusUpdates,
  draft: StatusDraft,
  told: { readonly update: StatusUpdate; readonly by: string; readonly incidentId: string; readonly atMs: number },
): Event[] => {
  const { update, by, incidentId, atMs: at } = told;
  const { n, customers, affectedCustomers } = draft;
  const published = event('StatusUpdatePublished', {
    incidentId,
    n,
    update,
    customers: [...customers],
    affectedCustomers,
    by,
    endsOverdue: updates.isOverdue,
    dueAtMs: lookAfter({ ...updates, draft }, at),
    at,
  });
  if (draft.update.state !== 'resolved') return [published];
  const because = 'the incident is resolved, and the public knows';
  return [published, event('StatusUpdatesEnded', { incidentId, because, endsOverdue: false, at })];
};

interface Due {
  readonly publishByMs: number;
  readonly because: string;
}

const draftOf = (
  updates: StatusUpdates,
  { facts, hurt, fallbackCustomers, policy, nowMs: at }: StatusCase,
  due: Due,
) => {
  const { incidentId, resolvedAtMs } = facts;
  const { publishByMs, because } = due;
  const firstDueMs = updates.firstDueMs ?? publishByMs;
  const nextMs = nextDueMs(firstDueMs, policy.everyMs, Math.max(at, publishByMs));
  const nextUpdateAtMs = resolvedAtMs === undefined ? nextMs : null;
  const title = updates.title ?? statusTitleOf(facts);
  const update = writeStatusUpdate(facts, title, { fallbackCustomers, nextUpdateAtMs });
  const overdueAtMs = (updates.owedSinceMs ?? publishByMs) + STATUS_OVERDUE_MS;
  const redraftAtMs = nextUpdateAtMs === null ? Infinity : nextMs - STATUS_LEAD_MS;
  const lookAtMs = Math.min(redraftAtMs, updates.isOverdue ? Infinity : overdueAtMs);
  const n = updates.drafted + 1;
  const { customers, affectedCustomers, listed } = statusAudienceOf(updates, facts, hurt);
  const drafted = event('StatusUpdateDrafted', {
    incidentId,
    n,
    update,
    customers: [...customers],
    affectedCustomers,
    publishByMs,
    isReviewed: policy.mode === 'review',
    everyMs: policy.everyMs,
    because,
    dueAtMs: lookAtMs === Infinity ? null : lookAtMs,
    at,
  });
  return { drafted, listings: listingOf(listed, { incidentId, n, at }) };
};

/** Drafts, and publishes at once where nobody reviews. */
const draftNow = (updates: StatusUpdates, asked: StatusCase, due: Due): Event[] => {
  const { drafted, listings } = draftOf(updates, asked, due);
  if (asked.policy.mode === 'review') return [drafted, ...listings];
  const { n, update, customers, affectedCustomers, everyMs, incidentId, at } = drafted.data;
  const draft = { n, update, customers, affectedCustomers };
  const known = { ...updates, firstDueMs: updates.firstDueMs ?? due.publishByMs, everyMs };
  return [drafted, ...listings, ...publishedOf(known, draft, { update, by: 'dispatcher', incidentId, atMs: at })];
};

const overdueNow = (updates: StatusUpdates, { facts, nowMs: at }: StatusCase): Event[] => {
  const { draft, owedSinceMs, isOverdue, nextDueMs: nextMs = 0 } = updates;
  if (draft === undefined || owedSinceMs === undefined || isOverdue || at < owedSinceMs + STATUS_OVERDUE_MS) return [];
  const isLast = draft.update.state === 'resolved';
  return [
    event('StatusUpdateOverdue', {
      incidentId: facts.incidentId,
      n: draft.n,
      title: facts.title,
      isCritical: facts.isCritical || facts.priority !== undefined,
      publishByMs: owedSinceMs,
      because: `nobody published it within ${STATUS_OVERDUE_MS / 60_000} min of its time`,
      dueAtMs: isLast ? null : nextMs - STATUS_LEAD_MS,
      at,
    }),
  ];
};

const lastNow = (updates: StatusUpdates, asked: StatusCase, resolvedAtMs: number): Event[] => {
  const { incidentId } = asked.facts;
  if (updates.draft?.update.state === 'resolved') return overdueNow(updates, asked);
  if (updates.published === 0 && asked.policy.mode === 'review') {
    const because = 'the incident is resolved, and the public was told nothing of it';
    return [event('StatusUpdatesEnded', { incidentId, because, endsOverdue: updates.isOverdue, at: asked.nowMs })];
  }
  return draftNow(updates, asked, { publishByMs: resolvedAtMs + STATUS_LAST_MS, because: 'the incident is resolved' });
};

const firstNow = (updates: StatusUpdates, asked: StatusCase): Event[] => {
  const { facts, nowMs: at } = asked;
  const { incidentId, openedAtMs, requestedAtMs } = facts;
  const dueMs = Math.min(openedAtMs + STATUS_FIRST_MS, requestedAtMs ?? Infinity);
  if (at < Math.min(openedAtMs + STATUS_FIRST_MS - STATUS_LEAD_MS, requestedAtMs ?? Infinity)) return [];
  const because = refuseStatusUpdates(facts);
  if (because !== undefined)
    return because === updates.heldBecause ? [] : [event('StatusUpdatesHeld', { incidentId, because, at })];
  // What was held back until now is due from now.
  const publishByMs = updates.heldBecause === undefined ? dueMs : at + STATUS_LEAD_MS;
  return draftNow(updates, asked, { publishByMs, because: 'the first update is due' });
};

const furtherNow = (updates: StatusUpdates, asked: StatusCase): Event[] => {
  const { facts, nowMs: at } = asked;
  const { everyMs, lastDraftAtMs = 0, nextDueMs: publishByMs = 0 } = updates;
  const { requestedAtMs } = facts;
  if (requestedAtMs !== undefined && requestedAtMs > lastDraftAtMs)
    return draftNow(updates, asked, { publishByMs: requestedAtMs, because: 'a rule asks for it' });
  const overdue = overdueNow(updates, asked);
  if (overdue.length > 0) return overdue;
  // What was down for hours owes one update, not one for each interval.
  if (at < publishByMs - STATUS_LEAD_MS) return [];
  return draftNow(updates, asked, { publishByMs, because: `the next update is due, ${everyMs / 60_000} min later` });
};

/** What is to be done about the public now; nothing before it is due. */
export const decideStatusUpdates = (updates: StatusUpdates, asked: StatusCase): readonly Event[] => {
  if (updates.isOver) return [];
  const { resolvedAtMs } = asked.facts;
  if (resolvedAtMs !== undefined) return updates.drafted === 0 ? [] : lastNow(updates, asked, resolvedAtMs);
  return updates.drafted === 0 ? firstNow(updates, asked) : furtherNow(updates, asked);
};

const draftNamed = ({ draft, drafted }: StatusUpdates, n: number): StatusDraft | Refusal => {
  if (draft?.n === n) return draft;
  if (n > drafted || n < 1) return refuse('NOT_FOUND', `there is no status update ${n}`);
  return refuse('STATUS_UPDATE_NOT_DRAFT', `status update ${n} was published, discarded or replaced by a newer draft`);
};

/** What of a draft a person may change. */
export interface StatusEdits {
  readonly text?: string | undefined;
  readonly workaround?: string | undefined;
}

/** A person publishes a draft, as it is or as edited. */
export const decidePublication = (
  updates: StatusUpdates,
  asked: { readonly incidentId: string; readonly n: number; readonly edits: StatusEdits },
  { by, at }: Acting,
): readonly Event[] | Refusal => {
  const { incidentId, n, edits } = asked;
  const draft = draftNamed(updates, n);
  if ('refused' in draft) return draft;
  const { text = draft.update.text, workaround = draft.update.workaround } = edits;
  return publishedOf(updates, draft, { update: { ...draft.update, text, workaround }, by, incidentId, atMs: at });
};

/** A person decides that a draft is not told. */
export const decideDiscard = (
  updates: StatusUpdates,
  asked: { readonly incidentId: string; readonly n: number; readonly comment: string },
  { by, at }: Acting,
): readonly EventOf<'StatusUpdateDiscarded' | 'StatusUpdatesEnded'>[] | Refusal => {
  const { incidentId, n, comment } = asked;
  const draft = draftNamed(updates, n);
  if ('refused' in draft) return draft;
  const dueAtMs = lookAfter(updates, at);
  const endsOverdue = updates.isOverdue;
  const discarded = event('StatusUpdateDiscarded', { incidentId, n, by, comment, endsOverdue, dueAtMs, at });
  if (dueAtMs !== null) return [discarded];
  const because = 'the last update was discarded';
  return [discarded, event('StatusUpdatesEnded', { incidentId, because, endsOverdue: false, at })];
};
