import {
  APPROVAL_KINDS,
  APPROVAL_ROLES,
  AUTOMATION_MODES,
  CAUSE_VERDICTS,
  COMMAND_ACTIONS,
  FALLBACK_PROVIDERS,
  FALLBACK_STEPS,
  FAMILY_NAMES,
  GATE_LACKS,
  GATE_VERDICTS,
  NO_DATA,
  PREFLIGHT_ITEMS,
  PERMISSIONS,
  PRINCIPAL_ROLES,
  RISKS,
  ROLLOUT_MODES,
  ROLLOUT_ORIGINS,
  RULE_SCOPES,
  SCOPES,
  SEVERITIES,
  SIGNAL_NAMES,
  STATUS_IMPACTS,
  STATUS_STATES,
  TIERS,
  WEEKDAYS,
  WHY_NOT_VERDICTS,
} from '#contracts';
import {
  COMMAND_STATUSES,
  DELIVERY_STATUSES,
  FALLBACK_STATUSES,
  OVERRIDE_STATUSES,
  REDIRECT_STATUSES,
  ROLLBACK_STATUSES,
  ROLLOUT_STATUSES,
  STATUS_UPDATE_STATUSES,
} from '#store';
import { EXPLAINED_KINDS } from '../../explain/explanation.js';
import { enumType } from '../schema/define.js';

// The words are those of REST, of events and of the CLI, in their spelling: one word for one thing at every door.

/** What an alert is now; unknown: the telemetry that it rests on stopped. */
export const AlertState = enumType(
  'AlertState',
  ['pending', 'firing', 'unknown', 'recovering', 'resolved'],
  'What an alert is now; unknown: the telemetry that it rests on stopped.',
);
/** What an incident is now. */
export const IncidentStatus = enumType(
  'IncidentStatus',
  ['open', 'acknowledged', 'resolved'],
  'What an incident is now.',
);
/** How bad it is. */
export const Severity = enumType('Severity', SEVERITIES, 'How bad it is.');
/** What kind of thing an alert or an incident is about. */
export const Scope = enumType('Scope', SCOPES, 'What kind of thing an alert or an incident is about.');
/** What a rule may be evaluated for. */
export const RuleScope = enumType('RuleScope', RULE_SCOPES, 'What a rule may be evaluated for.');
/** What a rule may read. */
export const Signal = enumType('Signal', SIGNAL_NAMES, 'What a rule may read.');
/** What becomes of an alert whose subject has no data. */
export const NoData = enumType('NoData', NO_DATA, 'What becomes of an alert whose subject has no data.');
/** Revenue class of a customer. */
export const Tier = enumType('Tier', TIERS, 'Revenue class of a customer.');
/** By what outcomes are counted. */
export const Family = enumType('Family', FAMILY_NAMES, 'By what outcomes are counted.');
/** What was changed. */
export const CauseKind = enumType('CauseKind', ['release', 'config', 'rules'], 'What was changed.');
/** How far a change is known to explain a fault. */
export const CauseVerdict = enumType('CauseVerdict', CAUSE_VERDICTS, 'How far a change is known to explain a fault.');
/** What keeps an alert from paging. */
export const MutedBy = enumType('MutedBy', ['silence', 'maintenance', 'alert'], 'What keeps an alert from paging.');
/** What a rollout is now. */
export const RolloutStatus = enumType('RolloutStatus', ROLLOUT_STATUSES, 'What a rollout is now.');
/** Who moves the release: another system, or Tocsin. */
export const RolloutMode = enumType('RolloutMode', ROLLOUT_MODES, 'Who moves the release: another system, or Tocsin.');
/** How a rollout came to be known. */
export const RolloutOrigin = enumType('RolloutOrigin', ROLLOUT_ORIGINS, 'How a rollout came to be known.');
/** What was done about a rollout. */
export const RolloutStepKind = enumType(
  'RolloutStepKind',
  ['start_requested', 'approved', 'halt_requested', 'halt_commanded', 'promoted', 'commanded'],
  'What was done about a rollout.',
);
/** What became of one node that was told to take a release. */
export const NodeUpdateStatus = enumType(
  'NodeUpdateStatus',
  ['done', 'failed', 'timeout'],
  'What became of one node that was told to take a release.',
);
/** How much may go wrong, as its author sees it. */
export const Risk = enumType('Risk', RISKS, 'How much may go wrong, as its author sees it.');
/** What must be there before a rollout starts. */
export const PreflightItem = enumType('PreflightItem', PREFLIGHT_ITEMS, 'What must be there before a rollout starts.');
/** What a gate says. */
export const GateVerdict = enumType('GateVerdict', GATE_VERDICTS, 'What a gate says.');
/** How far a gate is: before the start, armed while a stage bakes, waits or is watched, or over. */
export const GatePhase = enumType(
  'GatePhase',
  ['declared', 'baking', 'approval', 'watch', 'over'],
  'How far a gate is: before the start, armed while a stage bakes, waits or is watched, or over.',
);
/** What a person was called for. */
export const GateLack = enumType(
  'GateLack',
  GATE_LACKS,
  'What a person was called for: an answer that is overdue, or a control that is not there.',
);
/** What waits for a person. */
export const ApprovalKind = enumType('ApprovalKind', APPROVAL_KINDS, 'What waits for a person.');
/** What a rollback is now. */
export const RollbackStatus = enumType('RollbackStatus', ROLLBACK_STATUSES, 'What a rollback is now.');
/** What a wave is now. */
export const WaveStatus = enumType('WaveStatus', ['planned', 'commanded', 'verified'], 'What a wave is now.');
/** What a redirect is now. */
export const RedirectStatus = enumType('RedirectStatus', REDIRECT_STATUSES, 'What a redirect is now.');
/** What is taken out of the traffic. */
export const RedirectScope = enumType('RedirectScope', ['pop', 'region'], 'What is taken out of the traffic.');
/** Out of the traffic, or back. */
export const RedirectAction = enumType('RedirectAction', ['drain', 'resume'], 'Out of the traffic, or back.');
/** What a command is now. */
export const CommandStatus = enumType('CommandStatus', COMMAND_STATUSES, 'What a command is now.');
/** What a node or a provider is told to do. */
export const CommandAction = enumType('CommandAction', COMMAND_ACTIONS, 'What a node or a provider is told to do.');
/** What an override is now. */
export const OverrideStatus = enumType('OverrideStatus', OVERRIDE_STATUSES, 'What an override is now.');
/** Whose three votes open a rail. */
export const ApprovalRole = enumType('ApprovalRole', APPROVAL_ROLES, 'Whose three votes open a rail.');
/** What a fallback is now. */
export const FallbackStatus = enumType('FallbackStatus', FALLBACK_STATUSES, 'What a fallback is now.');
/** Another DNS provider. */
export const FallbackProvider = enumType('FallbackProvider', FALLBACK_PROVIDERS, 'Another DNS provider.');
/** A step of a fallback. */
export const FallbackStep = enumType('FallbackStep', FALLBACK_STEPS, 'A step of a fallback.');
/** Whether updates go on. */
export const BreakerStatus = enumType('BreakerStatus', ['closed', 'open', 'half_open'], 'Whether updates go on.');
/** How far Tocsin goes by itself. */
export const AutomationMode = enumType('AutomationMode', AUTOMATION_MODES, 'How far Tocsin goes by itself.');
/** What a delivery is now. */
export const DeliveryStatus = enumType('DeliveryStatus', DELIVERY_STATUSES, 'What a delivery is now.');
/** What is sent. */
export const DeliverySubject = enumType(
  'DeliverySubject',
  ['page', 'command', 'notice', 'rollout', 'status', 'change'],
  'What is sent.',
);
/** What one attempt did. */
export const AttemptOutcome = enumType('AttemptOutcome', ['delivered', 'retry', 'gave_up'], 'What one attempt did.');
/** Whether a silence mutes now. */
export const SilenceStatus = enumType('SilenceStatus', ['pending', 'active', 'ended'], 'Whether a silence mutes now.');
/** How far a fire drill came. */
export const DrillStatus = enumType(
  'DrillStatus',
  ['requested', 'signalled', 'fired', 'passed', 'failed'],
  'How far a fire drill came.',
);
/** What a status update is now. */
export const StatusUpdateStatus = enumType(
  'StatusUpdateStatus',
  STATUS_UPDATE_STATUSES,
  'What a status update is now.',
);
/** How far a fault is known, as status pages say it. */
export const StatusState = enumType('StatusState', STATUS_STATES, 'How far a fault is known, as status pages say it.');
/** How bad it is, as status pages say it. */
export const StatusImpact = enumType('StatusImpact', STATUS_IMPACTS, 'How bad it is, as status pages say it.');
/** Whether somebody is still called. */
export const EscalationStatus = enumType(
  'EscalationStatus',
  ['running', 'acknowledged', 'snoozed', 'exhausted', 'ended'],
  'Whether somebody is still called.',
);
/** What a key may do. */
export const Role = enumType('Role', PRINCIPAL_ROLES, 'What a key may do.');
/** One thing that a key may do. */
export const Permission = enumType('Permission', PERMISSIONS, 'One thing that a key may do.');
/** A day of the week. */
export const Weekday = enumType('Weekday', WEEKDAYS, 'A day of the week.');
/** What can be explained; any: its kind is not known. */
export const ExplainedKind = enumType(
  'ExplainedKind',
  EXPLAINED_KINDS,
  'What can be explained; any: its kind is not known.',
);
/** Why a rule paged or acted for nobody. */
export const WhyNotVerdict = enumType('WhyNotVerdict', WHY_NOT_VERDICTS, 'Why a rule paged or acted for nobody.');
