import type { Event } from '#contracts';
import { eventText } from '#domain';
import type { AlertRow, IncidentRow } from '#store';
import { connectionType } from '../schema/connection.js';
import {
  duration,
  flag,
  json,
  many,
  maybe,
  moment,
  number,
  objectType,
  one,
  rawId,
  text,
  whole,
} from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import {
  CoveredType,
  EvidenceType,
  HurtCustomerType,
  ImpactType,
  labelled,
  LabelledType,
  mutedBy,
  MuteType,
  ReleaseType,
  whyNotField,
} from './part.types.js';
import * as words from './words.js';

/** A change, and what speaks for or against it as the cause of an incident. */
export const CauseType = objectType(
  'Cause',
  { about: 'A change, and what speaks for or against it as the cause of an incident.' },
  {
    kind: one(() => words.CauseKind, 'What was changed.'),
    subjectId: rawId('Of the rollout, or the SHA-256 of the rules.', { from: 'id' }),
    release: maybe(one(() => ReleaseType, 'What was brought; null: it was no release.')),
    verdict: one(() => words.CauseVerdict, 'How far it is known to explain the fault.'),
    score: number('For the order: 1 is certain.'),
    failingWith: maybe(number('Failing share of what ran it; null without outcomes.')),
    failingWithout: maybe(number('Of everything else in the same regions; null without outcomes.')),
    explained: number('Share of the failures that it brought.'),
    onsetAfter: duration('From the change to the fault; negative: the fault was first.', { from: 'onsetAfterMs' }),
    regions: many(text('Where it runs.')),
    failingRegions: many(text('Where of those it fails.')),
    because: text('In words.'),
  },
);

/** An alert: a rule that fired, or is about to, for one subject. */
export const AlertType = nodeType(
  'Alert',
  { about: 'An alert: a rule that fired, or is about to, for one subject.', rawId: ({ alertId }: AlertRow) => alertId },
  {
    alertId: rawId('Its id.'),
    rule: text('The rule that fired.'),
    scope: one(() => words.Scope, 'What kind of thing it is about.'),
    key: text('Which.'),
    severity: one(() => words.Severity, 'How bad it is.'),
    state: one(() => words.AlertState, 'What it is now.'),
    begunAt: moment('When its condition began to hold.'),
    firedAt: maybe(moment('Null while it is pending.')),
    dueAt: maybe(moment('When a pending one fires, and a recovering one resolves.')),
    changedAt: moment('When it changed last.'),
    resolvedAt: maybe(moment('Null while it is open.')),
    evidence: many(
      one(() => EvidenceType, 'The numbers of its last firing, resuming or resolving.', {
        derive: ({ reason }: AlertRow) => [reason],
      }),
    ),
    because: maybe(text('Why it is unknown, or was withdrawn.')),
    labels: many(one(() => LabelledType, 'Those of its rule.', { derive: ({ labels }: AlertRow) => labelled(labels) })),
    annotations: many(
      one(() => LabelledType, 'Texts of its rule, with its numbers.', {
        derive: ({ annotations }: AlertRow) => labelled(annotations),
      }),
    ),
    runbook: maybe(text('A URL.')),
    flapping: maybe(whole('The how many-th firing within half an hour, where too many.')),
    isLate: flag('Whether it fired because of late data.'),
    incidentId: maybe(rawId('The incident that it belongs to, the latest of several.')),
    muted: maybe(one(() => MuteType, 'Why it pages nobody; null where it may.')),
    whyNot: whyNotField('What keeps it from paging now; empty: nothing does.', ({ muted }: AlertRow) => mutedBy(muted)),
  },
);

/** Somebody who was called beside those whom a page calls. */
export const CallType = objectType(
  'Call',
  { about: 'Somebody who was called beside those whom a page calls.' },
  {
    to: text('Whom.'),
    alertId: rawId('For which alert.'),
    because: text('In words.'),
    at: moment('When.'),
  },
);

/** Something that an incident asks for. */
export const IncidentRequestType = objectType(
  'IncidentRequest',
  { about: 'Something that an incident asks for.' },
  {
    what: text('status_update or fall_back.'),
    alertId: rawId('Of which alert.'),
    because: text('In words.'),
    at: moment('When.'),
  },
);

/** Who is called for an incident, and what happens next when nobody does anything. */
export const EscalationType = objectType(
  'Escalation',
  { about: 'Who is called for an incident, and what happens next when nobody does anything.' },
  {
    policy: text('By which policy.'),
    state: one(() => words.EscalationStatus, 'Whether somebody is still called.'),
    level: whole('The level that was called last, from 1.'),
    levels: whole('How many there are.'),
    round: whole('From 1.'),
    rounds: whole('How often all levels are gone through.'),
    because: text('In words.'),
    heldBy: maybe(text('Who took it on, or put it off.')),
    next: maybe(text('What is done next, in words; null: nothing is.')),
    nextAt: maybe(moment('When.')),
    startedAt: moment('When it began.'),
  },
);

/** An incident: what belongs together of alerts, and all that was done about it. */
export const IncidentType = nodeType(
  'Incident',
  {
    about: 'An incident: what belongs together of alerts, and all that was done about it.',
    rawId: ({ incidentId }: IncidentRow) => incidentId,
  },
  {
    incidentId: rawId('Its id.'),
    title: text('In words.'),
    severity: one(() => words.Severity, 'How bad it is.'),
    status: one(() => words.IncidentStatus, 'What it is now.'),
    alertId: rawId('Its root: the alert that explains the others.'),
    rule: text('Of its root.'),
    scope: one(() => words.Scope, 'What kind of thing its root is about.'),
    key: text('Which.'),
    evidence: many(
      one(() => EvidenceType, 'The numbers that it was opened with.', {
        derive: ({ reason }: IncidentRow) => [reason],
      }),
    ),
    impact: one(() => ImpactType, 'Who is hurt now.'),
    peakImpact: one(() => ImpactType, 'At its worst.'),
    openedAt: moment('When.'),
    acknowledgedAt: maybe(moment('When somebody took it on last.')),
    acknowledgedBy: maybe(text('Who.')),
    note: maybe(text('What was said with that.')),
    owner: maybe(text('Who has it now: took it on last, or was given it.')),
    snoozedUntil: maybe(moment('Until when nobody is called for it.')),
    resolvedAt: maybe(moment('Null while it is open.')),
    because: maybe(text('Why it was resolved.')),
    muted: maybe(one(() => MuteType, 'Why no page has left for it; null once one has.')),
    whyNot: whyNotField('What kept its page; empty: it left.', ({ muted }: IncidentRow) => mutedBy(muted)),
    causes: many(one(() => CauseType, 'Changes of the last day by how far they explain it, the likeliest first.')),
    causesBecause: maybe(text('How they were compared.')),
    alertIds: many(rawId('Its alerts, in the order in which they joined.')),
    rollbackIds: many(rawId('Its rollbacks, in the order in which they were decided or refused.')),
    redirectIds: many(rawId('Its redirects, likewise.')),
    priority: maybe(text('P0, where it was declared.')),
    declaredAt: maybe(moment('When it was declared.')),
    declaredBecause: maybe(text('Why.')),
    onsetAt: maybe(moment('When it began, as far as the windows showed it.')),
    detect: maybe(duration('From the onset to the opening.', { from: 'detectMs' })),
    isDetectedInTime: maybe(flag('Whether that is within the target of two minutes.')),
    calls: many(one(() => CallType, 'Who was called beside those whom its page calls.', { from: 'escalations' })),
    requests: many(one(() => IncidentRequestType, 'What it asks for.')),
  },
);

/** Something that was recorded. */
export const EventType = objectType(
  'Event',
  { about: 'Something that was recorded.' },
  {
    position: number('Its place in the one order of all events; a reader goes on behind it.'),
    stream: text('Of what it is.'),
    version: whole('Its place in its stream, from 1.'),
    type: text('Its type.'),
    actor: text('Who did it.'),
    cause: text('What caused it: a tick, another event, an act.'),
    recordedAt: moment('When it was written, by the clock of the database.', { from: 'recordedAtMs' }),
    text: text('The same in one sentence, with its numbers.', {
      derive: ({ type, data }: Event) => eventText({ type, data } as Event),
    }),
    data: json('What it says; its shape depends on its type, of which there are more than a hundred.'),
  },
);

/** Whom an incident hurts. */
export const AffectedCustomersType = objectType(
  'AffectedCustomers',
  { about: 'Whom an incident hurts.' },
  {
    incidentId: rawId('The incident.'),
    source: text('windows: at this moment; incident: as it recorded.'),
    asOf: maybe(moment('End of the windows; null: they were not read.')),
    covers: many(one(() => CoveredType, 'Whose customers are counted: what it is about, or the fleet.')),
    affectedCustomers: whole('All; the list may be shorter.'),
    score: number('Sum of tier weights.'),
    dollarsPerMinute: number('What they lose.'),
    customers: many(one(() => HurtCustomerType, 'Critical ones first, then by money.')),
  },
);

/** A page of them. */
export const AlertConnection = connectionType('Alert', () => AlertType);
/** A page of them. */
export const IncidentConnection = connectionType('Incident', () => IncidentType);
/** A page of them. */
export const EventConnection = connectionType('Event', () => EventType);
