import type { RecordedEvent } from '#contracts';
import { textOf } from './event-text.js';
import { eventIdOf } from './explanation.js';

/** The id of an event, and what it says. */
export interface SaidEvent {
  readonly id: string;
  readonly text: string;
}

/** Why an alert that fired paged nobody. */
export interface Kept {
  readonly verdict: 'muted' | 'inhibited';
  readonly because: string;
  readonly events: readonly SaidEvent[];
}

/** Events of these types say that an alert was kept from paging; a later one of the second kind takes it back. */
const KEPT = [
  { verdict: 'muted', begins: 'AlertMuted', ends: 'AlertUnmuted' },
  { verdict: 'inhibited', begins: 'AlertInhibited', ends: 'AlertUninhibited' },
] as const;

/** What events say. */
export const saidBy = (events: readonly RecordedEvent[]): readonly SaidEvent[] =>
  events.map((each) => ({ id: eventIdOf(each), text: textOf(each) }));

/** By whom or what an alert was kept from paging at the end of its events, in their order; undefined when by nothing. */
export const keptFrom = (events: readonly RecordedEvent[]): Kept | undefined => {
  for (const { verdict, begins, ends } of KEPT) {
    // By name: a type that the catalogue of events does not have yet is not in the store either.
    const last = events.findLast(({ event }) => [begins, ends].some((type) => type === (event.type as string)));
    if (last === undefined || (last.event.type as string) !== begins) continue;
    return { verdict, because: `it fired, and was ${verdict}: ${textOf(last)}`, events: saidBy([last]) };
  }
  return undefined;
};
