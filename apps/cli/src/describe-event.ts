import type { Recorded } from './answers.js';

const text = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `${value.length}`;
  if (typeof value === 'object' && value !== null) {
    if ('softwareVersion' in value && 'configRev' in value)
      return `${text(value.softwareVersion)}+${text(value.configRev)}`;
    if ('by' in value && 'because' in value) return text(value.because);
    if ('text' in value) return text(value.text);
    if ('good' in value && 'bad' in value) return `${text(value.bad)} of ${Number(value.good) + Number(value.bad)} bad`;
    if ('score' in value && 'affectedCustomers' in value && 'dollarsPerMinute' in value)
      return `${text(value.affectedCustomers)} customers, score ${text(value.score)}, $${text(value.dollarsPerMinute)} a minute`;
  }
  return JSON.stringify(value) ?? '';
};

/** What of an event's data is shown, in this order; ids of what the line is about stand in the stream's name already. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  AlertPending: ['scope', 'key', 'reason'],
  AlertPendingEnded: ['because'],
  AlertFired: ['scope', 'key', 'severity', 'reason', 'flapping'],
  AlertRecovering: ['reason'],
  AlertWithdrawn: ['because'],
  AlertCorrected: ['verdict', 'reason'],
  AlertResumed: ['reason'],
  AlertResolved: ['reason'],
  AlertBecameUnknown: ['because'],
  IncidentOpened: ['title', 'impact'],
  AlertJoinedIncident: ['rule', 'severity'],
  IncidentImpactChanged: ['impact'],
  IncidentAcknowledged: ['by', 'note'],
  IncidentResolved: ['because'],
  IncidentUnmuted: ['because'],
  IncidentCauseChanged: ['because', 'title'],
  IncidentCausesRanked: ['because'],
  AlertMuted: ['mute'],
  AlertUnmuted: ['because'],
  SilenceCreated: ['by', 'comment'],
  SilenceExpired: ['by'],
  SilenceEndsSoon: ['muting'],
  SilenceEnded: ['hasMatched'],
  MaintenanceBegan: ['window'],
  MaintenanceBrokenThrough: ['because'],
  MaintenanceEndsSoon: ['muting'],
  MaintenanceEnded: ['hasMatched', 'because'],
  SpilloverObserved: ['provider', 'level', 'because'],
  IncidentDeclared: ['priority', 'because'],
  IncidentEscalated: ['to', 'because'],
  StatusUpdateRequested: ['because', 'impact'],
  FallBackRequested: ['because', 'impact'],
  RedirectDecided: ['scope', 'key', 'nodes', 'siblings', 'trigger'],
  RedirectRefused: ['rail', 'because'],
  RedirectCommanded: ['action', 'generation', 'because'],
  RedirectAnswered: ['action', 'nodeId', 'status'],
  RedirectVerified: ['because'],
  RedirectWaiting: ['because'],
  RedirectStopped: ['because'],
  RedirectEnded: ['because'],
  BreakerOpened: ['service', 'failures', 'updates', 'because'],
  BreakerHalfOpened: ['service'],
  BreakerClosed: ['service', 'because'],
  UpdateBegan: ['nodeId', 'rolloutId'],
  UpdateEnded: ['isHealthy', 'detail'],
  FallbackDecided: ['customerId', 'provider', 'isDryRun', 'because'],
  FallbackCommanded: ['step', 'provider', 'generation'],
  FallbackAnswered: ['step', 'provider', 'status', 'detail'],
  FallbackProviderChanged: ['provider', 'because'],
  FallbackStopped: ['because'],
  FallbackEnded: ['because'],
  HaltCommanded: ['generation', 'nodes'],
  ReleaseAttested: ['release', 'nodes', 'isRollbackSafe', 'by'],
  RollbackRehearsed: ['release', 'passed', 'detail', 'by'],
  ReleaseQuarantined: ['release', 'because'],
  QuarantineLifted: ['release', 'by', 'comment'],
  AutomationSwitched: ['isOn', 'by', 'comment'],
  AutomationModeSet: ['service', 'mode', 'by', 'comment'],
  RateRailOpened: ['because'],
  RateRailReset: ['service', 'by', 'comment'],
  RollbackRequested: ['rolloutId', 'by', 'comment'],
  RollbackProposed: ['mode', 'nodes', 'because'],
  RollbackApproved: ['by', 'comment'],
  OverrideRequested: ['rails', 'by', 'comment'],
  OverrideVoted: ['role', 'isApproved', 'by', 'comment'],
  OverrideGranted: ['rollbackId'],
  OverrideRefused: ['because'],
  OverrideExpired: ['because'],
  RolloutDeclared: ['by', 'release', 'previous', 'mode', 'nodes'],
  RiskAssessed: ['risk', 'author', 'text'],
  BlastRadiusComputed: ['stages'],
  LoadTested: ['nodeId', 'families'],
  PreflightOverridden: ['by', 'items', 'comment'],
  PreflightBlocked: ['missing'],
  RolloutStartRequested: ['by'],
  StageApproved: ['by', 'stage', 'note'],
  HaltRequested: ['by', 'comment'],
  StageCommanded: ['stage', 'generation', 'nodes'],
  NodeUpdated: ['nodeId', 'status', 'detail'],
  StagePromoted: ['stage', 'next', 'because'],
  RolloutCompleted: ['because'],
  RolloutEnded: ['because'],
  RolloutStarted: ['release', 'previous', 'stage', 'nodes'],
  RolloutStageReached: ['stage', 'nodes'],
  GateMeasured: ['stage', 'phase', 'cohort', 'control'],
  GateDecided: ['stage', 'phase', 'verdict', 'because'],
  GateOverdue: ['stage', 'lacking', 'because'],
  RolloutHalted: ['because'],
  RolloutRolledBack: ['rollbackId'],
  RollbackDecided: ['from', 'to', 'waves', 'trigger'],
  RollbackRefused: ['rail', 'because'],
  WaveCommanded: ['wave', 'generation'],
  WaveStepAnswered: ['wave', 'nodeId', 'step', 'status', 'detail'],
  WaveAnswered: ['wave', 'nodeId', 'status'],
  WaveRepeated: ['wave', 'missing'],
  WaveVerified: ['wave', 'because'],
  RollbackStopped: ['because'],
  RollbackCompleted: ['because'],
  StakeholdersNotified: ['because'],
  CommandSigned: ['commandId'],
  CommandRefused: ['commandId', 'code', 'because'],
  DeliveryRequested: ['subject', 'action', 'channel', 'dedupKey'],
  DeliveryAttempted: ['outcome', 'attempt', 'status', 'detail'],
  ApiKeyCreated: ['name', 'role'],
  NodeKeyIssued: ['keyId'],
  NodeKeyRevoked: ['keyId'],
  NodesRegistered: ['nodes'],
  CustomersRegistered: ['customers'],
  RulesLoaded: ['version', 'source', 'sha256'],
  RulesRefused: ['source', 'problems'],
  RulesUnchanged: ['source'],
};

/** One line of text of an event's data. */
export const describeEvent = ({ event: { type, data } }: Recorded): string =>
  (SHOWN[type] ?? [])
    .filter((name) => data[name] !== undefined && data[name] !== '')
    .map((name) => `${name} ${text(data[name])}`)
    .join(', ');
