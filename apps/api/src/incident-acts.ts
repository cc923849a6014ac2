import { type Event, isRefusal, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { type Acting, decideHandOver, decideNote, decideSnooze, evolveTended, type TendedIncident } from '#domain';
import { type Database, type IncidentRepository, type IncidentRow, createOnCallRepository } from '#store';
import { isHeld } from './acknowledge.js';
import { act, type ActParts } from './act.js';

/** What the acts on incidents need. */
export interface IncidentActParts extends ActParts {
  readonly database: Database;
  readonly incidents: Pick<IncidentRepository, 'findRow'>;
}

type Decided = readonly Event[] | Refusal;
type Decide = (tended: TendedIncident, acting: Acting) => Decided | Promise<Decided>;

const actOn = async (
  parts: IncidentActParts,
  asked: { readonly incidentId: string; readonly what: string; readonly caller: Principal },
  decide: Decide,
): Promise<IncidentRow | Refusal> => {
  const { incidentId, what, caller } = asked;
  const unknown = refuse('NOT_FOUND', `there is no incident ${incidentId}`);
  const refusal = await act<TendedIncident | undefined>(parts, {
    stream: streamOf.incident(incidentId),
    cause: `${what} ${incidentId}`,
    caller,
    nothing: undefined,
    evolve: evolveTended,
    decide: (tended, acting) => (tended === undefined ? unknown : decide(tended, acting)),
  });
  return refusal ?? (await parts.incidents.findRow(incidentId)) ?? unknown;
};

/** A plan knows its people: who is not among them would be called by nobody's contacts. */
const strangerTo = async (database: Database, person: string): Promise<Refusal | undefined> => {
  const inForce = await createOnCallRepository(database).inForce();
  if (inForce === undefined || inForce.plan.people.some((each) => each.person === person)) return undefined;
  return refuse('BODY_INVALID', `${person} is not in the plan of who is on call`, '/to');
};

/** Gives an incident to somebody else, puts it off, or says something about it. */
export const incidentActs = (parts: IncidentActParts) => ({
  handOver: async (incidentId: string, to: { readonly to: string; readonly note: string }, caller: Principal) => {
    const stranger = await strangerTo(parts.database, to.to);
    if (isRefusal(stranger)) return stranger;
    return actOn(parts, { incidentId, what: 'hand over', caller }, async (tended, acting) => {
      // Whoever it was given to, and did not have it until it was over, may be given it again in the same words.
      const last = (await isHeld(parts.store, incidentId)) ? tended.last : undefined;
      return decideHandOver({ ...tended, last }, to, acting);
    });
  },
  snooze: (incidentId: string, durationMs: number, comment: string, caller: Principal) =>
    actOn(parts, { incidentId, what: 'snooze', caller }, (tended, acting) =>
      decideSnooze(tended, { untilMs: acting.at + durationMs, comment }, acting),
    ),
  note: (incidentId: string, text: string, caller: Principal) =>
    actOn(parts, { incidentId, what: 'note', caller }, (tended, acting) => decideNote(tended, { text }, acting)),
});
