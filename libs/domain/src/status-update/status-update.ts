import { type EventData, type EventOf, STATUS_CUSTOMERS_MAX, type StatusUpdate } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** A customer that is told. */
export type ToldCustomer = EventData<'StatusUpdateDrafted'>['customers'][number];

/** An update that nobody has published yet. */
export interface StatusDraft {
  readonly n: number;
  readonly update: StatusUpdate;
  readonly customers: readonly ToldCustomer[];
  readonly affectedCustomers: number;
}

/** From a draft to its time: whoever reviews it has a minute; one that leaves by itself is early by it. */
export const STATUS_LEAD_MS = 60_000;

/** The first time of the grid that leaves room for a draft. */
export const nextDueMs = (firstDueMs: number, everyMs: number, afterMs: number): number => {
  const steps = Math.floor((afterMs + STATUS_LEAD_MS - firstDueMs) / everyMs) + 1;
  return firstDueMs + Math.max(1, steps) * everyMs;
};

/** What the public was told of an incident, and what is to be told next. */
export interface StatusUpdates {
  /** How many were drafted: the last one's number. */
  readonly drafted: number;
  readonly published: number;
  readonly draft: StatusDraft | undefined;
  readonly lastDraftAtMs: number | undefined;
  /** When the first one was due: the others are due at multiples of the interval after it. */
  readonly firstDueMs: number | undefined;
  readonly everyMs: number;
  /** When the next one is due; undefined: none is. */
  readonly nextDueMs: number | undefined;
  /** Of the first draft: receivers file all that follows under it. */
  readonly title: string | undefined;
  /** Since when an update is due and not out; undefined: none is. */
  readonly owedSinceMs: number | undefined;
  readonly isOverdue: boolean;
  /** Who was told, at most `STATUS_CUSTOMERS_MAX`, and how many were hurt then at most. */
  readonly toldCustomers: readonly ToldCustomer[];
  readonly toldMost: number;
  /** Ids of those that were listed, since they are more than an update names. */
  readonly listed: ReadonlySet<string>;
  readonly heldBecause: string | undefined;
  readonly isOver: boolean;
}

/** Before anything was decided. */
export const NO_STATUS_UPDATES: StatusUpdates = {
  drafted: 0,
  published: 0,
  draft: undefined,
  lastDraftAtMs: undefined,
  firstDueMs: undefined,
  everyMs: 0,
  nextDueMs: undefined,
  title: undefined,
  owedSinceMs: undefined,
  isOverdue: false,
  toldCustomers: [],
  toldMost: 0,
  listed: new Set(),
  heldBecause: undefined,
  isOver: false,
};

/** Events of the stream `status-<incidentId>`. */
export const isStatusUpdateEvent = isEventOf(
  'StatusUpdateDrafted',
  'StatusCustomersListed',
  'StatusUpdatePublished',
  'StatusUpdateDiscarded',
  'StatusUpdateOverdue',
  'StatusUpdatesHeld',
  'StatusUpdatesEnded',
);

const drafted = (updates: StatusUpdates, { data }: EventOf<'StatusUpdateDrafted'>): StatusUpdates => {
  const { n, update, customers, affectedCustomers, publishByMs, everyMs, at } = data;
  const firstDueMs = updates.firstDueMs ?? publishByMs;
  return {
    ...updates,
    drafted: n,
    draft: { n, update, customers, affectedCustomers },
    lastDraftAtMs: at,
    firstDueMs,
    everyMs,
    nextDueMs: nextDueMs(firstDueMs, everyMs, Math.max(at, publishByMs)),
    title: updates.title ?? update.title,
    owedSinceMs: updates.owedSinceMs ?? publishByMs,
    heldBecause: undefined,
  };
};

/** Those that were told before stay: they read as well how it ended. */
export const unitedCustomers = (
  before: readonly ToldCustomer[],
  now: readonly ToldCustomer[],
): readonly ToldCustomer[] =>
  [...new Map([...now, ...before].map((each) => [each.customerId, each])).values()].slice(0, STATUS_CUSTOMERS_MAX);

const dueAfter = (dueAtMs: number | null): Pick<StatusUpdates, 'nextDueMs'> => ({
  nextDueMs: dueAtMs === null ? undefined : dueAtMs + STATUS_LEAD_MS,
});

const SETTLED = { draft: undefined, owedSinceMs: undefined, isOverdue: false } as const;

/** What is known after an event. */
export const evolveStatusUpdates = (
  updates: StatusUpdates,
  event: GuardedEvent<typeof isStatusUpdateEvent>,
): StatusUpdates => {
  switch (event.type) {
    case 'StatusUpdateDrafted':
      return drafted(updates, event);
    case 'StatusCustomersListed': {
      const ids = event.data.customers.map(({ customerId }) => customerId);
      return { ...updates, listed: new Set([...updates.listed, ...ids]) };
    }
    case 'StatusUpdatePublished': {
      const { customers, affectedCustomers, dueAtMs } = event.data;
      const toldCustomers = unitedCustomers(updates.toldCustomers, customers);
      const toldMost = Math.max(updates.toldMost, affectedCustomers);
      const published = updates.published + 1;
      return { ...updates, ...SETTLED, ...dueAfter(dueAtMs), published, toldCustomers, toldMost };
    }
    case 'StatusUpdateDiscarded':
      return { ...updates, ...SETTLED, ...dueAfter(event.data.dueAtMs) };
    case 'StatusUpdateOverdue':
      return { ...updates, isOverdue: true };
    case 'StatusUpdatesHeld':
      return { ...updates, heldBecause: event.data.because };
    case 'StatusUpdatesEnded':
      return { ...updates, ...SETTLED, isOver: true };
  }
};
