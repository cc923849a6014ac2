import type { Event, EventData, EventType, Impact, Tier } from '#contracts';
import { isEventOf } from '../rule/event-guard.js';
import { eventText } from './event-text.js';
import type { PostMortemSource, ReportedEvent } from './post-mortem-source.js';
import { tellingsOf } from './study-delays.js';

/** A customer that was hurt, as far as it was told by name. */
export interface HurtCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly tier: Tier;
  /** The largest failing share that was told. */
  readonly failing: number;
  /** For how long it stood among those that were told. */
  readonly hurtMs: number;
}

/** Customers that a post-mortem names. */
const CUSTOMERS_MAX = 20;

/** Who was hurt: of each telling the worst twenty are known by name. */
export const hurtCustomers = (events: readonly ReportedEvent[], untilMs: number): readonly HurtCustomer[] => {
  const hurt = new Map<string, HurtCustomer>();
  const tellings = tellingsOf(events);
  tellings.forEach(({ atMs, impact }, index) => {
    const forMs = Math.max(0, (tellings[index + 1]?.atMs ?? untilMs) - atMs);
    for (const { customerId, name, tier, failing } of impact.top) {
      const before = hurt.get(customerId) ?? { failing: 0, hurtMs: 0 };
      const worst = Math.max(before.failing, failing);
      hurt.set(customerId, { customerId, name, tier, failing: worst, hurtMs: before.hurtMs + forMs });
    }
  });
  return [...hurt.values()]
    .toSorted((a, b) => a.tier.localeCompare(b.tier) || b.hurtMs - a.hurtMs || a.customerId.localeCompare(b.customerId))
    .slice(0, CUSTOMERS_MAX);
};

/** The telling with the highest score. */
export const peakOf = (events: readonly ReportedEvent[]): Impact | undefined =>
  tellingsOf(events).reduce<Impact | undefined>(
    (peak, { impact }) => (peak === undefined || impact.score > peak.score ? impact : peak),
    undefined,
  );

/** What was decided or refused. */
export interface ReportedDecision {
  readonly atMs: number;
  readonly actor: string;
  readonly isRefusal: boolean;
  readonly text: string;
  /** How often the same was said. */
  readonly count: number;
}

const DECIDED: ReadonlySet<EventType> = new Set<EventType>([
  'RolloutHalted',
  'RollbackDecided',
  'RollbackProposed',
  'RollbackApproved',
  'RollbackStopped',
  'RollbackCompleted',
  'RedirectDecided',
  'RedirectStopped',
  'RedirectEnded',
  'FallbackDecided',
  'FallbackStopped',
  'BreakerOpened',
  'HaltCommanded',
]);
const REFUSED: ReadonlySet<EventType> = new Set<EventType>(['RollbackRefused', 'RedirectRefused', 'CommandRefused']);

/** What automation did and did not, each thing that was said once. */
export const decisionsOf = (events: readonly ReportedEvent[]): readonly ReportedDecision[] => {
  const said = new Map<string, ReportedDecision>();
  for (const { atMs, actor, event } of events) {
    const isRefusal = REFUSED.has(event.type);
    if (!isRefusal && !DECIDED.has(event.type)) continue;
    const text = eventText(event);
    const before = said.get(text);
    said.set(text, { ...(before ?? { atMs, actor, isRefusal, text }), count: (before?.count ?? 0) + 1 });
  }
  return [...said.values()];
};

/** A time in which alerts could not be judged. */
export interface UnknownSpan {
  readonly alertIds: readonly string[];
  readonly fromMs: number;
  /** null: until the end. */
  readonly untilMs: number | null;
  readonly because: string;
}

/** Spans that a post-mortem lists. */
const SPANS_MAX = 50;

/** An alert is judged again, or is not to be any more. */
const isJudged = isEventOf('AlertResumed', 'AlertRecovering', 'AlertResolved', 'AlertWithdrawn');

/** When telemetry did not suffice to judge alerts; those of the same time and reason together. */
export const unknownSpans = (events: readonly ReportedEvent[]): readonly UnknownSpan[] => {
  const open = new Map<string, UnknownSpan>();
  const spans = new Map<string, UnknownSpan>();
  const close = (alertId: string, untilMs: number | null): void => {
    const span = open.get(alertId);
    if (span === undefined) return;
    const key = JSON.stringify([span.fromMs, untilMs, span.because]);
    spans.set(key, { ...span, untilMs, alertIds: [...(spans.get(key)?.alertIds ?? []), alertId] });
    open.delete(alertId);
  };
  for (const { atMs, event } of events)
    if (event.type === 'AlertBecameUnknown') {
      const { alertId, because } = event.data;
      open.set(alertId, { alertIds: [], fromMs: atMs, untilMs: null, because });
    } else if (isJudged(event)) close(event.data.alertId, atMs);
  for (const alertId of open.keys()) close(alertId, null);
  return [...spans.values()].slice(0, SPANS_MAX);
};

/** The least share of live nodes that any decision of the incident rested on; null: none says. */
export const lowestCoverage = (events: readonly ReportedEvent[]): number | null => {
  const shares = events.flatMap(({ event: { data } }) => ('reason' in data ? [data.reason.coverage] : []));
  return shares.length === 0 ? null : Math.min(...shares);
};

/** The data of all events of a type. */
export const dataOf = <T extends Event['type']>(
  { events }: PostMortemSource,
  type: T,
): readonly (EventData<T> & { readonly atMs: number })[] =>
  events.flatMap(({ atMs, event }) =>
    event.type === type ? [{ ...(event.data as EventData<T> & object), atMs } as EventData<T> & { atMs: number }] : [],
  );
