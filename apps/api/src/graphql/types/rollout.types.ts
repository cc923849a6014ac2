import type { RolloutRow } from '#store';
import { connectionType } from '../schema/connection.js';
import { duration, flag, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { ByTierType, ReleaseType, whyNotField } from './part.types.js';
import * as words from './words.js';

/** A stage that a rollout has reached. */
export const StageReachedType = objectType(
  'StageReached',
  { about: 'A stage that a rollout has reached.' },
  {
    stage: text('Its name.'),
    nodes: many(text('The nodes that run the release since.')),
    reachedAt: moment('When.'),
  },
);

const RatioTestType = objectType(
  'RatioTest',
  { about: 'What a sequential test takes for well and for faulty.' },
  { healthy: number('Failing share of a release that is well.'), faulty: number('Of one that is not.') },
);

const GateSettingsType = objectType(
  'GateSettings',
  { about: 'What a stage is judged by.' },
  {
    failing: one(() => RatioTestType, 'Of the cohort.'),
    customerFailing: maybe(one(() => RatioTestType, 'Of single customers; null: not judged.')),
    noCustomerEscalations: maybe(flag('Whether an escalation of a customer stops the stage.')),
    impactScoreMax: maybe(number('Impact score of the cohort above which the stage is stopped; null: none.')),
  },
);

const PlannedStageType = objectType(
  'PlannedStage',
  { about: 'A stage of a plan.' },
  {
    name: text('Its name.'),
    sharePercent: number('Of the nodes that the rollout is for, with those of the stages before.'),
    duration: duration('How long the gate watches at least before it promotes.', { from: 'durationMs' }),
    gate: one(() => GateSettingsType, 'What it is judged by.'),
    needsApproval: maybe(flag('Whether a person says that the next stage may begin.')),
  },
);

/** The stages of a rollout, and how long it is watched after the last. */
export const RolloutPlanType = objectType(
  'RolloutPlan',
  { about: 'The stages of a rollout, and how long it is watched after the last.' },
  {
    stages: many(one(() => PlannedStageType, 'In order.')),
    watch: maybe(duration('After the last stage; null: as long as is the default.', { from: 'watchMs' })),
  },
);

const RiskAssessmentType = objectType(
  'RiskAssessment',
  { about: 'How much may go wrong.' },
  {
    risk: one(() => words.Risk, 'How much.'),
    author: text('Who says so.'),
    text: text('Why.'),
    by: text('Who told Tocsin.'),
    at: moment('When.'),
  },
);

const StageRadiusType = objectType(
  'StageRadius',
  { about: 'What a whole stage failing would cost.' },
  {
    stage: text('The stage.'),
    nodes: whole('Its nodes.'),
    customers: whole('Customers that would be hurt.'),
    byTier: one(() => ByTierType, 'By tier.'),
    score: number('Impact score.'),
    dollarsPerMinute: number('What they would lose.'),
  },
);

const BlastRadiusType = objectType(
  'BlastRadius',
  { about: 'What the stages of a rollout would cost if they failed.' },
  { stages: many(one(() => StageRadiusType, 'Each.')), at: moment('When it was computed.') },
);

const LoadTestFamilyType = objectType(
  'LoadTestFamily',
  { about: 'One family of the load tester.' },
  { family: text('Its name.'), passed: flag('Whether it passed.'), detail: text('In words with numbers.') },
);

const LoadTestType = objectType(
  'LoadTest',
  { about: 'What the load tester found on one node.' },
  {
    nodeId: rawId('The node.'),
    families: many(one(() => LoadTestFamilyType, 'Each family.')),
    by: text('Who told Tocsin.'),
    at: moment('When.'),
  },
);

const OverriddenItemsType = objectType(
  'OverriddenItems',
  { about: 'Missing items of a pre-flight that somebody overrode.' },
  {
    items: many(one(() => words.PreflightItem, 'Which.')),
    by: text('Who.'),
    comment: text('Why.'),
    at: moment('When.'),
  },
);

/** What a pre-flight lacks. */
export const MissingItemType = objectType(
  'MissingItem',
  { about: 'What a pre-flight lacks.' },
  { item: one(() => words.PreflightItem, 'What.'), detail: text('In words.') },
);

/** What must be there before a rollout starts; null: it was not told yet. */
export const PreflightType = objectType(
  'Preflight',
  { about: 'What must be there before a rollout starts; null: it was not told yet.' },
  {
    risk: maybe(one(() => RiskAssessmentType, 'How much may go wrong.')),
    impact: maybe(one(() => BlastRadiusType, 'What it would cost.')),
    loadTest: maybe(one(() => LoadTestType, 'How it stands load.')),
    overridden: maybe(many(one(() => OverriddenItemsType, 'What somebody let pass.'))),
    missing: maybe(many(one(() => MissingItemType, 'What the last start that was asked for lacked.'))),
  },
);

/** One thing that people, the gate or Tocsin did about a rollout. */
export const RolloutStepType = objectType(
  'RolloutStep',
  { about: 'One thing that people, the gate or Tocsin did about a rollout.' },
  {
    what: one(() => words.RolloutStepKind, 'What.'),
    stage: maybe(text('Of which stage.')),
    next: maybe(text('The stage that may begin.')),
    by: maybe(text('Who.')),
    note: maybe(text('What was said with an approval.')),
    comment: maybe(text('Why somebody wanted it.')),
    because: maybe(text('Why Tocsin did it.')),
    commandId: maybe(rawId('The command.')),
    generation: maybe(number('Of the command.')),
    nodes: maybe(whole('How many of them.')),
    at: moment('When.'),
  },
);

/** The last word on a node of a rollout that Tocsin drives. */
export const NodeUpdateType = objectType(
  'NodeUpdate',
  { about: 'The last word on a node of a rollout that Tocsin drives.' },
  {
    nodeId: rawId('The node.'),
    stage: text('In which stage.'),
    status: one(() => words.NodeUpdateStatus, 'What became of it.'),
    probes: maybe(whole('Health checks; null: none were told.')),
    passed: maybe(whole('Of those that passed.')),
    detail: text('In words.'),
    updatedAt: moment('When.'),
  },
);

const CountsType = objectType(
  'Counts',
  { about: 'Outcomes.' },
  { good: number('That were right.'), bad: number('That were not.') },
);

const GateTestType = objectType(
  'GateTest',
  { about: 'One test of a gate, and how far it has come.' },
  {
    test: text('failing, against_control, customers, impact or escalations.'),
    nats: maybe(number('Log-likelihood ratio; null: the test has none.')),
    stopNats: maybe(number('At and above it the stage is stopped.')),
    promoteNats: maybe(number('At and below it the stage is promoted.')),
    verdict: one(() => words.GateVerdict, 'What it says.'),
    detail: text('In words with units.'),
  },
);

/** Whether a stage may begin, and why: what a deploy tool polls. */
export const GateType = objectType(
  'Gate',
  { about: 'Whether a stage may begin, and why: what a deploy tool polls.', needs: 'ask_gate' },
  {
    rolloutId: rawId('The rollout.'),
    state: one(() => words.RolloutStatus, 'What the rollout is now.'),
    phase: one(() => words.GatePhase, 'How far the gate is.'),
    stage: maybe(text('The stage in hand; null: there is no plan.')),
    sharePercent: maybe(number('Share of the nodes that it allows; null: there is no plan.')),
    verdict: one(() => words.GateVerdict, 'What it says.'),
    mayProceed: flag('Whether the stage that was asked for may be brought nodes now.'),
    isFinal: flag('Nothing will change that any more.'),
    waitsFor: text('preflight, evidence, approval or nothing.'),
    because: text('In words.'),
    missing: many(one(() => MissingItemType, 'What the pre-flight lacks.')),
    tests: many(one(() => GateTestType, 'Each test.')),
    cohort: maybe(one(() => CountsType, 'Of the nodes that run the release; null before the first measurement.')),
    control: maybe(one(() => CountsType, 'Of those of the same PoPs that do not.')),
  },
);

const JudgedByType = objectType(
  'JudgedBy',
  { about: 'What a stage is judged by, as it was when it began.', needs: 'ask_gate' },
  {
    gate: one(() => GateSettingsType, 'The settings.'),
    duration: duration('How long the gate watches at least before it promotes.', { from: 'durationMs' }),
  },
);

/** The gate of one stage that a rollout reached, and what it rests on. */
export const StageGateType = objectType(
  'StageGate',
  { about: 'The gate of one stage that a rollout reached, and what it rests on.', needs: 'ask_gate' },
  {
    n: whole('Its place among the gates of its rollout, from 1.'),
    stage: text('The stage.'),
    phase: one(() => words.GatePhase, 'How far it is.'),
    verdict: one(() => words.GateVerdict, 'What it says.'),
    because: text('In words.'),
    beganAt: moment('When its stage began.'),
    decidedAt: maybe(moment('Its last verdict; null before the first.')),
    throughSlot: maybe(
      number('Up to which slot the tests have come, seconds of event time; null: nothing was measured.'),
    ),
    cohort: maybe(one(() => CountsType, 'Of the nodes that run the release; null before the first measurement.')),
    control: maybe(one(() => CountsType, 'Of those of the same PoPs that do not.')),
    tests: many(one(() => GateTestType, 'Each test, as its last measurement or verdict told it.')),
    judgedBy: maybe(one(() => JudgedByType, 'Null before the first measurement.')),
    overdue: many(one(() => words.GateLack, 'What a person was called for.')),
    evidence: many(number('Positions of its last measurement and of its verdicts: act(position) shows one.')),
  },
);

/** Something that goes on when people say so. */
export const ApprovalType = objectType(
  'Approval',
  { about: 'Something that goes on when people say so.' },
  {
    kind: one(() => words.ApprovalKind, 'What waits.'),
    rawId: rawId('Of the rollout, rollback or override.', { from: 'id' }),
    stage: maybe(text('Of a rollout that waits.')),
    service: maybe(text('Of which service; null: an override.')),
    incidentId: maybe(rawId('For which incident; null: for none.')),
    because: text('In words.'),
    since: moment('Since when.'),
    expiresAt: maybe(moment('Until when it can be said; null: until it ends by itself.')),
    roles: many(text('Of whom somebody must still say yes: one of them, or each of them of an override.')),
    approve: text('Where yes is said by REST.'),
  },
);

/** A release being brought to the fleet. */
export const RolloutType = nodeType(
  'Rollout',
  { about: 'A release being brought to the fleet.', rawId: ({ rolloutId }: RolloutRow) => rolloutId },
  {
    rolloutId: rawId('Its id.'),
    service: text('Of which service.'),
    release: one(() => ReleaseType, 'What is brought.'),
    previous: one(() => ReleaseType, 'What a rollback returns to.'),
    status: one(() => words.RolloutStatus, 'What it is now.'),
    mode: one(() => words.RolloutMode, 'Who moves the release.'),
    origin: one(() => words.RolloutOrigin, 'How it came to be known.'),
    plan: maybe(one(() => RolloutPlanType, 'Its stages; null: nobody declared it.')),
    preflight: one(() => PreflightType, 'What was told before it starts.'),
    steps: many(one(() => RolloutStepType, 'What was done about it, in order.')),
    updates: many(one(() => NodeUpdateType, 'What became of the nodes that Tocsin commanded.')),
    nodes: many(text('Whom it is for; empty: every node of the inventory.')),
    declaredBy: maybe(text('Who wanted it.')),
    declaredAt: maybe(moment('When; null: nobody declared it.')),
    stage: maybe(text('The stage it reached last; null before the first.')),
    stages: many(one(() => StageReachedType, 'In the order in which they were reached.')),
    startedAt: maybe(moment('Null before the first stage.')),
    changedAt: moment('When it changed last.'),
    because: maybe(text('Why it was halted, completed or ended.')),
    rollbackId: maybe(rawId('What took it back.')),
    whyNot: whyNotField('What its start lacked when it was asked for last.', ({ preflight }: RolloutRow) =>
      (preflight.missing ?? []).map(({ item, detail }) => ({ by: item, because: detail, at: null })),
    ),
  },
);

/** A page of them. */
export const RolloutConnection = connectionType('Rollout', () => RolloutType);
