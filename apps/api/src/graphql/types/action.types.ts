import type { CommandRow, FallbackRow, OverrideRow, RedirectRow, RollbackRow } from '#store';
import { connectionType } from '../schema/connection.js';
import { duration, flag, many, maybe, moment, number, objectType, one, rawId, text, whole } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import { EvidenceType, RailType, refusedBy, RefusalType, ReleaseType, SaidType, whyNotField } from './part.types.js';
import * as words from './words.js';

const WaveAnswerType = objectType(
  'WaveAnswer',
  { about: "A node's last answer to the command of its wave." },
  { nodeId: rawId('The node.'), status: text('Its answer.'), answeredAt: moment('When.') },
);

const WaveStepType = objectType(
  'WaveStep',
  { about: 'How far a node of a wave has come: its last word on one of the four steps.' },
  {
    nodeId: rawId('The node.'),
    step: text('The step.'),
    status: text('Its answer.'),
    detail: text('In words.'),
    answeredAt: moment('When.'),
  },
);

/** One wave of a rollback. */
export const WaveType = objectType(
  'Wave',
  { about: 'One wave of a rollback.' },
  {
    wave: whole('From 1.'),
    nodes: many(text('Whom it commands.')),
    status: one(() => words.WaveStatus, 'What it is now.'),
    generation: maybe(number('Of its command.')),
    commandId: maybe(rawId('Its command.')),
    commandedAt: maybe(moment('When it was commanded.')),
    verifiedAt: maybe(moment('When its telemetry was good.')),
    because: maybe(text('What verified it.')),
    answers: many(one(() => WaveAnswerType, 'Of its nodes.')),
    steps: many(one(() => WaveStepType, 'In the order in which they were told.')),
  },
);

const GapType = objectType(
  'Gap',
  { about: 'Success, per cent, of a release and of its control at the decision.' },
  { release: number('Of the release.'), control: number('Of the control.') },
);

/** The numbers of a plan: its trigger first. */
const evidenceOf = ({
  trigger,
  evidence = [],
}: Pick<RollbackRow, 'trigger'> & Partial<Pick<RollbackRow, 'evidence'>>) => [
  ...(trigger === null ? [] : [trigger]),
  ...evidence,
];

/** Nodes that are taken back to the release before, in waves. */
export const RollbackType = nodeType(
  'Rollback',
  {
    about: 'Nodes that are taken back to the release before, in waves.',
    rawId: ({ rollbackId }: RollbackRow) => rollbackId,
  },
  {
    rollbackId: rawId('Its id.'),
    incidentId: maybe(rawId('Null while a person asked for it and nothing was decided.')),
    status: one(() => words.RollbackStatus, 'What it is now.'),
    rolloutId: maybe(rawId('What it takes back.')),
    service: maybe(text('Of which service.')),
    from: maybe(one(() => ReleaseType, 'The release to leave.')),
    to: maybe(one(() => ReleaseType, 'The one to run.')),
    evidence: many(one(() => EvidenceType, 'The trigger first, then what held beside it.', { derive: evidenceOf })),
    gap: maybe(one(() => GapType, 'Each wave must close half of it.')),
    rails: many(one(() => RailType, 'What was asked before it was decided.')),
    refusals: many(one(() => RefusalType, 'Every refusal, in order.')),
    whyNot: whyNotField('What kept it from being done, in order.', ({ refusals }: RollbackRow) => refusedBy(refusals)),
    request: maybe(one(() => SaidType, 'Who asked for it.')),
    approval: maybe(one(() => SaidType, 'Who said yes to what was proposed.')),
    decidedBy: maybe(text('Who asked for what was decided; null: nobody, a trigger held.')),
    overrideId: maybe(rawId('The override that opened its rails.')),
    because: maybe(text('Why it was proposed, refused, stopped or completed.')),
    decidedAt: moment('When.'),
    endedAt: maybe(moment('Null while it runs.')),
    waves: many(one(() => WaveType, 'In order.')),
  },
);

const RedirectCommandType = objectType(
  'RedirectCommand',
  { about: 'One of the two commands of a redirect.' },
  {
    action: one(() => words.RedirectAction, 'Out, or back.'),
    commandId: rawId('The command.'),
    generation: number('Of the command.'),
    because: text('In words.'),
    at: moment('When.'),
  },
);

const RedirectAnswerType = objectType(
  'RedirectAnswer',
  { about: 'What a node answered to a redirect.' },
  {
    action: one(() => words.RedirectAction, 'To which command.'),
    nodeId: rawId('The node.'),
    status: text('Its answer.'),
    answeredAt: moment('When.'),
  },
);

/** Traffic of a PoP or region that is moved to its siblings. */
export const RedirectType = nodeType(
  'Redirect',
  {
    about: 'Traffic of a PoP or region that is moved to its siblings.',
    rawId: ({ redirectId }: RedirectRow) => redirectId,
  },
  {
    redirectId: rawId('Its id.'),
    incidentId: rawId('For which incident.'),
    alertId: rawId('For which alert.'),
    status: one(() => words.RedirectStatus, 'What it is now.'),
    scope: maybe(one(() => words.RedirectScope, 'What is taken out.')),
    key: maybe(text('Which.')),
    nodes: many(text('Who leaves the traffic.')),
    siblings: many(text('Who takes it.')),
    evidence: many(
      one(() => EvidenceType, 'Its trigger.', {
        derive: ({ trigger }: RedirectRow) => evidenceOf({ trigger }),
      }),
    ),
    rails: many(one(() => RailType, 'What was asked before it was decided.')),
    refusals: many(one(() => RefusalType, 'Every refusal, in order.')),
    whyNot: whyNotField('What kept it from being done, in order.', ({ refusals }: RedirectRow) => refusedBy(refusals)),
    commands: many(one(() => RedirectCommandType, 'Out, and back.')),
    answers: many(one(() => RedirectAnswerType, 'Of its nodes.')),
    because: maybe(text('The last step, in words.')),
    decidedAt: moment('When.'),
    changedAt: moment('When it changed last.'),
    endedAt: maybe(moment('Null while it stands.')),
  },
);

/** An instruction to nodes or to a provider. */
export const CommandType = nodeType(
  'Command',
  { about: 'An instruction to nodes or to a provider.', rawId: ({ commandId }: CommandRow) => commandId },
  {
    commandId: rawId('Its id.'),
    action: one(() => words.CommandAction, 'What is to be done.', {
      derive: ({ command }: CommandRow) => command.action,
    }),
    rollbackId: maybe(rawId('The rollback that it is a part of; one of the four is there.')),
    redirectId: maybe(rawId('The redirect that it is a part of.')),
    rolloutId: maybe(rawId('The rollout that it is a stage of.')),
    fallbackId: maybe(rawId('The fallback that it is a step of.')),
    wave: whole('From 1.'),
    generation: number('Grows with every command to the fleet.'),
    status: one(() => words.CommandStatus, 'What it is now.'),
    refusal: maybe(text('Why the signer did not sign it.')),
    service: text('Of which service.', { derive: ({ command }: CommandRow) => command.service }),
    audience: many(text('Whom it is for.', { derive: ({ command }: CommandRow) => command.audience })),
    because: text('In words.', { derive: ({ command }: CommandRow) => command.reason }),
    issuedAt: moment('When.'),
    expiresAt: moment('Nobody acts on it afterwards.'),
  },
);

const ChecklistType = objectType(
  'OverrideChecklist',
  { about: 'What is known of an override when it is asked for.' },
  {
    isCritical: flag('Whether a critical incident is open.'),
    dollarsPerHour: number('What it costs.'),
    affectedCustomers: whole('Whom it hurts.'),
    resolutionEta: duration('How long it will last, as entered.', { from: 'resolutionEtaMs' }),
  },
);

const OverrideVoteType = objectType(
  'OverrideVote',
  { about: 'One vote on an override.' },
  {
    role: one(() => words.ApprovalRole, 'Under which role.'),
    isApproved: flag('Yes, or no.'),
    by: text('Who.'),
    comment: text('Why.'),
    at: moment('When.'),
  },
);

/** A rollback that was refused, asked for again with the checklist. */
export const OverrideType = nodeType(
  'Override',
  {
    about: 'A rollback that was refused, asked for again with the checklist.',
    rawId: ({ overrideId }: OverrideRow) => overrideId,
  },
  {
    overrideId: rawId('Its id.'),
    rollbackId: rawId('The rollback.'),
    status: one(() => words.OverrideStatus, 'What it is now.'),
    rails: many(text('What refused, and what it would open.')),
    checklist: one(() => ChecklistType, 'What was known.'),
    requestedBy: text('Who asked.'),
    comment: text('Why.'),
    requestedAt: moment('When.'),
    expiresAt: moment('Without three votes until then it is over.'),
    votes: many(one(() => OverrideVoteType, 'In order.')),
    because: maybe(text('Why it ended.')),
    endedAt: maybe(moment('Null while it is open.')),
  },
);

const FallbackCommandType = objectType(
  'FallbackCommand',
  { about: 'A step of a fallback that was commanded.' },
  {
    step: one(() => words.FallbackStep, 'Which step.'),
    provider: one(() => words.FallbackProvider, 'Who is told.'),
    commandId: rawId('The command.'),
    generation: number('Of the command.'),
    at: moment('When.'),
  },
);

const FallbackAnswerType = objectType(
  'FallbackAnswer',
  { about: 'What a provider answered.' },
  {
    step: one(() => words.FallbackStep, 'To which step.'),
    provider: maybe(one(() => words.FallbackProvider, 'Who answered.')),
    status: text('Its answer.'),
    detail: text('In words.'),
    at: moment('When.'),
  },
);

/** Another DNS provider for a customer that is hurt. */
export const FallbackType = nodeType(
  'Fallback',
  { about: 'Another DNS provider for a customer that is hurt.', rawId: ({ fallbackId }: FallbackRow) => fallbackId },
  {
    fallbackId: rawId('Its id.'),
    incidentId: rawId('For which incident.'),
    customerId: rawId('For whom.'),
    provider: one(() => words.FallbackProvider, 'The one that is asked now.'),
    status: one(() => words.FallbackStatus, 'What it is now.'),
    isDryRun: flag('Whether it only records whom it would be for.'),
    commands: many(one(() => FallbackCommandType, 'In order.')),
    answers: many(one(() => FallbackAnswerType, 'In order.')),
    because: text('Why it was decided, changed, stopped or ended.'),
    decidedAt: moment('When.'),
    changedAt: moment('When it changed last.'),
    endedAt: maybe(moment('Null while it stands.')),
  },
);

/** A page of them. */
export const RollbackConnection = connectionType('Rollback', () => RollbackType);
/** A page of them. */
export const RedirectConnection = connectionType('Redirect', () => RedirectType);
/** A page of them. */
export const CommandConnection = connectionType('Command', () => CommandType);
/** A page of them. */
export const OverrideConnection = connectionType('Override', () => OverrideType);
/** A page of them. */
export const FallbackConnection = connectionType('Fallback', () => FallbackType);
