import { z } from 'zod';
import type { Audit } from './audit.js';
import type { RequestTerms } from './request-terms.js';
import type { Command } from './command.js';
import { alertEvents, resolutionEvents } from './events/alert-events.js';
import { automationEvents } from './events/automation-events.js';
import { breakerEvents } from './events/breaker-events.js';
import { catalogueEvents } from './events/catalogue-events.js';
import { commandEvents } from './events/command-events.js';
import { drillEvents, spoolEvents, staleEvents } from './events/degraded-events.js';
import { channelEvents, deliveryEvents } from './events/delivery-events.js';
import { customerEscalationEvents } from './events/customer-escalation-events.js';
import { escalationEvents } from './events/escalation-events.js';
import { externalChangeEvents } from './events/external-change-events.js';
import { fallbackEvents } from './events/fallback-events.js';
import { incidentEvents } from './events/incident-events.js';
import { keyEvents } from './events/key-events.js';
import { onCallEvents } from './events/on-call-events.js';
import { overrideEvents } from './events/override-events.js';
import { redirectEvents } from './events/redirect-events.js';
import { releaseEvents } from './events/release-events.js';
import { replyEvents } from './events/reply-events.js';
import { rollbackEvents } from './events/rollback-events.js';
import { rulesEvents } from './events/rules-events.js';
import { rolloutEvents } from './events/rollout-events.js';
import { postMortemEvents, statusUpdateEvents } from './events/status-update-events.js';
import { maintenanceEvents, muteEvents, silenceEvents } from './events/silence-events.js';

export { SEVERITIES } from './severity.js';
export {
  type Call,
  callKeyOf,
  type Priority,
  type Reason,
  type Scope,
  SCOPES,
  type SpilloverLevel,
} from './events/event-parts.js';
export type { Mute } from './events/silence-events.js';
export { AUTOMATION_MODES, type AutomationMode } from './events/automation-events.js';
export type { SigningRefusal } from './events/command-events.js';
export { DRILL_HOPS, type DrillHop } from './events/degraded-events.js';
export { FALLBACK_PROVIDERS, FALLBACK_STEPS } from './events/fallback-events.js';
export { APPROVAL_ROLES, type ApprovalRole } from './events/override-events.js';
export { BLAME_MAX } from './events/rollback-events.js';
export {
  STATUS_CUSTOMERS_LISTED_MAX,
  STATUS_CUSTOMERS_MAX,
  STATUS_REGION_MAX,
  STATUS_REGIONS_MAX,
  STATUS_TITLE_MAX,
  STATUS_TEXT_MAX,
  STATUS_IMPACTS,
  STATUS_STATES,
  type StatusState,
  type StatusUpdate,
} from './events/status-update-events.js';
export { WAVE_STEPS, type WaveStep } from './wave-step.js';
export {
  GATE_LACKS,
  GATE_VERDICTS,
  PREFLIGHT_ITEMS,
  RISKS,
  ROLLOUT_MODES,
  ROLLOUT_ORIGINS,
} from './events/rollout-events.js';

/**
 * Every event, by type. Names are in the past tense; an event is never changed, a new version gets a new name or optional fields.
 * Each has a decoding fixture in `fixtures/`.
 */
export const eventSchemas = {
  ...catalogueEvents,
  ...keyEvents,
  ...rulesEvents,
  ...rolloutEvents,
  ...alertEvents,
  ...resolutionEvents,
  ...incidentEvents,
  ...rollbackEvents,
  ...redirectEvents,
  ...commandEvents,
  ...deliveryEvents,
  ...channelEvents,
  ...silenceEvents,
  ...maintenanceEvents,
  ...muteEvents,
  ...customerEscalationEvents,
  ...onCallEvents,
  ...escalationEvents,
  ...releaseEvents,
  ...automationEvents,
  ...breakerEvents,
  ...fallbackEvents,
  ...overrideEvents,
  ...replyEvents,
  ...statusUpdateEvents,
  ...postMortemEvents,
  ...spoolEvents,
  ...staleEvents,
  ...drillEvents,
  ...externalChangeEvents,
} as const;

/** The type of an event. */
export type EventType = keyof typeof eventSchemas;
/** The data of an event. */
export type EventData<T extends EventType> = z.infer<(typeof eventSchemas)[T]>;
/** An event as a decision returns it: type and data. */
export type Event = { [T in EventType]: { readonly type: T; readonly data: EventData<T> } }[EventType];
/** Events of certain types. */
export type EventOf<T extends EventType> = Extract<Event, { type: T }>;

/** Makes an event; the type checks the data. */
export const event = <T extends EventType>(type: T, data: EventData<T>): EventOf<T> =>
  ({ type, data }) as unknown as EventOf<T>;

/** Who or what caused an event: `user:alice`, `rules`, `dispatcher`; and the id of what it answers. */
export interface EventMetadata {
  readonly actor: string;
  readonly cause: string;
  /** Of an act through a door: who in particular, why, by which request. What follows from an act names it by its cause alone. */
  readonly audit?: Audit;
  /** On which terms it is appended; not recorded with it. */
  readonly terms?: RequestTerms;
}

/** An event as it is stored and published. */
export interface RecordedEvent {
  /** Place in the global order: gapless, in commit order, from 1. */
  readonly position: number;
  readonly stream: string;
  /** Version within the stream, from 1. */
  readonly version: number;
  readonly event: Event;
  readonly metadata: EventMetadata;
  readonly recordedAtMs: number;
  /** SHA-256, hex, over the previous hash of the stream and this event. */
  readonly hash: string;
}

/** The stream of a thing. */
export const streamOf = {
  catalogue: 'catalogue',
  rules: 'rules',
  rulesReload: 'rules-reload',
  key: (keyId: string) => `key-${keyId}`,
  nodeKeys: (nodeId: string) => `node-keys-${nodeId}`,
  rollout: (rolloutId: string) => `rollout-${rolloutId}`,
  alert: (alertId: string) => `alert-${alertId}`,
  /** What people say of an alert of another system. */
  alertResolution: (alertId: string) => `resolution-${alertId}`,
  incident: (incidentId: string) => `incident-${incidentId}`,
  rollback: (rollbackId: string) => `rollback-${rollbackId}`,
  redirect: (redirectId: string) => `redirect-${redirectId}`,
  command: (commandId: string) => `command-${commandId}`,
  /** Who is called for an incident. */
  escalation: (incidentId: string) => `incident-escalation-${incidentId}`,
  /** What the public is told of an incident. */
  status: (incidentId: string) => `status-${incidentId}`,
  postMortem: (incidentId: string) => `post-mortem-${incidentId}`,
  onCall: 'on-call',
  onCallReload: 'on-call-reload',
  channel: (channel: string) => `channel-${channel}`,
  delivery: (deliveryId: string) => `delivery-${deliveryId}`,
  silence: (silenceId: string) => `silence-${silenceId}`,
  maintenance: (maintenanceId: string) => `maintenance-${maintenanceId}`,
  customerEscalation: (escalationId: string) => `escalation-${escalationId}`,
  release: (service: string, release: string) => `release-${service}/${release}`,
  automation: 'automation',
  breaker: (service: string) => `breaker-${service}`,
  fallback: (fallbackId: string) => `fallback-${fallbackId}`,
  override: (overrideId: string) => `override-${overrideId}`,
  reply: (replyId: string) => `reply-${replyId}`,
  receiverIncident: (receiver: string, id: string) => `receiver-incident-${receiver}/${id}`,
  /** What the spool of a dispatcher sent while the database was away. */
  spooled: (spoolId: string) => `spooled-${spoolId}`,
  stale: (staleId: string) => `stale-${staleId}`,
  externalChange: (changeId: string) => `external-change-${changeId}`,
  drill: (drillId: string) => `drill-${drillId}`,
} as const;

/** The stream of what a command is a part of: its rollback, redirect, rollout or fallback. */
export const planStreamOf = ({ rollbackId, redirectId, rolloutId, fallbackId = '' }: Command): string => {
  if (rollbackId !== undefined) return streamOf.rollback(rollbackId);
  if (redirectId !== undefined) return streamOf.redirect(redirectId);
  return rolloutId === undefined ? streamOf.fallback(fallbackId) : streamOf.rollout(rolloutId);
};
