import type { RecordedEvent } from '#contracts';
import { eventText } from '#domain';
import { eventIdOf } from './explanation.js';

/** The id of an event, and what it says. */
export interface SaidEvent {
  readonly id: string;
  readonly text: string;
}

/** Why an alert that fired paged nobody: somebody or something planned kept it, or another alert explains it. */
export interface Kept {
  readonly verdict: 'muted' | 'inhibited';
  readonly because: string;
  readonly events: readonly SaidEvent[];
}

/** What events say. */
export const saidBy = (events: readonly RecordedEvent[]): readonly SaidEvent[] =>
  events.map((each) => ({ id: eventIdOf(each), text: eventText(each.event) }));

/** By whom or what an alert was kept from paging at the end of its events, in their order; undefined when by nothing. */
export const keptFrom = (events: readonly RecordedEvent[]): Kept | undefined => {
  const last = events.findLast(({ event: { type } }) => type === 'AlertMuted' || type === 'AlertUnmuted');
  if (last?.event.type !== 'AlertMuted') return undefined;
  const verdict = last.event.data.mute.by === 'alert' ? 'inhibited' : 'muted';
  return { verdict, because: `it fired, and was ${verdict}: ${eventText(last.event)}`, events: saidBy([last]) };
};
