import type { StatusUpdate } from '#contracts';
import type { StatusUpdateRow } from '#store';
import type { PostMortemReport } from '../../post-mortem-query.js';
import { markdownOf } from '../../post-mortem-query.js';
import { connectionType } from '../schema/connection.js';
import { duration, flag, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { CauseType } from './incident.types.js';
import { ImpactType } from './part.types.js';
import * as words from './words.js';

const ofUpdate =
  <K extends keyof StatusUpdate>(key: K) =>
  ({ update }: StatusUpdateRow) =>
    update[key];

const ToldCustomerType = objectType(
  'ToldCustomer',
  { about: 'A customer that is told.' },
  { customerId: rawId('Its id.'), name: text('Its name.') },
);

/** What the public is told of an incident, once. */
export const StatusUpdateType = nodeType(
  'StatusUpdate',
  {
    about: 'What the public is told of an incident, once.',
    rawId: ({ incidentId, n }: StatusUpdateRow) => `${incidentId}/${n}`,
  },
  {
    incidentId: rawId('Of which incident.'),
    n: whole('From 1.'),
    status: one(() => words.StatusUpdateStatus, 'What it is now.'),
    title: text('The same for the whole incident.', { derive: ofUpdate('title') }),
    state: one(() => words.StatusState, 'How far the fault is known.', { derive: ofUpdate('state') }),
    impact: one(() => words.StatusImpact, 'How bad it is.', { derive: ofUpdate('impact') }),
    text: text('What is told.', { derive: ofUpdate('text') }),
    workaround: text('What a customer can do itself; empty: nothing.', { derive: ofUpdate('workaround') }),
    regions: many(text('Where.', { derive: ofUpdate('regions') })),
    startedAt: moment('When the fault began.', { derive: ofUpdate('startedAtMs') }),
    nextUpdateAt: maybe(moment('Null: it is the last one.', { derive: ofUpdate('nextUpdateAtMs') })),
    customers: many(one(() => ToldCustomerType, 'Those that are hurt and named, the worst first; at most 20.')),
    affectedCustomers: whole('All that are hurt.'),
    publishBy: moment('Out until then, it is in time.'),
    isReviewed: flag('Whether a person publishes it.'),
    because: text('Why it was drafted.'),
    draftedAt: moment('When.'),
    publishedAt: maybe(moment('Null while it is not out.')),
    settledBy: maybe(text('Who published or discarded it.')),
    comment: maybe(text('Why it was discarded.')),
  },
);

const RunbookMeaningType = objectType(
  'RunbookMeaning',
  { about: 'What an answer to a command means.' },
  { answer: text('The answer.'), meaning: text('What it means.') },
);

const RunbookResultType = objectType(
  'RunbookResult',
  { about: 'What a command answered, as somebody attached it.' },
  { by: text('Who.'), output: text('What.'), at: moment('When.') },
);

const RunbookStepType = objectType(
  'RunbookStep',
  { about: 'A step of a runbook.' },
  {
    step: text('Results are attached by it.'),
    what: text('What it is for.'),
    command: text('To be pasted into a shell; empty: nothing of the incident fits into one.'),
    means: many(one(() => RunbookMeaningType, 'What its answers mean.')),
    results: many(one(() => RunbookResultType, 'What it answered.')),
  },
);

/** What to look at in an incident, filled in with its names. */
export const RunbookType = objectType(
  'Runbook',
  { about: 'What to look at in an incident, filled in with its names.' },
  { incidentId: rawId('The incident.'), steps: many(one(() => RunbookStepType, 'In order.')) },
);

/** What a tier lost. */
export const TierCostType = objectType(
  'TierCost',
  { about: 'What a tier lost.' },
  {
    tier: one(() => words.Tier, 'The tier.'),
    affectedCustomers: whole('Of it.'),
    dollarsEach: number('Of one customer, for as long as the incident lasted.'),
  },
);

const CostFactorType = objectType(
  'CostFactor',
  { about: 'A figure of a formula.' },
  { name: text('What it is.'), value: number('How much.') },
);

const CostLineType = objectType(
  'CostLine',
  { about: 'A line of the cost model, filled in.' },
  {
    text: text('What is counted.'),
    factors: many(one(() => CostFactorType, 'What is multiplied.')),
    dollars: maybe(number('The product; null: a note.')),
    once: flag('Whether it is paid once.'),
  },
);

const CostTableType = objectType(
  'CostTable',
  { about: 'A section of the cost model.' },
  {
    section: text('Its name.'),
    lines: many(one(() => CostLineType, 'In order.')),
    dollars: maybe(number('Their sum; null: notes only.')),
  },
);

const PreventionType = objectType(
  'PreventionCost',
  { about: 'What prevention costs, and what it returns.' },
  {
    section: text('Its name.'),
    lines: many(one(() => CostLineType, 'In order.')),
    dollars: maybe(number('Their sum; null: notes only.')),
    recurringDollars: number('Without what is paid once.'),
    grossPercent: maybe(number('Prevented loss for each dollar, per cent.')),
    netPercent: maybe(number('The same with what was spent taken off.')),
  },
);

const CostEstimateType = objectType(
  'CostEstimate',
  { about: 'The cost model with the figures of one incident.' },
  {
    sections: many(one(() => CostTableType, 'In order.')),
    prevention: maybe(one(() => PreventionType, 'Null: the model has none.')),
  },
);

/** What an incident costs. */
export const IncidentCostType = objectType(
  'IncidentCost',
  { about: 'What an incident costs.' },
  {
    incidentId: rawId('The incident.'),
    from: moment('From its opening.'),
    until: moment('Until its end, or now.'),
    isOver: flag('Whether it is resolved.'),
    minutes: number('How long that is.'),
    dollarsPerMinute: number('Now; 0 when it is over.'),
    peakDollarsPerMinute: number('At its worst.'),
    cumulativeDollars: number('Measured: each figure for as long as it stood.'),
    tiers: many(one(() => TierCostType, 'By tier.')),
    estimate: one(() => CostEstimateType, 'By the formulas of the cost model; never added to what was measured.'),
  },
);

const DelaysType = objectType(
  'PostMortemDelays',
  { about: 'How long it took; null: it did not happen.' },
  {
    detect: maybe(duration('From the first failure to the incident.', { from: 'detectMs' })),
    detectTarget: duration('What that should be at most.', { from: 'detectTargetMs' }),
    isDetectedInTime: maybe(flag('Whether it was.')),
    acknowledge: maybe(duration('From the incident to whoever took it on first.', { from: 'acknowledgeMs' })),
    mitigate: maybe(duration('From the first failure until nobody was hurt any more.', { from: 'mitigateMs' })),
    resolve: maybe(duration('From the first failure to the resolution.', { from: 'resolveMs' })),
  },
);

const DecisionType = objectType(
  'ReportedDecision',
  { about: 'Something that was decided, or refused.' },
  {
    at: moment('When.', { from: 'atMs' }),
    actor: text('Who.'),
    isRefusal: flag('Whether it was refused.'),
    text: text('What.'),
    count: whole('How often the same was said.'),
  },
);

const LineType = objectType(
  'TimelineLine',
  { about: 'A line of a timeline.' },
  {
    at: moment('When.', { from: 'atMs' }),
    minute: whole('Whole minutes from the beginning.'),
    actor: text('Who.'),
    text: text('What.'),
    count: whole('How many of the same kind the minute had; the last is told.'),
  },
);

const ReportedCustomerType = objectType(
  'ReportedCustomer',
  { about: 'A customer that was hurt.' },
  {
    customerId: rawId('Its id.'),
    name: text('Its name.'),
    tier: one(() => words.Tier, 'Its revenue class.'),
    failing: number('The largest failing share that was told, 0 to 1.'),
    hurtFor: duration('For how long it stood among those that were told.', { from: 'hurtMs' }),
  },
);

const told = ({ postMortem }: PostMortemReport) => postMortem;

/** An incident, looked back on, from its events as they are now. */
export const PostMortemType = objectType(
  'PostMortem',
  { about: 'An incident, looked back on, from its events as they are now.' },
  {
    incidentId: rawId('The incident.', { derive: (report: PostMortemReport) => told(report).incidentId }),
    title: text('In words.', { derive: (report: PostMortemReport) => told(report).title }),
    startedAt: moment('When it began.', { derive: (report: PostMortemReport) => told(report).startedAtMs }),
    openedAt: moment('When it was opened.', { derive: (report: PostMortemReport) => told(report).openedAtMs }),
    resolvedAt: maybe(
      moment('Null while it is open.', { derive: (report: PostMortemReport) => told(report).resolvedAtMs }),
    ),
    delays: one(() => DelaysType, 'How long it took.', { derive: (report: PostMortemReport) => told(report).delays }),
    peak: one(() => ImpactType, 'At its worst.', { derive: (report: PostMortemReport) => told(report).peak }),
    peakDollarsPerMinute: number('At its worst.', {
      derive: (report: PostMortemReport) => told(report).peakDollarsPerMinute,
    }),
    cumulativeDollars: number('Measured.', {
      derive: (report: PostMortemReport) => told(report).cumulativeDollars,
    }),
    customers: many(
      one(() => ReportedCustomerType, 'Who was hurt; at most 20.', {
        derive: (report: PostMortemReport) => told(report).customers,
      }),
    ),
    causes: many(
      one(() => CauseType, 'The likeliest first.', { derive: (report: PostMortemReport) => told(report).causes }),
    ),
    decisions: many(
      one(() => DecisionType, 'In order.', { derive: (report: PostMortemReport) => told(report).decisions }),
    ),
    lowestCoverage: maybe(
      number('Of the decisions, 0 to 1; null: none says.', {
        derive: (report: PostMortemReport) => told(report).lowestCoverage,
      }),
    ),
    notKnown: many(
      text('What the record does not say.', { derive: (report: PostMortemReport) => told(report).notKnown }),
    ),
    timeline: many(
      one(() => LineType, 'At most 1,000 lines.', { derive: (report: PostMortemReport) => told(report).timeline }),
    ),
    timelineLeftOut: whole('Lines beyond those.', {
      derive: (report: PostMortemReport) => told(report).timelineLeftOut,
    }),
    cost: one(() => IncidentCostType, 'What it cost.'),
    sha256: maybe(
      text('Of what was recorded at the resolution; null: not yet.', {
        derive: ({ drafted }: PostMortemReport) => drafted?.sha256 ?? null,
      }),
    ),
    isUnchanged: maybe(
      flag('Whether nothing came to it since.', {
        derive: ({ drafted }: PostMortemReport) => drafted?.isUnchanged ?? null,
      }),
    ),
    markdown: text('All of it for people, with deliveries and delays of the study.', { derive: markdownOf }),
  },
);

/** A page of them. */
export const StatusUpdateConnection = connectionType('StatusUpdate', () => StatusUpdateType);
