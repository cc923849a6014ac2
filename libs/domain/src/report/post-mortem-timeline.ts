import type { Event } from '#contracts';
import { eventText } from './event-text.js';
import { namedCustomers } from './named-customers.js';
import type { PostMortemSource, ReportedDelivery, ReportedEvent } from './post-mortem-source.js';

/** One line of the timeline. */
export interface TimelineLine {
  readonly atMs: number;
  /** Whole minutes from the beginning. */
  readonly minute: number;
  readonly actor: string;
  readonly text: string;
  /** How many of the same kind the minute had: the last one is told. */
  readonly count: number;
}

/** Lines of a timeline at most: what comes after is left out, and said so. */
export const TIMELINE_LINES_MAX = 1_000;

/** Of these a minute may have hundreds that say nothing by themselves. */
const KIND_BY_TYPE: ReadonlySet<Event['type']> = new Set([
  'GateMeasured',
  'AlertJoinedIncident',
  'AlertMuted',
  'AlertUnmuted',
  'AlertBecameUnknown',
  'AlertResumed',
  'AlertPending',
  'AlertPendingEnded',
  'AlertRecovering',
  'IncidentImpactChanged',
  'RedirectRefused',
  'RedirectAnswered',
  'WaveAnswered',
  'WaveStepAnswered',
  'FallbackDecided',
  'FallbackCommanded',
  'FallbackAnswered',
  'FallbackEnded',
]);

interface Happening {
  readonly atMs: number;
  readonly actor: string;
  readonly text: string;
  /** What is told once a minute. */
  readonly kind: string;
}

/** Of alerts a minute tells the last of each rule: what fired, and what is well again, in each of its places. */
const kindOf = (event: Event, index: number): string => {
  if (event.type === 'AlertFired' || event.type === 'AlertResolved') return `${event.type} ${event.data.reason.rule}`;
  return KIND_BY_TYPE.has(event.type) ? event.type : `${event.type} ${index}`;
};

const ofEvent = ({ atMs, actor, event }: ReportedEvent, index: number): Happening => ({
  atMs,
  actor,
  text: eventText(event),
  kind: kindOf(event, index),
});

const namesOf = (events: readonly ReportedEvent[], fromMs: number): readonly Happening[] =>
  namedCustomers(events, fromMs).map((each, index) => ({ ...each, actor: 'rules', kind: `customers ${index}` }));

const ofDelivery = (delivery: ReportedDelivery): Happening => {
  const { subject, action, channel, person, status, attempts, requestedAt, finishedAt } = delivery;
  const to = person === null ? channel : `${channel} (${person})`;
  const what = subject === action ? subject : `${subject} ${action}`;
  const tries = attempts === 1 ? 'one attempt' : `${attempts} attempts`;
  const text = `${what} to ${to}: ${status.replace('_', ' ')}, ${tries}`;
  return { atMs: finishedAt ?? requestedAt, actor: 'dispatcher', text, kind: `${what} ${to} ${status}` };
};

/** Every minute of an incident: of what a minute repeats the last is told, with how many there were. */
export const timelineOf = (
  { events, deliveries }: PostMortemSource,
  fromMs: number,
): { readonly lines: readonly TimelineLine[]; readonly leftOut: number } => {
  const all = [...events.map(ofEvent), ...namesOf(events, fromMs), ...deliveries.map(ofDelivery)].toSorted(
    (a, b) => a.atMs - b.atMs,
  );
  const kept = new Map<string, TimelineLine>();
  for (const { atMs, actor, text, kind } of all) {
    const minute = Math.floor((atMs - fromMs) / 60_000);
    const key = `${minute} ${kind}`;
    kept.set(key, { atMs, minute, actor, text, count: (kept.get(key)?.count ?? 0) + 1 });
  }
  const lines = [...kept.values()].toSorted((a, b) => a.atMs - b.atMs);
  return { lines: lines.slice(0, TIMELINE_LINES_MAX), leftOut: Math.max(0, lines.length - TIMELINE_LINES_MAX) };
};
