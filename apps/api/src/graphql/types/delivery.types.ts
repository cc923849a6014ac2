import type { DrillRow, SilenceRow } from '#store';
import { connectionType } from '../schema/connection.js';
import { duration, flag, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { SelectedType, selected } from './part.types.js';
import * as words from './words.js';

/** One attempt to send. */
export const AttemptType = objectType(
  'DeliveryAttempt',
  { about: 'One attempt to send.' },
  {
    attempt: whole('From 1.'),
    outcome: one(() => words.AttemptOutcome, 'What it did.'),
    status: maybe(whole('Of HTTP; null: there was none.')),
    detail: text('In words.'),
    dueAt: maybe(moment('When the next one is due; null: none is.', { from: 'dueAtMs' })),
    isLost: maybe(flag('Its answer was lost: it may have arrived.')),
    at: moment('When.'),
  },
);

/** A page, a command or a notice on its way out. */
export const DeliveryType = nodeType(
  'Delivery',
  {
    about: 'A page, a command or a notice on its way out.',
    rawId: ({ deliveryId }: { readonly deliveryId: string }) => deliveryId,
  },
  {
    deliveryId: rawId('Its id.'),
    subject: one(() => words.DeliverySubject, 'What is sent.'),
    action: text('What it does with its receiver: trigger, update, resolve, escalate …'),
    channel: text('Through which channel.'),
    address: maybe(text('Which of its receivers, as far as it may be shown.')),
    person: maybe(text('Who is reached.')),
    isUrgent: flag('Whether it goes before others.'),
    insteadOf: maybe(rawId('The delivery in whose place it goes.')),
    dedupKey: text('The receiver folds duplicates by it.'),
    status: one(() => words.DeliveryStatus, 'What it is now.'),
    attemptCount: whole('How often it was tried.', { from: 'attempts' }),
    dueAt: maybe(moment('When the next attempt is due; null: none is.')),
    lastStatus: maybe(whole('Of HTTP, of the last attempt.')),
    lastDetail: maybe(text('Of the last attempt.')),
    isUnknown: flag('The receiver may have got it more than once, or not at all.'),
    fellOverTo: maybe(text('The channel that took its place.')),
    requestedAt: moment('When it was asked for.'),
    finishedAt: maybe(moment('Null while it is due.')),
  },
);

const ReceiverType = objectType(
  'Receiver',
  { about: 'One of the receivers of a channel.' },
  {
    address: maybe(text('As far as it may be shown; null: the channel reaches it by itself.')),
    breaker: text('closed, open or half_open.'),
    failures: whole('In a row.'),
    heldUntil: maybe(moment('It asked to be left alone until then.')),
    tokens: maybe(number('What may be sent at once.')),
    urgentTokens: maybe(number('The same of what is urgent.')),
    lastDeliveredAt: maybe(moment('When it took something last.')),
    lastFailedAt: maybe(moment('When it did not.')),
  },
);

/** A way out. */
export const ChannelType = nodeType(
  'Channel',
  { about: 'A way out.', rawId: ({ name }: { readonly name: string }) => name },
  {
    name: text('Its name.'),
    subject: text('What it is for.'),
    disabledBecause: maybe(text('Null: it is not.')),
    disabledAt: maybe(moment('Since when.')),
    pending: whole('What waits.'),
    oldestPendingAt: maybe(moment('Since when the oldest of it waits.')),
    receivers: many(one(() => ReceiverType, 'Those that were tried lately.')),
  },
);

/** A record that could not be read. */
export const DeadLetterType = objectType(
  'DeadLetter',
  { about: 'A record that could not be read.' },
  {
    topic: text('Of the log.'),
    partition: whole('Of the topic.'),
    offset: number('Of the partition.'),
    key: maybe(text('Of the record.')),
    reason: text('The code of its problem.'),
    detail: text('In words.'),
    rawBytes: number('How long it was.'),
    appendedAt: moment('When it was appended.', { from: 'appendedAtMs' }),
  },
);

const DrillHopType = objectType(
  'DrillHop',
  { about: 'A hop of a fire drill.' },
  { hop: text('Its name.'), at: moment('When it was passed.') },
);

/** A fire drill: a page that is asked for, to know that pages arrive. */
export const DrillType = nodeType(
  'Drill',
  {
    about: 'A fire drill: a page that is asked for, to know that pages arrive.',
    rawId: ({ drillId }: DrillRow) => drillId,
  },
  {
    drillId: rawId('Its id.'),
    status: one(() => words.DrillStatus, 'How far it came.'),
    requestedBy: text('Who asked.'),
    channel: maybe(text('The one that was tried; null: all that page.')),
    deadlineAt: moment('Until then it must have passed.'),
    requestedAt: moment('When.'),
    signalledAt: maybe(moment('When its signal was there.')),
    firedAt: maybe(moment('When its alert fired.')),
    finishedAt: maybe(moment('Null while it runs.')),
    hops: maybe(
      many(
        one(() => DrillHopType, 'When each hop was passed; null unless it passed.', {
          derive: ({ hops }: DrillRow) => hops && Object.entries(hops).map(([hop, at]) => ({ hop, at })),
        }),
      ),
    ),
    missed: maybe(text('The first hop that it did not pass; null unless it failed.')),
    because: maybe(text('In words.')),
  },
);

/** Alerts that page nobody for a while, because somebody said so. */
export const SilenceType = nodeType(
  'Silence',
  {
    about: 'Alerts that page nobody for a while, because somebody said so.',
    rawId: ({ silenceId }: SilenceRow) => silenceId,
  },
  {
    silenceId: rawId('Its id.'),
    status: one(() => words.SilenceStatus, 'Whether it mutes now.'),
    where: many(one(() => SelectedType, 'Which alerts.', { derive: ({ where }: SilenceRow) => selected(where) })),
    startsAt: moment('From when on.'),
    endsAt: moment('Until when.'),
    createdAt: moment('When it was set.'),
    createdBy: text('Who.'),
    comment: text('Why.'),
    expiredBy: maybe(text('Who ended it early.')),
    endsSoon: flag('Whether its end was told to be near.'),
    hasMatched: maybe(flag('Null while it is not over.')),
    alertsMuted: whole('How often it muted an alert.'),
  },
);

const OccurrenceType = objectType(
  'NextMaintenance',
  { about: 'When a window is open next.' },
  { startsAt: moment('From.'), endsAt: moment('Until.'), isOpen: flag('Whether it is open now.') },
);

const BreakthroughType = objectType(
  'Breakthrough',
  { about: 'What pages all the same.' },
  {
    successBelow: number('Success, per cent, below this.'),
    impactAbove: number('Or an impact score above this.'),
    silentAbove: maybe(number('Or more of the fleet, per cent, silent than this; null: 50.')),
  },
);

/** Announced work of the rules, during which alerts that fit page nobody. */
export const MaintenanceWindowType = objectType(
  'MaintenanceWindow',
  { about: 'Announced work of the rules, during which alerts that fit page nobody.' },
  {
    name: text('Its name.'),
    where: many(
      one(() => SelectedType, 'Which alerts; empty: all.', { derive: ({ where }: SilenceRow) => selected(where) }),
    ),
    timeZone: text('IANA.'),
    days: maybe(many(one(() => words.Weekday, 'Recurring: on these days.'))),
    date: maybe(text('Once: on this day.')),
    startsAt: text('Local time of the day.'),
    duration: duration('How long.', { from: 'durationMs' }),
    breakthrough: one(() => BreakthroughType, 'What pages all the same.'),
    next: many(one(() => OccurrenceType, 'The first may be open now.')),
  },
);

/** One occurrence of a maintenance window. */
export const MaintenanceType = objectType(
  'Maintenance',
  { about: 'One occurrence of a maintenance window.' },
  {
    maintenanceId: rawId('Its id.'),
    window: text('Of which window.'),
    startsAt: moment('From.'),
    endsAt: moment('Until.'),
    endsSoon: flag('Whether its end was told to be near.'),
    brokenAt: maybe(moment('When it got worse than work may make it.')),
    brokenBecause: maybe(text('By what.')),
    endedAt: maybe(moment('Null while it is not over.')),
    endedBecause: maybe(text('In words.')),
    hasMatched: maybe(flag('Null while it is not over.')),
    alertsMuted: whole('How often it muted an alert.'),
  },
);

/** A page of them. */
export const DeliveryConnection = connectionType('Delivery', () => DeliveryType);
/** A page of them. */
export const ChannelConnection = connectionType('Channel', () => ChannelType);
/** A page of them. */
export const DeadLetterConnection = connectionType('DeadLetter', () => DeadLetterType);
/** A page of them. */
export const DrillConnection = connectionType('Drill', () => DrillType);
/** A page of them. */
export const SilenceConnection = connectionType('Silence', () => SilenceType);
/** A page of them. */
export const MaintenanceConnection = connectionType('Maintenance', () => MaintenanceType);
