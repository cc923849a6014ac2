import { type Event, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import {
  type Acting,
  decideAcknowledgement,
  decideHandOver,
  decideNote,
  decideSnooze,
  type Escalation,
  evolveTended,
  isPausedUntil,
  type TendedIncident,
} from '#domain';
import { escalationOf, type StreamAppend } from '#store';
import { saying } from './act-metadata.js';
import { act, type ActParts } from './act.js';

/** Who does something with an incident. */
export interface Tending {
  readonly incidentId: string;
  readonly caller: Principal;
  /** The door it came through, where that was none of Tocsin's own. */
  readonly via?: string | undefined;
}

/** A reply that a note is made for. */
export interface NotedFor {
  /** Why it is not, where the reply came before. */
  readonly refused: () => Promise<undefined | Refusal>;
  /** What keeps it from coming again, appended with the note or not at all. */
  readonly taken: (acting: Acting) => StreamAppend;
}

type Decided = readonly Event[] | Refusal;
type Decide = (tended: TendedIncident, acting: Acting, escalation: Escalation | undefined) => Decided;

const tend = (
  parts: ActParts,
  { incidentId, caller }: Tending,
  what: string,
  decide: Decide,
  noted?: NotedFor,
): Promise<undefined | Refusal> =>
  act<TendedIncident | undefined>(parts, {
    stream: streamOf.incident(incidentId),
    cause: `${what} ${incidentId}`,
    caller,
    nothing: undefined,
    evolve: evolveTended,
    decide: async (tended, acting) => {
      if (tended === undefined) return refuse('NOT_FOUND', `there is no incident ${incidentId}`);
      const refusal = await noted?.refused();
      if (refusal !== undefined) return refusal;
      return decide(tended, acting, escalationOf(await parts.store.readStream(streamOf.escalation(incidentId))));
    },
    beside: noted && ((acting) => [noted.taken(acting)]),
  });

const because = (tending: Tending, comment: string): Tending => ({
  ...tending,
  caller: saying(tending.caller, comment),
});

/** What people do with an incident, whatever door they come through. The rules append to the same stream: a conflict is decided again. */
export const tendIncident = (parts: ActParts) => ({
  acknowledge: (tending: Tending, note: string) =>
    tend(parts, because(tending, note), 'acknowledge', (tended, acting, escalation) =>
      decideAcknowledgement(tended, escalation, { note, via: tending.via }, acting),
    ),
  handOver: (tending: Tending, to: { readonly to: string; readonly note: string }) =>
    tend(parts, because(tending, to.note), 'hand over', (tended, acting, escalation) =>
      decideHandOver(tended, escalation, to, acting),
    ),
  snooze: (tending: Tending, durationMs: number, comment: string) =>
    tend(parts, because(tending, comment), 'snooze', (tended, acting, escalation) =>
      decideSnooze(tended, escalation, { untilMs: acting.at + durationMs, comment }, acting),
    ),
  /** Puts it off where anybody would be called before that time is over, and is nothing where nobody would. */
  quiet: (tending: Tending, durationMs: number, comment: string) =>
    tend(parts, because(tending, comment), 'snooze', (tended, acting, escalation) => {
      const untilMs = acting.at + durationMs;
      if (escalation === undefined || isPausedUntil(escalation, untilMs)) return [];
      return decideSnooze(tended, escalation, { untilMs, comment }, acting);
    }),
  note: (tending: Tending, text: string, noted?: NotedFor) =>
    tend(parts, tending, 'note on', (tended, acting) => decideNote(tended, { text, via: tending.via }, acting), noted),
});
