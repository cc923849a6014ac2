import type { CustomerRow, NodeRow } from '#store';
import { connectionType } from '../schema/connection.js';
import { duration, flag, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { PercentileScalar } from '../schema/scalars.js';
import { ByTierType, HurtSinceType } from './part.types.js';
import * as words from './words.js';

const figures = {
  key: text('Of what.'),
  good: number('Outcomes that were right.'),
  bad: number('Outcomes that were not.'),
  excluded: number('Outcomes that count for neither.'),
  timeout: number('Part of bad.'),
  success: maybe(number('Per cent; null without data.')),
  p50: maybe(one(() => PercentileScalar, 'Half are faster; null without data.')),
  p95: maybe(one(() => PercentileScalar, '95 % are faster; null without data.')),
  p99: maybe(one(() => PercentileScalar, '99 % are faster; null without data.')),
};

/** How the fleet or a region was over a window. */
export const HealthType = objectType(
  'Health',
  { about: 'How the fleet or a region was over a window.' },
  {
    ...figures,
    window: duration('How long it is.', { from: 'windowMs' }),
    slot: number('Last slot of the window, seconds of event time.'),
  },
);

/** How fleet and regions were over the last complete minute. */
export const FleetHealthType = objectType(
  'FleetHealth',
  { about: 'How fleet and regions were over the last complete minute.' },
  {
    fleet: one(() => HealthType, 'All of it.'),
    regions: many(one(() => HealthType, 'Each region.')),
    asOf: moment('End of the window.'),
  },
);

/** One step of a key's history. */
export const WindowStepType = objectType(
  'WindowStep',
  { about: "One step of a key's history." },
  { ...figures, from: moment('Its first moment.') },
);

/** The windows of a family: a series, of fixed size, so a plain list. */
export const WindowsType = objectType(
  'Windows',
  { about: 'The windows of a family: a series, of fixed size, so a plain list.' },
  {
    family: one(() => words.Family, 'By what they are counted.'),
    from: moment('The first moment.'),
    to: moment('Excluded.'),
    step: duration('How long a step is.', { from: 'stepMs' }),
    windows: many(one(() => WindowStepType, 'By key, then time.')),
  },
);

/** A name server of the inventory, and what was counted of it. */
export const FleetNodeType = nodeType(
  'FleetNode',
  { about: 'A name server of the inventory, and what was counted of it.', rawId: ({ nodeId }: NodeRow) => nodeId },
  {
    nodeId: rawId('Its name.'),
    pop: text('Where it stands.'),
    region: text('Of which region that is.'),
    address: maybe(text('Where it can be asked by hand; null: nobody said.')),
    batches: number('Batches that came of it.'),
    published: maybe(number('Outcomes, as it says: counted + late + rejected + gap; null: it does not say.')),
    counted: number('Outcomes that came in time for the rules.'),
    late: number('Outcomes that came after their second was closed: in every total, seen by no rule.'),
    rejected: number('Outcomes from the future.'),
    gap: maybe(number('Outcomes of batches that never arrived; null: not known.')),
    difference: maybe(
      number('Published outcomes that are in no term of the sum, or counted twice if negative. 0 is right.'),
    ),
    gapBatches: number('Batches that never arrived.'),
    unreadable: number('Records in its name that could not be read.'),
    duplicates: number('Batches that had been counted before.'),
    lastEventAt: maybe(
      moment('Newest event time; null: nothing ever came.', {
        derive: ({ lastEventUs }: { readonly lastEventUs: number | null }) =>
          lastEventUs === null ? null : lastEventUs / 1_000,
      }),
    ),
  },
);

/** Whom the fleet serves. */
export const CustomerType = nodeType(
  'Customer',
  { about: 'Whom the fleet serves.', rawId: ({ customerId }: CustomerRow) => customerId },
  {
    customerId: rawId('Its id.'),
    name: text('Its name.'),
    tier: one(() => words.Tier, 'Its revenue class.'),
    critical: flag('Emergency services and governments: first in every list.'),
    zones: many(text('Its zones.')),
    sector: maybe(text('Its line of business; null: nobody said.')),
    countries: maybe(many(text('ISO 3166-1; the first is its home; null: none is known.'))),
    sites: maybe(number('How many sites stand behind it; null: not known.')),
  },
);

/** A region of the fleet, in the order of recovery. */
export const RegionNowType = objectType(
  'RegionNow',
  { about: 'A region of the fleet, in the order of recovery.' },
  {
    order: whole('1 is brought back first.'),
    region: text('Its name.'),
    failing: maybe(number('Share of its queries that fail, 0 to 1; null without outcomes.')),
    affectedCustomers: whole('How many are hurt there.'),
    dollarsPerMinute: number('What they lose.'),
  },
);

/** A country, or a part of the world, of the customers that are hurt. */
export const PlaceNowType = objectType(
  'PlaceNow',
  { about: 'A country, or a part of the world, of the customers that are hurt.' },
  {
    place: text('ISO 3166-1, a part of the world, or unknown.'),
    affectedCustomers: whole('How many are hurt.'),
    dollarsPerMinute: number('What they lose.'),
    sites: number('Sites of the customers that are hurt.'),
    sitesPercent: number('Per cent of all such sites, as counted.'),
  },
);

/** What customers of one sector lose. */
export const ImpactPartType = objectType(
  'ImpactPart',
  { about: 'What customers of one sector lose.' },
  {
    key: text('The sector.'),
    affectedCustomers: whole('How many are hurt.'),
    dollarsPerMinute: number('What they lose.'),
  },
);

/** Whom it hurts now, and where. */
export const ImpactNowType = objectType(
  'ImpactNow',
  { about: 'Whom it hurts now, and where.' },
  {
    asOf: moment('End of the window.'),
    affectedCustomers: whole('How many are hurt.'),
    byTier: one(() => ByTierType, 'By tier.'),
    score: number('Sum of tier weights.'),
    dollarsPerMinute: number('What they lose.'),
    regions: many(one(() => RegionNowType, 'In the order of recovery.')),
    sectors: many(one(() => ImpactPartType, 'By line of business.')),
    countries: many(one(() => PlaceNowType, 'By their home.')),
    worldRegions: many(one(() => PlaceNowType, 'By part of the world.')),
  },
);

/** Who was hurt in a stretch of the past. */
export const AffectedSinceType = objectType(
  'AffectedSince',
  { about: 'Who was hurt in a stretch of the past.' },
  {
    from: moment('Its beginning.'),
    to: moment('Excluded.'),
    affectedCustomers: whole('All; the list may be shorter.'),
    byTier: one(() => ByTierType, 'By tier.'),
    dollarsPerMinute: number('What they lost a minute.'),
    customers: many(one(() => HurtSinceType, 'Critical ones first, then by money.')),
  },
);

const ReleaseAnswersType = objectType(
  'ReleaseAnswers',
  { about: 'What a release said of a zone.' },
  {
    release: text('Version and configuration.'),
    answered: number('All answers.'),
    nxdomain: number('Those that said that the name does not exist.'),
  },
);

/** Two releases that do not agree which names of a zone exist. */
export const DisagreementType = objectType(
  'Disagreement',
  { about: 'Two releases that do not agree which names of a zone exist.' },
  {
    zone: text('The zone.'),
    suspect: one(() => ReleaseAnswersType, 'Who denies more often.'),
    other: one(() => ReleaseAnswersType, 'Who it is compared with.'),
    apartAtLeast: number('How far apart the shares are at least, 0 to 1.'),
  },
);

/** Releases that disagree, of the last complete minute. */
export const DisagreementsType = objectType(
  'Disagreements',
  { about: 'Releases that disagree, of the last complete minute.' },
  {
    disagreements: many(one(() => DisagreementType, 'The worst first, at most 100.')),
    total: whole('All there are.'),
    window: duration('How long it is.', { from: 'windowMs' }),
    asOf: moment('End of the window.'),
  },
);

/** A page of them. */
export const FleetNodeConnection = connectionType('FleetNode', () => FleetNodeType);
/** A page of them. */
export const CustomerConnection = connectionType('Customer', () => CustomerType);
