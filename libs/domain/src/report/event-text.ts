import { type Event, type EventData, type EventType, type Mute, type Reason, releaseName } from '#contracts';

type Sentences = { readonly [T in EventType]?: (data: EventData<T>) => string };

const coverage = ({ coverage: share }: Reason): string => `coverage ${(100 * share).toFixed(0)} %`;

/** The numbers of a decision: what was compared, over how many outcomes, at which tick. */
const numbers = (reason: Reason): string =>
  `${reason.text} (rule ${reason.rule}, threshold ${reason.threshold}, ${reason.good} good, ${reason.bad} bad, ${coverage(reason)}, tick ${reason.tick})`;

const rails = (all: EventData<'RollbackDecided'>['rails']): string =>
  all.map(({ rail, holds, detail }) => `${rail} ${holds ? 'held' : 'refused'}: ${detail}`).join('; ');

const losing = (evidence: readonly Reason[]): string =>
  evidence.length === 0
    ? ''
    : `; held too, and came later in the order: ${evidence.map(({ text }) => text).join('; ')}`;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Who or what keeps a page back, and until when at the latest. */
const muteText = ({ by, id, because, untilMs }: Mute): string =>
  `${because} (${by} ${id}${untilMs === null ? '' : `, until ${iso(untilMs)}`})`;

const roundText = (round: number): string => (round === 0 ? '' : `, in round ${round + 1}`);

const SENTENCES: Sentences = {
  AlertFired: ({ scope, key, severity, reason }) => `a ${severity} alert of ${scope} ${key} fired: ${numbers(reason)}`,
  AlertSeverityRaised: ({ severity, reason }) => `the alert is ${severity} now: ${reason.text}`,
  AlertWithdrawn: ({ because }) => `the alert was withdrawn: ${because}`,
  AlertBecameUnknown: ({ because }) => `the alert became unknown: ${because}`,
  AlertResumed: ({ reason }) => `the alert fires again: ${numbers(reason)}`,
  AlertResolved: ({ reason }) => `the alert is resolved: ${numbers(reason)}`,
  AlertResolutionRequested: ({ by, alertId, comment }) =>
    `${by} said that alert ${alertId} is over${comment === undefined ? '' : `: ${comment}`}`,
  AlertMuted: ({ mute }) => `it pages nobody: ${muteText(mute)}`,
  AlertUnmuted: ({ because }) => `it may page again: ${because}`,
  IncidentOpened: ({ title, alertId, impact, onsetAt, at }) =>
    `an incident opened, by alert ${alertId}: ${title}; ${impact.affectedCustomers} customers, score ${impact.score}, $${impact.dollarsPerMinute} a minute` +
    (onsetAt === undefined ? '' : `; it began ${((at - onsetAt) / 1_000).toFixed(1)} s before`),
  AlertJoinedIncident: ({ rule, alertId, severity, widens, muted }) =>
    `${severity} alert ${alertId} of rule ${rule} joined it: ` +
    (widens === undefined
      ? `no page of its own${muted === undefined ? '' : `, for it is muted (${muted.because})`}`
      : `its page now says ${widens.scope} ${widens.key} as well (${widens.reason})`),
  IncidentCauseChanged: ({ alertId, title, because }) =>
    `alert ${alertId} is its cause now: ${because}; it is called: ${title}`,
  IncidentUnmuted: ({ because }) => `its page, which was held back, leaves: ${because}`,
  IncidentImpactChanged: ({ impact }) =>
    `its impact: ${impact.affectedCustomers} customers, score ${impact.score}, $${impact.dollarsPerMinute} a minute`,
  IncidentDeclared: ({ priority, because }) => `${priority} was declared: ${because}`,
  IncidentEscalated: ({ to, alertId, because }) =>
    `${to.replace('_', ' ')} was called, by alert ${alertId}: ${because}`,
  StatusUpdateRequested: ({ because }) => `a public status update was asked for: ${because}`,
  StatusUpdateDrafted: ({ n, update, because }) => `status update ${n} was drafted, ${update.state}: ${because}`,
  StatusCustomersListed: ({ n, customers }) =>
    `${customers.length} customers are listed to be told, from status update ${n} on`,
  StatusUpdatePublished: ({ n, update, by }) =>
    `status update ${n} was published by ${by}, ${update.state}: ${update.text}`,
  StatusUpdateDiscarded: ({ n, by, comment }) => `${by} discarded status update ${n}: ${comment}`,
  StatusUpdateOverdue: ({ n, because }) => `status update ${n} is overdue, and somebody was called: ${because}`,
  StatusUpdatesHeld: ({ because }) => `the public is told nothing: ${because}`,
  StatusUpdatesEnded: ({ because }) => `no more status updates: ${because}`,
  RunbookResultAttached: ({ step, by, output }) => `${by} attached what ${step} of the runbook answered: ${output}`,
  FallBackRequested: ({ because }) => `another DNS provider was asked for: ${because}`,
  IncidentAcknowledged: ({ by, note }) => `${by} took it on${note === '' ? '' : `: ${note}`}`,
  IncidentHandedOver: ({ by, to, note }) => `${by} gave it to ${to}${note === '' ? '' : `: ${note}`}`,
  IncidentSnoozed: ({ by, untilMs, comment }) => `${by} put it off until ${iso(untilMs)}: ${comment}`,
  EscalationStarted: ({ level, because }) => `level ${level} was called: ${because}`,
  EscalationAdvanced: ({ level, round, because }) => `level ${level} was called${roundText(round)}: ${because}`,
  EscalationRaised: ({ level, because }) => `level ${level} was called at once: ${because}`,
  EscalationPaused: ({ state, by, untilMs }) =>
    `nobody is called ${untilMs === null ? 'any more' : `until ${iso(untilMs)}`}: ${state} by ${by}`,
  EscalationResumed: ({ level, because }) => `level ${level} was called again: ${because}`,
  EscalationExhausted: ({ because }) => `every channel was called, and nobody after that: ${because}`,
  EscalationEnded: ({ because }) => `nobody is called any more: ${because}`,
  IncidentNoted: ({ by, text }) => `${by} says: ${text}`,
  IncidentResolved: ({ because }) => `the incident is resolved: ${because}`,
  ExternalChangeTold: ({ source, summary }) => `${source} tells of a change: ${summary}`,
  SpilloverObserved: ({ provider, level, because }) => `${provider} is ${level}: ${because}`,
  MaintenanceBegan: ({ window, startsAtMs, endsAtMs }) =>
    `maintenance ${window} began, planned from ${new Date(startsAtMs).toISOString()} until ${new Date(endsAtMs).toISOString()}`,
  MaintenanceEnded: ({ because }) => `maintenance ended: ${because}`,
  RolloutStarted: ({ rolloutId, release, stage, nodes }) =>
    `rollout ${rolloutId} began to bring ${releaseName(release)}: stage ${stage}, ${nodes.length} nodes`,
  RolloutStageReached: ({ rolloutId, stage, nodes }) =>
    `rollout ${rolloutId} reached stage ${stage}, ${nodes.length} nodes`,
  GateMeasured: ({ rolloutId, stage, cohort, control }) =>
    `stage ${stage} of rollout ${rolloutId} was measured: ${cohort.bad} of ${cohort.good + cohort.bad} fail, ${control.bad} of ${control.good + control.bad} beside it`,
  RolloutRolledBack: ({ rolloutId }) => `rollout ${rolloutId} is rolled back`,
  IncidentCausesRanked: ({ because }) => `changes were compared with it: ${because}`,
  GateDecided: ({ rolloutId, stage, verdict, because, tests }) =>
    `the gate of stage ${stage} of rollout ${rolloutId} says ${verdict.replaceAll('_', ' ')}: ${because}; ${tests.map(({ test, nats, detail }) => `${test}${nats === null ? '' : ` ${nats.toFixed(1)} nats`} (${detail})`).join('; ')}`,
  GateOverdue: ({ rolloutId, stage, lacking, because }) =>
    `the gate of stage ${stage} of rollout ${rolloutId} has no ${lacking ?? 'answer'}, and called a person: ${because}`,
  RolloutHalted: ({ rolloutId, because }) => `rollout ${rolloutId} was halted: ${because}`,
  RollbackDecided: ({ from, to, waves, trigger, evidence, rails: judged, gap }) =>
    `a rollback of ${releaseName(from)} to ${releaseName(to)} in ${waves.length} waves was decided, triggered by ${numbers(trigger)}` +
    `${losing(evidence)}; release ${gap.release.toFixed(2)} %, control ${gap.control.toFixed(2)} %; ${rails(judged)}`,
  RollbackRefused: ({ rail, because }) => `a rollback was refused by rail ${rail}: ${because}`,
  WaveCommanded: ({ wave, commandId, generation }) =>
    `wave ${wave} was commanded: command ${commandId}, generation ${generation}`,
  WaveStepAnswered: ({ wave, nodeId, step, status, detail }) =>
    `node ${nodeId} of wave ${wave}: ${step} ${status}${detail === '' ? '' : `, ${detail}`}`,
  WaveRepeated: ({ wave, commandId, missing }) =>
    `wave ${wave} was sent again, command ${commandId}: ${missing} nodes had not answered`,
  WaveAnswered: ({ wave, nodeId, status }) => `node ${nodeId} of wave ${wave} answered ${status}`,
  WaveVerified: ({ wave, because }) => `wave ${wave} is verified: ${because}`,
  RollbackStopped: ({ because }) => `the rollback stopped: ${because}`,
  RollbackCompleted: ({ because }) => `the rollback is complete: ${because}`,
  StakeholdersNotified: ({ because }) => `who has a stake is told: ${because}`,
  RollbackRequested: ({ rolloutId, by, comment }) => `${by} asked for a rollback of ${rolloutId}: ${comment}`,
  RollbackProposed: ({ mode, nodes, because }) => `a rollback of ${nodes} nodes is proposed (${mode}): ${because}`,
  RollbackApproved: ({ by, comment }) => `${by} approved the rollback: ${comment}`,
  RedirectDecided: ({ scope, key, nodes, siblings, trigger, rails: judged }) =>
    `${nodes.length} nodes of ${scope} ${key} were to leave the traffic to ${siblings.join(', ')}, triggered by ${numbers(trigger)}; ${rails(judged)}`,
  RedirectRefused: ({ rail, because }) => `a redirect was refused by rail ${rail}: ${because}`,
  RedirectCommanded: ({ action, commandId, because }) => `${action} was commanded: command ${commandId}; ${because}`,
  RedirectAnswered: ({ action, nodeId, status }) => `node ${nodeId} answered ${status} to ${action}`,
  RedirectVerified: ({ because }) => `the redirect is verified: ${because}`,
  RedirectWaiting: ({ because }) => `the place of the redirect waits for somebody to show that it is well: ${because}`,
  RedirectStopped: ({ because }) => `the redirect stopped: ${because}`,
  BreakerOpened: ({ service, because }) => `the circuit breaker of ${service} opened: ${because}`,
  BreakerHalfOpened: ({ service }) => `the circuit breaker of ${service} is half-open: one update decides`,
  BreakerClosed: ({ service, because }) => `the circuit breaker of ${service} closed: ${because}`,
  UpdateBegan: ({ nodeId, rolloutId }) => `the update of ${nodeId} began, of rollout ${rolloutId}`,
  UpdateEnded: ({ updateId, isHealthy, detail }) =>
    `update ${updateId} ended ${isHealthy ? 'healthy' : 'not healthy'}: ${detail}`,
  FallbackDecided: ({ customerId, provider, because }) => `${provider} is to answer for ${customerId}: ${because}`,
  FallbackCommanded: ({ step, provider, commandId }) => `${step} with ${provider}: command ${commandId}`,
  FallbackAnswered: ({ step, provider, status, detail }) =>
    `${provider ?? 'the provider'} answered ${status} to ${step}: ${detail}`,
  FallbackProviderChanged: ({ provider, because }) => `${provider} is asked next: ${because}`,
  FallbackStopped: ({ because }) => `the fallback needs a person: ${because}`,
  FallbackEnded: ({ because }) => `the fallback ended: ${because}`,
  HaltCommanded: ({ nodes, commandId }) => `${nodes.length} nodes were told to stop: command ${commandId}`,
  RedirectEnded: ({ because }) => `the redirect ended: ${because}`,
  CommandIssued: ({ command: { commandId, action, audience, generation, expiresAtMs, issuedAtMs, reason } }) =>
    `command ${commandId} was issued: ${action} for ${audience.length} nodes, generation ${generation}, valid for ${(expiresAtMs - issuedAtMs) / 1_000} s: ${reason}`,
  CommandSigned: ({ commandId, signed }) => `command ${commandId} was signed under key ${signed.keyId}`,
  CommandRefused: ({ commandId, code, because }) => `the signer refused command ${commandId}, ${code}: ${because}`,
  DeliveryRequested: ({ subject, action, channel, dedupKey }) =>
    `${subject === action ? subject : `${subject} ${action}`} was to be sent to ${channel}, key ${dedupKey}`,
  DeliveryAttempted: ({ attempt, outcome, status, detail }) =>
    `attempt ${attempt}: ${outcome.replace('_', ' ')}${status === null ? '' : `, status ${status}`}${detail === '' ? '' : `, ${detail}`}`,
  DeliverySuperseded: ({ because }) => `was not sent: ${because}`,
  DeliveryFellOver: ({ toChannel, because }) => `left through ${toChannel} as well: ${because}`,
  DeliveryRetried: ({ by }) => `${by} had it sent again`,
};

const WORDS = ['by', 'id', 'rule', 'because', 'verdict'] as const;
const MOMENTS = { until: 'until', untilMs: 'until', dueAtMs: 'due at' } as const;

const reasonText = (reason: unknown): readonly string[] =>
  typeof reason === 'object' && reason !== null && 'text' in reason ? [String(reason.text)] : [];

/** Events that have no sentence here say who, which, why and until when, as far as their data has it. */
const plain = (type: string, data: Readonly<Record<string, unknown>>): string => {
  const words = WORDS.flatMap((name) => {
    const value = data[name];
    return typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : [];
  });
  const moments = Object.entries(MOMENTS).flatMap(([name, word]) => {
    const value = data[name];
    return typeof value === 'number' ? [`${word} ${new Date(value).toISOString()}`] : [];
  });
  return [type, ...words, ...reasonText(data['reason']), ...moments].join(' ');
};

/** One sentence of an event, with its numbers. */
export const eventText = ({ type, data }: Event): string => {
  const sentence = SENTENCES[type] as ((data: unknown) => string) | undefined;
  return sentence === undefined ? plain(type, data as Readonly<Record<string, unknown>>) : sentence(data);
};
