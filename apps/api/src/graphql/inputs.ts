import {
  duration,
  flag,
  inputType,
  json,
  many,
  maybe,
  moment,
  number,
  one,
  rawId,
  text,
  whole,
} from './schema/define.js';
import { mutationInput } from './schema/payload.js';
import * as words from './types/words.js';

const incidentId = rawId('The incident.');
const rolloutId = rawId('The rollout.');
const comment = text('Why; it is recorded.');
const why = maybe(text('Why; it is recorded.'));
const service = text('The service.');

/** A software version with a configuration revision, as it is asked about. */
export const ReleaseInput = inputType('ReleaseInput', 'A software version with a configuration revision.', {
  softwareVersion: text('Of the name server.'),
  configRev: text('Of its configuration.'),
});
const release = one(() => ReleaseInput, 'The release.');

/** What `AcknowledgeIncident` is sent. */
export const AcknowledgeIncidentInput = mutationInput('AcknowledgeIncident', {
  incidentId,
  note: maybe(text('What is said with it.')),
});
const KeptHeadInput = inputType('KeptHeadInput', 'How far the events went, and the digest over all of them.', {
  position: number('Of the last of them.'),
  digest: text('SHA-256, in hex.'),
});
/** What `BeginVerification` is sent. */
export const BeginVerificationInput = mutationInput('BeginVerification', {
  keptHeads: maybe(many(one(() => KeptHeadInput, 'Heads that were kept elsewhere, at most 100: they are compared.'))),
});
/** What `BeginBacktest` is sent. */
export const BeginBacktestInput = mutationInput('BeginBacktest', {
  rules: text('A set of rules, as a file of them has it: YAML, at most 50,000 characters.'),
  incidentId: maybe(rawId('Over the time of this incident, with what was around it; or from and to.')),
  from: maybe(moment('Over a time of 6 h at most.')),
  to: maybe(moment('Until when.')),
});
/** What `HandOverIncident` is sent. */
export const HandOverIncidentInput = mutationInput('HandOverIncident', {
  incidentId,
  to: text('Whom it is given.'),
  note: maybe(text('What is said with it.')),
});
/** What `SnoozeIncident` is sent. */
export const SnoozeIncidentInput = mutationInput('SnoozeIncident', {
  incidentId,
  duration: duration('For how long nobody is called.'),
  comment,
});
/** What `NoteIncident` is sent. */
export const NoteIncidentInput = mutationInput('NoteIncident', { incidentId, text: text('What is said.') });
/** What `ResolveAlert` is sent. */
export const ResolveAlertInput = mutationInput('ResolveAlert', {
  comment: why,
  alertId: rawId('An alert of another system.'),
});

const RatioTestInput = inputType('RatioTestInput', 'What a sequential test takes for well and for faulty.', {
  healthy: number('Failing share of a release that is well.'),
  faulty: number('Of one that is not.'),
});
const GateSettingsInput = inputType('GateSettingsInput', 'What a stage is judged by.', {
  failing: one(() => RatioTestInput, 'Of the cohort.'),
  customerFailing: maybe(one(() => RatioTestInput, 'Of single customers.')),
  noCustomerEscalations: maybe(flag('Whether an open escalation of a customer blocks the promotion.')),
  impactScoreMax: maybe(number('Impact score of the cohort above which the stage is stopped.')),
});
const PlannedStageInput = inputType('PlannedStageInput', 'A stage of a plan.', {
  name: text('Its name.'),
  sharePercent: number('Of the nodes, with those of the stages before.'),
  durationMs: duration('How long the gate watches at least.'),
  gate: one(() => GateSettingsInput, 'What it is judged by.'),
  needsApproval: maybe(flag('Whether a person says that the next stage may begin.')),
});
const RolloutPlanInput = inputType('RolloutPlanInput', 'The stages of a rollout.', {
  stages: many(one(() => PlannedStageInput, 'In order.')),
  watchMs: maybe(duration('How long it is watched after the last.')),
});
/** What `DeclareRollout` is sent. */
export const DeclareRolloutInput = mutationInput('DeclareRollout', {
  comment: why,
  rolloutId,
  service,
  release,
  previous: one(() => ReleaseInput, 'What its nodes run now, and what a rollback returns to.'),
  mode: maybe(one(() => words.RolloutMode, 'Who moves it; advisory unless told.')),
  plan: maybe(one(() => RolloutPlanInput, 'Its stages; the default pipeline unless told.')),
  nodes: maybe(many(text('Whom it is for; every node unless told.'))),
});
/** What `StartRollout` is sent. */
export const StartRolloutInput = mutationInput('StartRollout', { comment: why, rolloutId });
/** What `HaltRollout` is sent. */
export const HaltRolloutInput = mutationInput('HaltRollout', { rolloutId, comment });
/** What `ApproveStage` is sent. */
export const ApproveStageInput = mutationInput('ApproveStage', {
  rolloutId,
  stage: text('The stage after which the next may begin.'),
  note: maybe(text('What is said with it.')),
});
/** What `AssessRisk` is sent. */
export const AssessRiskInput = mutationInput('AssessRisk', {
  comment: why,
  rolloutId,
  risk: one(() => words.Risk, 'How much may go wrong.'),
  author: text('Who says so.'),
  text: text('Why.'),
});
const LoadTestFamilyInput = inputType('LoadTestFamilyInput', 'One family of the load tester.', {
  family: text('Its name.'),
  passed: flag('Whether it passed.'),
  detail: maybe(text('In words with numbers.')),
});
/** What `TellLoadTest` is sent. */
export const TellLoadTestInput = mutationInput('TellLoadTest', {
  comment: why,
  rolloutId,
  nodeId: rawId('The node that was tested.'),
  families: many(one(() => LoadTestFamilyInput, 'Each family.')),
});
/** What `OverridePreflight` is sent. */
export const OverridePreflightInput = mutationInput('OverridePreflight', {
  rolloutId,
  items: many(one(() => words.PreflightItem, 'What is let pass.')),
  comment,
});
/** What `RequestRollback` is sent. */
export const RequestRollbackInput = mutationInput('RequestRollback', { rolloutId, comment });
/** What `ApproveRollback` is sent. */
export const ApproveRollbackInput = mutationInput('ApproveRollback', { rollbackId: rawId('The rollback.'), comment });
/** What `RequestOverride` is sent. */
export const RequestOverrideInput = mutationInput('RequestOverride', {
  rollbackId: rawId('The rollback that was refused.'),
  rails: many(text('The rails that refused it.')),
  resolutionEta: duration('How long it will last.'),
  comment,
});
/** What `VoteOnOverride` is sent. */
export const VoteOnOverrideInput = mutationInput('VoteOnOverride', {
  overrideId: rawId('The override.'),
  isApproved: flag('Yes, or no.'),
  role: maybe(one(() => words.ApprovalRole, 'Under which role, where the caller holds several that vote.')),
  comment,
});
/** What `EndRedirect` is sent. */
export const EndRedirectInput = mutationInput('EndRedirect', {
  redirectId: rawId('A redirect that stopped, and whose nodes will not come back.'),
  comment,
});
/** What `AttestRelease` is sent. */
export const AttestReleaseInput = mutationInput('AttestRelease', {
  comment: why,
  service,
  release,
  goodSince: moment('Since when it ran well.'),
  nodes: whole('On how many nodes.'),
  isRollbackSafe: flag('Whether it may be gone back to.'),
});
/** What `RehearseRollback` is sent. */
export const RehearseRollbackInput = mutationInput('RehearseRollback', {
  comment: why,
  service,
  release,
  passed: flag('Whether going back to it went well.'),
  detail: text('In words.'),
});
/** What `LiftQuarantine` is sent. */
export const LiftQuarantineInput = mutationInput('LiftQuarantine', { service, release, comment });
/** What `SwitchAutomation` is sent. */
export const SwitchAutomationInput = mutationInput('SwitchAutomation', { isOn: flag('On, or off.'), comment });
/** What `SetAutomationMode` is sent. */
export const SetAutomationModeInput = mutationInput('SetAutomationMode', {
  service,
  mode: one(() => words.AutomationMode, 'How far Tocsin goes.'),
  comment,
});
/** What `ResetRate` is sent. */
export const ResetRateInput = mutationInput('ResetRate', { service, comment });

/** A label of alerts, and what it may be. */
export const SelectedInput = inputType('SelectedInput', 'A label of alerts, and what it may be.', {
  label: text('rule, severity, region, pop, node, release, customer or tier.'),
  patterns: many(text('One of them fits; * stands for any characters.')),
});
/** What `AddSilence` is sent. */
export const AddSilenceInput = mutationInput('AddSilence', {
  where: many(one(() => SelectedInput, 'Which alerts: every label must fit.')),
  startsAt: maybe(moment('At once unless told.')),
  endsAt: maybe(moment('Either this or a duration.')),
  duration: maybe(duration('Either this or an end.')),
  comment,
});
/** What `ExpireSilence` is sent. */
export const ExpireSilenceInput = mutationInput('ExpireSilence', { comment: why, silenceId: rawId('The silence.') });
/** What `RetryDelivery` is sent. */
export const RetryDeliveryInput = mutationInput('RetryDelivery', {
  comment: why,
  deliveryId: rawId('One that was given up.'),
});
/** What `TestChannel` is sent. */
export const TestChannelInput = mutationInput('TestChannel', { name: text('Of the channel.'), comment: why });
/** What `EnableChannel` is sent. */
export const EnableChannelInput = mutationInput('EnableChannel', { name: text('Of the channel.'), comment });
/** What `BeginDrill` is sent. */
export const BeginDrillInput = mutationInput('BeginDrill', {
  comment: why,
  channel: maybe(text('All that page unless told.')),
});

const NodeInput = inputType('FleetNodeInput', 'A name server.', {
  nodeId: rawId('Its name.'),
  pop: text('Where it stands.'),
  region: text('Of which region that is.'),
  address: maybe(text('Where it can be asked by hand.')),
});
/** What `RegisterNodes` is sent. */
export const RegisterNodesInput = mutationInput('RegisterNodes', {
  comment: why,
  nodes: many(one(() => NodeInput, 'New, or moved.')),
});
const CustomerInput = inputType('CustomerInput', 'Whom the fleet serves.', {
  customerId: rawId('Its id.'),
  name: text('Its name.'),
  tier: one(() => words.Tier, 'Its revenue class.'),
  critical: flag('Emergency services and governments.'),
  zones: many(text('Its zones.')),
  sector: maybe(text('Its line of business.')),
  countries: maybe(many(text('ISO 3166-1; the first is its home.'))),
  sites: maybe(whole('How many sites stand behind it.')),
});
/** What `RegisterCustomers` is sent. */
export const RegisterCustomersInput = mutationInput('RegisterCustomers', {
  comment: why,
  customers: many(one(() => CustomerInput, 'New, or in place of what was registered.')),
  isDryRun: maybe(flag('Only says what would be done.')),
});
/** What `CreateKey` is sent. */
export const CreateKeyInput = mutationInput('CreateKey', {
  comment,
  name: text('Whose it is.'),
  role: one(() => words.Role, 'What it may do.'),
  nodeId: maybe(rawId('Of role node: its node.')),
  scopes: maybe(many(one(() => words.Permission, 'Part of what its role may do; all of it unless told.'))),
  expiresAt: maybe(moment('When it is over; not by itself unless told.')),
});
/** What `RevokeKey` is sent. */
export const RevokeKeyInput = mutationInput('RevokeKey', { comment, keyId: rawId('The key.') });
/** What `IssueNodeKey` is sent. */
export const IssueNodeKeyInput = mutationInput('IssueNodeKey', { comment, nodeId: rawId('The node.') });
/** What `RevokeNodeKey` is sent. */
export const RevokeNodeKeyInput = mutationInput('RevokeNodeKey', { comment, keyId: rawId('The key.') });
/** What `ReloadRules` is sent. */
export const ReloadRulesInput = mutationInput('ReloadRules', { comment: why });
/** What `ReloadOnCall` is sent. */
export const ReloadOnCallInput = mutationInput('ReloadOnCall', { comment: why });
const plan = json('The plan, as docs/on-call.schema.json has it: the same document that a file would hold.');
/** What `CheckOnCall` is sent. */
export const CheckOnCallInput = mutationInput('CheckOnCall', { plan });
/** What `LoadOnCall` is sent. */
export const LoadOnCallInput = mutationInput('LoadOnCall', {
  comment: why,
  plan,
  replacesFile: maybe(flag('Load it though a file holds the plan in force.')),
});
/** What `OverrideSchedule` is sent. */
export const OverrideScheduleInput = mutationInput('OverrideSchedule', {
  schedule: text('The schedule.'),
  person: text('Who takes the place.'),
  from: maybe(moment('Now unless told.')),
  until: moment('Until when.'),
  comment,
});
/** What `WithdrawScheduleOverride` is sent. */
export const WithdrawScheduleOverrideInput = mutationInput('WithdrawScheduleOverride', {
  comment: why,
  scheduleOverrideId: rawId('The override.'),
});
const ofUpdate = { incidentId, n: whole('The update.') };
/** What `PublishStatusUpdate` is sent. */
export const PublishStatusUpdateInput = mutationInput('PublishStatusUpdate', {
  comment: why,
  ...ofUpdate,
  text: maybe(text('In place of what was drafted.')),
  workaround: maybe(text('In place of what was drafted.')),
});
/** What `DiscardStatusUpdate` is sent. */
export const DiscardStatusUpdateInput = mutationInput('DiscardStatusUpdate', { ...ofUpdate, comment });
/** What `AttachRunbookResult` is sent. */
export const AttachRunbookResultInput = mutationInput('AttachRunbookResult', {
  incidentId,
  step: text('The step.'),
  output: text('What its command answered.'),
});
