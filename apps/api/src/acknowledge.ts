import { type EventData, isRefusal, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import {
  decideAcknowledgement,
  type Escalation,
  evolveEscalation,
  evolveIncident,
  type Incident,
  isEscalationEvent,
  isIncidentEvent,
} from '#domain';
import { actorOf, type Clock } from '#runtime';
import type { EventStore } from '#store';
import { appendAgain } from './append-again.js';

interface Known {
  readonly incident: Incident | undefined;
  readonly last: EventData<'IncidentAcknowledged'> | undefined;
  readonly version: number;
}

const readIncident = async (store: EventStore, incidentId: string): Promise<Known> => {
  let known: Known = { incident: undefined, last: undefined, version: 0 };
  for (const { event, version } of await store.readStream(streamOf.incident(incidentId))) {
    const last = event.type === 'IncidentAcknowledged' ? event.data : known.last;
    const incident = isIncidentEvent(event) ? evolveIncident(known.incident, event) : known.incident;
    known = { incident, last, version };
  }
  return known;
};

/** Whether the last acknowledgement or hand-over still holds; without an escalation none runs out. */
export const isHeld = async (store: EventStore, incidentId: string): Promise<boolean> => {
  const recorded = await store.readStream(streamOf.escalation(incidentId));
  const escalation = recorded.reduce<Escalation | undefined>(
    (before, { event }) => (isEscalationEvent(event) ? evolveEscalation(before, event) : before),
    undefined,
  );
  return escalation === undefined || escalation.state === 'acknowledged' || escalation.state === 'ended';
};

/** What an operator acknowledges. */
export interface Acknowledgement {
  readonly incidentId: string;
  readonly note: string;
  readonly caller: Principal;
  /** The door it came through, where that was none of Tocsin's own. */
  readonly via?: string | undefined;
}

/**
 * Acknowledges an incident. The time is the server's: an operator's action has no tick, and it must not lie before the opening.
 * The rules append to the same stream, so a conflict is decided again on what the stream holds then.
 */
export const acknowledge = async (
  store: EventStore,
  clock: Pick<Clock, 'nowMs'>,
  { incidentId, note, caller, via }: Acknowledgement,
): Promise<undefined | Refusal> => {
  const by = actorOf(caller);
  return appendAgain(store, { actor: by, cause: `acknowledge ${incidentId}` }, async () => {
    const { incident, last, version } = await readIncident(store, incidentId);
    if (incident === undefined) return refuse('NOT_FOUND', `there is no incident ${incidentId}`);
    const at = Math.max(clock.nowMs(), incident.openedAtMs);
    // Whoever had it, and did not until it was over, may take it on again in the same words.
    const held = (await isHeld(store, incidentId)) ? last : undefined;
    const events = decideAcknowledgement(incident, held, { by, note, via, at });
    if (isRefusal(events)) return events;
    return { stream: streamOf.incident(incidentId), expectedVersion: version, events };
  });
};
