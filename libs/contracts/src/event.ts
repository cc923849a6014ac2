import { z } from 'zod';
import { commandSchema, signedCommandSchema } from './command.js';
import { impactSchema, TIERS } from './impact.js';
import { nameSchema } from './node-report.js';
import { PRINCIPAL_ROLES } from './principal.js';
import { releaseSchema } from './signal.js';

const id = z.string().min(1).max(128);
/** Ms since the epoch, of log time: the tick that decided, never the wall clock of a process. */
const at = z.number().int().nonnegative();

/**
 * What an alert is about: the whole fleet, or one release in one region; for lost telemetry the partition or the node it is lost of;
 * for presence a node, or what it belongs to.
 */
export const SCOPES = ['fleet', 'release_region', 'partition', 'node', 'release', 'region', 'pop'] as const;
/** What an alert is about. */
export type Scope = (typeof SCOPES)[number];

/** Alert severities, worst last. */
export const SEVERITIES = ['warning', 'critical'] as const;

/** How the queries of another provider move against what is usual. */
export const SPILLOVER_LEVELS = ['rising', 'receding'] as const;
/** How the queries of another provider move against what is usual. */
export type SpilloverLevel = (typeof SPILLOVER_LEVELS)[number];

/** The numbers a decision rests on; stored with it, printed by `why`. */
export const reasonSchema = z.object({
  rule: id,
  signal: id,
  /** What was compared, in words with units: `success 80.71 % < 99 % over 1m`. */
  text: z.string().max(500),
  /** null = no number (a percentile that is a timeout, a window without data). */
  value: z.number().nullable(),
  threshold: z.number(),
  windowMs: z.number().int(),
  good: z.number(),
  bad: z.number(),
  /** The tick, and for how many of the live nodes the window was complete. */
  tick: z.number().int(),
  coverage: z.number().min(0).max(1),
  /** Last slot of the window, seconds of event time. */
  slot: z.number().int().optional(),
});
/** The numbers a decision rests on. */
export type Reason = z.infer<typeof reasonSchema>;

const alertKey = { alertId: id, rule: id, scope: z.enum(SCOPES), key: z.string().max(256) };
const release = { release: releaseSchema, previous: releaseSchema };

/**
 * Every event, by type. Names are in the past tense; an event is never changed, a new version gets a new name or optional fields.
 * Each has a decoding fixture in `fixtures/`.
 */
export const eventSchemas = {
  // stream catalogue
  NodesRegistered: z.object({
    nodes: z.array(z.object({ nodeId: nameSchema, pop: nameSchema, region: nameSchema })).max(1_000),
  }),
  CustomersRegistered: z.object({
    customers: z
      .array(
        z.object({
          customerId: nameSchema,
          name: z.string().min(1).max(200),
          tier: z.enum(TIERS),
          /** Emergency services and governments: first in every list; no effect on the score. */
          critical: z.boolean(),
          zones: z.array(z.string().min(1).max(255)).max(1_000),
        }),
      )
      .max(1_000),
  }),
  // stream key-<keyId>
  ApiKeyCreated: z.object({
    keyId: id,
    name: z.string().max(200),
    role: z.enum(PRINCIPAL_ROLES),
    nodeId: nameSchema.optional(),
    /** SHA-256, hex, of the secret; the secret itself is shown once and kept nowhere. */
    secretHash: z.string().length(64),
  }),
  ApiKeyRevoked: z.object({ keyId: id }),
  // stream node-keys-<nodeId>
  /** A key for the tags of a node's batches; its secret is derived from the id, and is in no event. */
  NodeKeyIssued: z.object({ keyId: id, nodeId: nameSchema, at }),
  /** `effectiveAt` lies ahead: whoever verifies has to know of it before, or the same record would count for one and not for another. */
  NodeKeyRevoked: z.object({ keyId: id, effectiveAt: at }),
  // stream rollout-<rolloutId>
  RolloutStarted: z.object({
    rolloutId: id,
    service: nameSchema,
    ...release,
    stage: nameSchema,
    nodes: z.array(nameSchema),
    at,
  }),
  RolloutStageReached: z.object({ rolloutId: id, stage: nameSchema, nodes: z.array(nameSchema), at }),
  RolloutHalted: z.object({ rolloutId: id, because: z.string().max(500), at }),
  RolloutRolledBack: z.object({ rolloutId: id, rollbackId: id, at }),
  // stream alert-<alertId>
  AlertFired: z.object({ ...alertKey, severity: z.enum(SEVERITIES), reason: reasonSchema, at }),
  /** The telemetry it rests on stopped: neither firing nor resolved. */
  AlertBecameUnknown: z.object({ alertId: id, because: z.string().max(500), at }),
  AlertResumed: z.object({ alertId: id, reason: reasonSchema, at }),
  AlertResolved: z.object({ alertId: id, reason: reasonSchema, at }),
  // stream incident-<incidentId>
  /** `incidentId` is the page key for the incident's whole life: hash of root rule, scope, key and episode. */
  IncidentOpened: z.object({
    incidentId: id,
    title: z.string().max(300),
    severity: z.enum(SEVERITIES),
    alertId: id,
    rule: id,
    scope: z.enum(SCOPES),
    key: z.string().max(256),
    reason: reasonSchema,
    impact: impactSchema,
    at,
  }),
  AlertJoinedIncident: z.object({ incidentId: id, alertId: id, rule: id, severity: z.enum(SEVERITIES), at }),
  IncidentImpactChanged: z.object({ incidentId: id, impact: impactSchema, at }),
  IncidentAcknowledged: z.object({ incidentId: id, by: z.string().max(200), note: z.string().max(1_000), at }),
  IncidentResolved: z.object({ incidentId: id, because: z.string().max(500), at }),
  /** What another provider saw while the incident was open: correlated with it, never its cause. */
  SpilloverObserved: z.object({
    incidentId: id,
    provider: nameSchema,
    level: z.enum(SPILLOVER_LEVELS),
    /** Queries against usual: 4 is +300 %; stale answers against queries. */
    ratio: z.number().nonnegative(),
    staleShare: z.number().min(0).max(1),
    because: z.string().max(500),
    observedAtUs: z.number().int().nonnegative(),
    at,
  }),
  // stream rollback-<rollbackId>
  RollbackDecided: z.object({
    rollbackId: id,
    incidentId: id,
    rolloutId: id,
    service: nameSchema,
    from: releaseSchema,
    to: releaseSchema,
    /** Explicit nodes of each wave; a rollback is a canary of its own. */
    waves: z.array(z.array(nameSchema).min(1)).min(1).max(10),
    /** The first trigger, in the listed order, that held; the others are evidence. */
    trigger: reasonSchema,
    evidence: z.array(reasonSchema).max(20),
    rails: z.array(z.object({ rail: z.string(), holds: z.boolean(), detail: z.string().max(500) })),
    /** Success, per cent, of the release and of its control at the decision: each wave must close half of the gap. */
    gap: z.object({ release: z.number(), control: z.number() }),
    at,
  }),
  /** A trigger held and a rail refused: what an operator asks about first. */
  RollbackRefused: z.object({ rollbackId: id, incidentId: id, rail: z.string(), because: z.string().max(500), at }),
  WaveCommanded: z.object({ rollbackId: id, wave: z.number().int(), generation: z.number().int(), commandId: id, at }),
  WaveAnswered: z.object({
    rollbackId: id,
    wave: z.number().int(),
    nodeId: nameSchema,
    status: z.string().max(20),
    at,
  }),
  WaveVerified: z.object({ rollbackId: id, wave: z.number().int(), because: z.string().max(500), at }),
  RollbackStopped: z.object({ rollbackId: id, because: z.string().max(500), at }),
  /** Every wave verified by telemetry of the nodes themselves. */
  RollbackCompleted: z.object({ rollbackId: id, because: z.string().max(500), at }),
  // stream command-<commandId>
  CommandIssued: z.object({ command: commandSchema }),
  CommandSigned: z.object({ commandId: id, signed: signedCommandSchema }),
  // stream delivery-<deliveryId>
  DeliveryRequested: z.object({
    deliveryId: id,
    /** The stream that caused it and what is to be said. */
    subject: z.enum(['page', 'command']),
    /** `update` tells an open page's receiver that it became much worse. */
    action: z.enum(['trigger', 'update', 'acknowledge', 'resolve', 'command']),
    channel: nameSchema,
    /** Incident id or command id: the receiver folds duplicates by it; deliveries of one key keep their order. */
    dedupKey: id,
    body: z.record(z.string(), z.unknown()),
    at,
  }),
  DeliveryAttempted: z.object({
    deliveryId: id,
    attempt: z.number().int().positive(),
    outcome: z.enum(['delivered', 'retry', 'gave_up']),
    status: z.number().int().nullable(),
    detail: z.string().max(500),
    /** When the next attempt is due; null when there is none. */
    dueAtMs: z.number().int().nullable(),
    at,
  }),
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
  key: (keyId: string) => `key-${keyId}`,
  nodeKeys: (nodeId: string) => `node-keys-${nodeId}`,
  rollout: (rolloutId: string) => `rollout-${rolloutId}`,
  alert: (alertId: string) => `alert-${alertId}`,
  incident: (incidentId: string) => `incident-${incidentId}`,
  rollback: (rollbackId: string) => `rollback-${rollbackId}`,
  command: (commandId: string) => `command-${commandId}`,
  delivery: (deliveryId: string) => `delivery-${deliveryId}`,
} as const;
