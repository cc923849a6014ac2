import type { EventData } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

interface Known {
  readonly requested: EventData<'DeliveryRequested'>;
  /** In order; the ledger shows each. Bounded by the attempts that a delivery may have. */
  readonly attempts: readonly EventData<'DeliveryAttempted'>[];
  readonly fellOver: readonly EventData<'DeliveryFellOver'>[];
  readonly retries: readonly EventData<'DeliveryRetried'>[];
}

/**
 * One notification through one channel, from the events of its stream:
 *
 *   due ──attempted: retry──▶ due ──attempted──▶ delivered | gave_up ──DeliveryRetried──▶ due
 *    └──DeliverySuperseded──▶ superseded
 */
export type Delivery = Known &
  (
    | { readonly status: 'due'; readonly dueAtMs: number }
    | { readonly status: 'delivered'; readonly finishedAtMs: number }
    | { readonly status: 'gave_up' | 'superseded'; readonly finishedAtMs: number; readonly because: string }
  );

/** Events of a delivery's stream. */
export const isDeliveryEvent = isEventOf(
  'DeliveryRequested',
  'DeliveryAttempted',
  'DeliverySuperseded',
  'DeliveryFellOver',
  'DeliveryRetried',
);

type DeliveryEvent = GuardedEvent<typeof isDeliveryEvent>;

const attempted = (before: Delivery, data: EventData<'DeliveryAttempted'>): Delivery => {
  const { requested, fellOver, retries } = before;
  const known = { requested, fellOver, retries, attempts: [...before.attempts, data] };
  const { outcome, detail, dueAtMs, at } = data;
  if (outcome === 'retry') return { ...known, status: 'due', dueAtMs: dueAtMs ?? at };
  if (outcome === 'delivered') return { ...known, status: 'delivered', finishedAtMs: at };
  return { ...known, status: 'gave_up', finishedAtMs: at, because: detail };
};

/** The delivery after an event; undefined until it was asked for. */
export const evolveDelivery = (before: Delivery | undefined, event: DeliveryEvent): Delivery | undefined => {
  if (event.type === 'DeliveryRequested') {
    const requested = event.data;
    return { requested, attempts: [], fellOver: [], retries: [], status: 'due', dueAtMs: requested.at };
  }
  if (before === undefined) return undefined;
  const { requested, attempts, fellOver, retries } = before;
  switch (event.type) {
    case 'DeliveryAttempted':
      return attempted(before, event.data);
    case 'DeliverySuperseded': {
      const { because, at } = event.data;
      return { requested, attempts, fellOver, retries, status: 'superseded', finishedAtMs: at, because };
    }
    case 'DeliveryFellOver':
      return { ...before, fellOver: [...fellOver, event.data] };
    case 'DeliveryRetried': {
      const { at } = event.data;
      return { requested, attempts, fellOver, retries: [...retries, event.data], status: 'due', dueAtMs: at };
    }
  }
};
