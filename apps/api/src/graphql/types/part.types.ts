import type { Selector } from '#contracts';
import { flag, many, maybe, moment, number, objectType, one, text, whole, duration, rawId } from '../schema/define.js';
import * as words from './words.js';

/** A software version with a configuration revision. */
export const ReleaseType = objectType(
  'Release',
  { about: 'A software version with a configuration revision.' },
  { softwareVersion: text('Of the name server.'), configRev: text('Of its configuration.') },
);

/** The numbers that a decision rests on, as they were when it was made. */
export const EvidenceType = objectType(
  'Evidence',
  { about: 'The numbers that a decision rests on, as they were when it was made.' },
  {
    rule: text('Of the rule that compared them.'),
    signal: text('What was read.'),
    text: text('What was compared, in words with units.'),
    detail: maybe(text('Who or what makes the value, in words.')),
    value: maybe(number('In the unit of the signal; null: no number, such as a timeout, or a window without data.')),
    threshold: number('In the unit of the signal.'),
    window: duration('Over how long it was read.', { from: 'windowMs' }),
    good: number('Outcomes that were right.'),
    bad: number('Outcomes that were not.'),
    coverage: number('Share of the live nodes for which the window was complete, 0 to 1.'),
    tick: number('The tick that decided: quarters of a second since the epoch, of log time.'),
    slot: maybe(number('Last slot of the window, seconds of event time; null: it reads no slots.')),
  },
);

/** Customers by tier. */
export const ByTierType = objectType(
  'ByTier',
  { about: 'Customers by tier.' },
  { tier1: whole('Of tier 1.'), tier2: whole('Of tier 2.'), tier3: whole('Of tier 3.') },
);

const named = {
  customerId: rawId('Its id.'),
  name: text('Its name.'),
  tier: one(() => words.Tier, 'Its revenue class.'),
  failing: number('Share of its queries that fail, 0 to 1.'),
};
/** A customer named in an impact. */
export const NamedCustomerType = objectType('NamedCustomer', { about: 'A customer named in an impact.' }, named);

const hurt = {
  ...named,
  critical: flag('Emergency services and governments: they come first.'),
  dollarsPerMinute: number('What it loses.'),
};
/** A customer that is hurt. */
export const HurtCustomerType = objectType('HurtCustomer', { about: 'A customer that is hurt.' }, hurt);

/** A customer that was hurt in a stretch of the past; failing is its share in its worst minute. */
export const HurtSinceType = objectType(
  'HurtSince',
  { about: 'A customer that was hurt in a stretch of the past; failing is its share in its worst minute.' },
  {
    ...hurt,
    domains: whole('How many zones it has.'),
    sector: maybe(text('Its line of business; null: nobody said.')),
    minutes: whole('In how many minutes it was hurt.'),
    firstAt: moment('Beginning of the first of them.'),
    lastAt: moment('End of the last.'),
  },
);

/** Something whose customers an impact counts. */
export const CoveredType = objectType(
  'Covered',
  { about: 'Something whose customers an impact counts.' },
  { scope: one(() => words.Scope, 'What kind of thing.'), key: text('Which.') },
);

/** Who is hurt, and what it costs. */
export const ImpactType = objectType(
  'Impact',
  { about: 'Who is hurt, and what it costs.' },
  {
    affectedCustomers: whole('Customers whose own failing share is above its threshold with confidence.'),
    byTier: one(() => ByTierType, 'The same by tier.'),
    score: number('Sum of tier weights over affected customers.'),
    dollarsPerMinute: number('Beside the score, never in it.'),
    top: many(one(() => NamedCustomerType, 'The worst hurt, critical customers first; at most 20.')),
    covers: maybe(many(one(() => CoveredType, 'Whose customers were counted; null: the fleet.'))),
  },
);

/** A word and its value. */
export const LabelledType = objectType(
  'Labelled',
  { about: 'A word and its value.' },
  { name: text('The word.'), value: text('Its value.') },
);

/** What a record of words holds, as a list. */
export const labelled = (words_: Readonly<Record<string, string>> | null | undefined) =>
  Object.entries(words_ ?? {}).map(([name, value]) => ({ name, value }));

/** A label of alerts, and what it may be. */
export const SelectedType = objectType(
  'Selected',
  { about: 'A label of alerts, and what it may be.' },
  {
    label: text('rule, severity, region, pop, node, release, customer or tier.'),
    patterns: many(text('One of them fits; * stands for any characters.')),
  },
);

/** A selector as a list. */
export const selected = (where: Selector | undefined) =>
  Object.entries(where ?? {}).map(([label, patterns]) => ({ label, patterns: patterns ?? [] }));

/** Why something pages nobody for now. */
export const MuteType = objectType(
  'Mute',
  { about: 'Why something pages nobody for now.' },
  {
    by: one(() => words.MutedBy, 'What keeps it.'),
    rawId: rawId('Of the silence, the occurrence of a maintenance, or the alert.', { from: 'id' }),
    until: maybe(moment('When it ends at the latest; null while its cause stands.', { from: 'untilMs' })),
    because: text('In words.'),
  },
);

/** What keeps something from being done, or kept it: the answer to "why not". */
export const HindranceType = objectType(
  'Hindrance',
  { about: 'What keeps something from being done, or kept it: the answer to "why not".' },
  {
    by: text(
      'A rail by its name, kill_switch, breaker, mode, silence, maintenance, alert, a missing item, or a receiver.',
    ),
    because: text('In words.'),
    at: maybe(moment('Since when, or when it did; null: it stands as long as its cause.')),
  },
);

/** One condition of an automatic action, and whether it held. */
export const RailType = objectType(
  'Rail',
  { about: 'One condition of an automatic action, and whether it held.' },
  { rail: text('Its name.'), holds: flag('Whether it lets the action pass.'), detail: text('In words with numbers.') },
);

/** A rail that refused. */
export const RefusalType = objectType(
  'Refusal',
  { about: 'A rail that refused.' },
  { rail: text('Its name.'), because: text('In words.'), at: moment('When.') },
);

/** Something that somebody did, and why. */
export const SaidType = objectType(
  'Said',
  { about: 'Something that somebody did, and why.' },
  {
    by: text('The actor.'),
    comment: maybe(text('Why, as they said.')),
    at: moment('When.'),
  },
);

/** What keeps something from being done, as a field; the rows that have none answer with an empty list. */
export const whyNotField = (about: string, derive: (row: never) => readonly object[]) =>
  many(one(() => HindranceType, about, { derive }));

/** Refusals of rails, as what kept a plan from being carried out. */
export const refusedBy = (
  refusals: readonly { readonly rail: string; readonly because: string; readonly at: number }[],
) => refusals.map(({ rail, ...why }) => ({ by: rail, ...why }));

/** A mute, as what keeps a page. */
export const mutedBy = (muted: { readonly by: string; readonly because: string } | null) =>
  muted === null ? [] : [{ by: muted.by, because: muted.because, at: null }];
