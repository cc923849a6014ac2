import { AUDIT_DOORS, CHAIN_FAULTS, type Event } from '#contracts';
import { eventText } from '#domain';
import type { ShownAct } from '../../audit/audit-query.js';
import { connectionType } from '../schema/connection.js';
import {
  enumType,
  type FieldSpec,
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

const AuditDoorWord = enumType('AuditDoor', AUDIT_DOORS, 'Through which door somebody acted.');
const ChainFault = enumType('ChainFault', CHAIN_FAULTS, 'What does not fit of the events.');
const VerificationStatus = enumType(
  'VerificationStatus',
  ['running', 'whole', 'broken', 'failed'],
  'What a verification found; failed: it could not be done.',
);

const AuditType = objectType(
  'Audit',
  { about: 'What is known of an act beside its actor.' },
  {
    subject: text('Who, by an id that stays when a name changes: key:k1.'),
    keyId: rawId('The API key that was shown, or the door where none was.'),
    requestId: maybe(rawId('The request, as its answer and the logs name it.')),
    via: one(() => AuditDoorWord, 'Through which door.'),
    reason: maybe(text('Why, in the words of whoever acted.')),
  },
);

const OF_ACT: Readonly<Record<string, FieldSpec>> = {
  position: number('Its place in the one order of all events.'),
  stream: text('Of what it is.'),
  version: whole('Its place in its stream, from 1.'),
  type: text('The type of its event.'),
  actor: text('Who did it.'),
  cause: text('What was done: halt rollout ro1.'),
  recordedAt: moment('When it was written, by the clock of the database.'),
};

const ActType = objectType(
  'Act',
  { about: 'Something that somebody did through a door.' },
  {
    ...OF_ACT,
    hash: text('SHA-256, in hex: its link in the chain of its stream.'),
    audit: one(() => AuditType, 'Who, by which request, and why.'),
  },
);

const FieldChangeType = objectType(
  'FieldChange',
  { about: 'A field that an act changed.' },
  {
    field: text('Its path: rollout.status.'),
    before: maybe(json('A text, a number or a yes or no; null: there was nothing.')),
    after: maybe(json('The same; null: there is nothing any more.')),
  },
);

/** An act, or any other event, with what it changed and its links in the chain. */
export const ShownActType = objectType(
  'ShownAct',
  { about: 'An act, or any other event, with what it changed and its links in the chain.' },
  {
    ...OF_ACT,
    text: text('What it says, in one sentence.', {
      derive: ({ type, data }: ShownAct) => eventText({ type, data } as unknown as Event),
    }),
    data: json('What it says, without what proves a secret; its shape depends on its type.'),
    audit: maybe(one(() => AuditType, 'Who, by which request, and why; null: it followed from something else.')),
    previous: maybe(
      text('The hash of the event before it in its stream; null: it is the first.', {
        derive: ({ chain }: ShownAct) => chain.previous,
      }),
    ),
    hash: text('Its own hash: SHA-256, in hex.', { derive: ({ chain }: ShownAct) => chain.hash }),
    changes: many(one(() => FieldChangeType, 'What it changed, at most 100 fields.')),
    isCut: flag('Whether more was changed than is told.'),
  },
);

const KeptHeadType = objectType(
  'KeptHead',
  { about: 'How far the events go, and the digest over all of them: what may be kept elsewhere.' },
  { position: number('Of the last of them.'), digest: text('SHA-256, in hex.') },
);

const BrokenLinkType = objectType(
  'BrokenLink',
  { about: 'Where the events are not what was appended.' },
  {
    fault: one(() => ChainFault, 'What does not fit.'),
    position: maybe(number('The first that does not fit; null: only the stream tells.')),
    until: maybe(number('The last one of the same fault.')),
    stream: maybe(text('Null where nothing is left that tells it.')),
    version: maybe(whole('The first version of the stream that does not fit.')),
  },
);

/** Whether the events are what was appended, as it was found once. */
export const VerificationType = objectType(
  'Verification',
  { about: 'Whether the events are what was appended, as it was found once.' },
  {
    verificationId: rawId('Its id.'),
    status: one(() => VerificationStatus, 'What it found.'),
    startedAt: moment('When it began.'),
    endedAt: maybe(moment('When it was done; null: it is under way.')),
    events: number('Events that were read.'),
    of: number('As many as there were when it began.'),
    streams: maybe(whole('Streams that were followed; null: it is under way.')),
    head: maybe(one(() => KeptHeadType, 'How far the events go; null: it is under way.')),
    keptHeads: whole('Heads kept elsewhere that they were compared with.'),
    broken: many(one(() => BrokenLinkType, 'Where they do not fit, at most 1,000, by position.')),
    isCut: flag('Whether more is broken than is told.'),
    failure: maybe(text('Why it could not be done.')),
  },
);

/** A page of them. */
export const ActConnection = connectionType('Act', () => ActType);
