import { json, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { MeasuredScalar } from '../schema/scalars.js';
import { EvidenceType } from './part.types.js';
import * as words from './words.js';

/** One link of the chain that led to a decision. */
export const ExplainedStepType = objectType(
  'ExplainedStep',
  { about: 'One link of the chain that led to a decision.' },
  {
    eventId: rawId('Stream and version.', { from: 'id' }),
    from: many(text('What it follows from: ids of events, or a tick.')),
    position: number('In the one order of all events.'),
    at: moment('When, by the log.'),
    type: text('Of the event.'),
    actor: text('Who.'),
    text: text('What it says, in words.'),
    evidence: many(one(() => EvidenceType, 'The numbers it rests on; empty: it names none.')),
    data: json('All that it says; its shape depends on its type.'),
  },
);

/** Why something is as it is: the chain from the numbers of the telemetry to what was sent. */
export const ExplanationType = objectType(
  'Explanation',
  { about: 'Why something is as it is: the chain from the numbers of the telemetry to what was sent.' },
  {
    kind: one(() => words.ExplainedKind, 'What was explained.'),
    subjectId: rawId('Which.', { from: 'id' }),
    steps: many(one(() => ExplainedStepType, 'In the one order of all events.')),
    leftOut: whole('Steps in the middle that are left out.'),
    lines: many(text('The same for people.')),
  },
);

const AskedSubjectType = objectType(
  'AskedSubject',
  { about: 'Of whom it was asked.' },
  { scope: one(() => words.RuleScope, 'What kind of thing.'), key: text('Which.') },
);

const SaidEventType = objectType(
  'SaidEvent',
  { about: 'What a recorded event says.' },
  { eventId: rawId('Stream and version.', { from: 'id' }), text: text('In words.') },
);

/** Why a rule paged or acted for nobody. */
export const WhyNotType = objectType(
  'WhyNot',
  { about: 'Why a rule paged or acted for nobody.' },
  {
    rule: text('The rule.'),
    subject: one(() => AskedSubjectType, 'Of whom it was asked.'),
    at: moment('At which moment.'),
    verdict: one(() => words.WhyNotVerdict, 'In one word.'),
    because: text('In words.'),
    value: maybe(one(() => MeasuredScalar, 'At that moment; null: there is none.')),
    threshold: maybe(number('Of the rule.')),
    margin: maybe(number('How far the value is from it; below 0: beyond it.')),
    events: many(one(() => SaidEventType, 'Those that say so.')),
    lines: many(text('The same for people.')),
  },
);
