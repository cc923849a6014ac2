import { event, type Event, type EventData, type EventOf, refuse, type Refusal } from '#contracts';
import { type Escalation, holdOf } from '../escalation/escalation.js';
import type { Acting } from '../rule/acting.js';
import { isEventOf } from '../rule/event-guard.js';

/** The longest that an incident is put off: who is not back after a day has left it. */
export const SNOOZE_MS_MAX = 86_400_000;
/** Notes of one incident: its timeline is read as a whole. Beyond them a note is refused. */
export const NOTES_MAX = 1_000;
/** The longest note, as the contract says. */
const NOTE_CHARS_MAX = 4_000;

/** What an incident's stream says of those who work on it. */
export interface TendedIncident {
  readonly incidentId: string;
  readonly isOpen: boolean;
  /** The last that somebody did with it: the same once more says nothing new. */
  readonly last: EventOf<'IncidentAcknowledged' | 'IncidentHandedOver' | 'IncidentSnoozed'> | undefined;
  readonly notes: number;
}

const isTending = isEventOf('IncidentAcknowledged', 'IncidentHandedOver', 'IncidentSnoozed');

/** The incident after an event; undefined until it opens. */
export const evolveTended = (tended: TendedIncident | undefined, told: Event): TendedIncident | undefined => {
  if (told.type === 'IncidentOpened')
    return { incidentId: told.data.incidentId, isOpen: true, last: undefined, notes: 0 };
  if (tended === undefined) return undefined;
  if (isTending(told)) return { ...tended, last: told };
  if (told.type === 'IncidentNoted') return { ...tended, notes: tended.notes + 1 };
  return told.type === 'IncidentResolved' ? { ...tended, isOpen: false } : tended;
};

const notOpen = (incidentId: string): Refusal => refuse('INCIDENT_NOT_OPEN', `incident ${incidentId} is resolved`);

/**
 * Somebody takes an incident on, or takes it over. Whoever has it for good says nothing new with the same words; whoever has it for a
 * time has it for as long again, and what was given to another or put off since is taken back.
 */
export const decideAcknowledgement = (
  { incidentId, isOpen, last }: TendedIncident,
  escalation: Escalation | undefined,
  { note, via }: Pick<EventData<'IncidentAcknowledged'>, 'note' | 'via'>,
  { by, at }: Acting,
): readonly EventOf<'IncidentAcknowledged'>[] | Refusal => {
  const isSame = last?.type === 'IncidentAcknowledged' && last.data.by === by && last.data.note === note;
  if (isSame && holdOf(escalation) === 'for good') return [];
  if (!isOpen) return notOpen(incidentId);
  return [event('IncidentAcknowledged', { incidentId, by, note, ...(via === undefined ? {} : { via }), at })];
};

/** Gives an incident to somebody: whoever that is holds it from now on. The same again calls nobody twice, while they have it. */
export const decideHandOver = (
  { incidentId, isOpen, last }: TendedIncident,
  escalation: Escalation | undefined,
  { to, note }: { readonly to: string; readonly note: string },
  { by, at }: Acting,
): readonly EventOf<'IncidentHandedOver'>[] | Refusal => {
  if (!isOpen) return notOpen(incidentId);
  const isSame =
    last?.type === 'IncidentHandedOver' && last.data.to === to && last.data.note === note && last.data.by === by;
  return isSame && holdOf(escalation) !== 'no longer'
    ? []
    : [event('IncidentHandedOver', { incidentId, by, to, note, at })];
};

/** Puts an incident off: nobody is called for it until then. Where nobody is called at all it would never come back, and is refused. */
export const decideSnooze = (
  { incidentId, isOpen, last }: TendedIncident,
  escalation: Escalation | undefined,
  { untilMs, comment }: { readonly untilMs: number; readonly comment: string },
  { by, at }: Acting,
): readonly EventOf<'IncidentSnoozed'>[] | Refusal => {
  if (!isOpen) return notOpen(incidentId);
  if (escalation === undefined)
    return refuse('ESCALATION_NONE', `nobody is called for incident ${incidentId}: there is nothing to put off`);
  if (untilMs <= at) return refuse('BODY_INVALID', 'the snooze would end before it begins', '/untilMs');
  if (untilMs > at + SNOOZE_MS_MAX)
    return refuse('BODY_INVALID', `an incident is put off for ${SNOOZE_MS_MAX / 3_600_000} hours at most`, '/untilMs');
  const isSame = last?.type === 'IncidentSnoozed' && last.data.untilMs === untilMs && last.data.comment === comment;
  return isSame && last.data.by === by ? [] : [event('IncidentSnoozed', { incidentId, by, untilMs, comment, at })];
};

/** Keeps what somebody says about an incident, also when it is over: what is learned late belongs to it. */
export const decideNote = (
  { incidentId, notes }: TendedIncident,
  { text, via }: Pick<EventData<'IncidentNoted'>, 'text' | 'via'>,
  { by, at }: Acting,
): readonly EventOf<'IncidentNoted'>[] | Refusal =>
  notes >= NOTES_MAX
    ? refuse('NOTES_TOO_MANY', `incident ${incidentId} has ${notes} notes, ${NOTES_MAX} may be`)
    : [
        event('IncidentNoted', {
          incidentId,
          by,
          text: text.slice(0, NOTE_CHARS_MAX),
          ...(via === undefined ? {} : { via }),
          at,
        }),
      ];
