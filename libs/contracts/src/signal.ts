import { z } from 'zod';
import { nameSchema } from './node-report.js';
import { SEVERITIES } from './severity.js';

/** A release as it is named in signals and events. */
export const releaseSchema = z.object({ softwareVersion: nameSchema, configRev: nameSchema });

/** Most nodes one deploy signal may name. */
export const DEPLOY_NODES_MAX = 10_000;

/** Labels of an alert of another system; who has more keeps the first, by name. */
export const EXTERNAL_LABELS_MAX = 32;
/** Characters of one of their names and values: what is longer is cut at the door. */
export const EXTERNAL_TEXT_MAX = { name: 64, value: 200, summary: 500, key: 255 } as const;
/** Links of one alert. */
export const EXTERNAL_LINKS_MAX = 4;

/** The door that an alert of another system came through: who repeats what goes on, and who says it once. */
export const EXTERNAL_SOURCES = ['prometheus', 'alertmanager', 'pagerduty'] as const;

/** Labels and links of what another system tells, within their bounds. */
const externalLabels = z
  .record(z.string().max(EXTERNAL_TEXT_MAX.name), z.string().max(EXTERNAL_TEXT_MAX.value))
  .refine((labels) => Object.keys(labels).length <= EXTERNAL_LABELS_MAX, `at most ${EXTERNAL_LABELS_MAX} labels`);
const externalLinks = z
  .array(z.object({ href: z.url().max(1_000), text: z.string().max(EXTERNAL_TEXT_MAX.value) }))
  .max(EXTERNAL_LINKS_MAX);

const externalAlertSchema = z.object({
  /** Another system says of an alert of its own that it goes on, that somebody took it on, or that it is over. */
  type: z.literal('external_alert'),
  source: z.enum(EXTERNAL_SOURCES),
  /** The same thing has the same key at its source. */
  dedupKey: z.string().min(1).max(EXTERNAL_TEXT_MAX.key),
  action: z.enum(['trigger', 'acknowledge', 'resolve']),
  severity: z.enum(SEVERITIES),
  /** What kind of alert it is: `alertname`, or the class of an event. */
  name: z.string().min(1).max(EXTERNAL_TEXT_MAX.name),
  region: z.string().min(1).max(EXTERNAL_TEXT_MAX.name).optional(),
  summary: z.string().min(1).max(EXTERNAL_TEXT_MAX.summary),
  labels: externalLabels,
  links: externalLinks,
  startsAtMs: z.number().int().nonnegative().optional(),
  /** Who said it, where that was a person. */
  by: z.string().min(1).max(EXTERNAL_TEXT_MAX.value).optional(),
  /** The key that it was sent with, as the door saw it: no sender may have all places. */
  sender: z.string().min(1).max(128).optional(),
  atUs: z.number().int().nonnegative(),
});

/** What the world around the fleet tells us; `telemetry.signals` carries it. */
export const signalSchema = z.discriminatedUnion('type', [
  z.object({
    /** A release reaches nodes: the start of a rollout, or its next stage (same rolloutId). */
    type: z.literal('deploy'),
    rolloutId: nameSchema,
    service: nameSchema,
    release: releaseSchema,
    /** What these nodes ran before, and what a rollback returns to. */
    previous: releaseSchema,
    stage: nameSchema,
    nodes: z.array(nameSchema).min(1).max(DEPLOY_NODES_MAX),
    atUs: z.number().int().nonnegative(),
  }),
  z.object({
    /** What another provider sees of our trouble: its queries rise as customers leave, and fall as they come back. Never a cause. */
    type: z.literal('spillover'),
    /** `route53`, `cloudflare`, `google` … */
    provider: nameSchema,
    /** Queries a second now, and what is usual at this hour. */
    queriesPerSecond: z.number().nonnegative(),
    usualPerSecond: z.number().positive(),
    /** Answers from a cache past its time, a second. */
    stalePerSecond: z.number().nonnegative().optional(),
    /** False: it cannot take more, or is ill itself, as whoever sends this knows. Nobody is moved to it while that is news. */
    isHealthy: z.boolean().optional(),
    atUs: z.number().int().nonnegative(),
  }),
  /** Support tickets that are new since the last such signal; told at least once a minute, zero too. */
  z.object({ type: z.literal('tickets'), count: z.number().int().nonnegative(), atUs: z.number().int().nonnegative() }),
  z.object({
    /** A customer complains to somebody with a name, or is content again. Told once or often, by id; it opens once and closes once. */
    type: z.literal('customer_escalation'),
    escalationId: nameSchema,
    customerId: nameSchema,
    severity: z.enum(SEVERITIES),
    state: z.enum(['opened', 'closed']),
    atUs: z.number().int().nonnegative(),
  }),
  externalAlertSchema,
  z.object({
    /** Something was changed, as another system says: a deploy, a flag. It is recorded, and nothing is decided by it. */
    type: z.literal('external_change'),
    source: z.enum(EXTERNAL_SOURCES),
    changeId: z.string().min(1).max(EXTERNAL_TEXT_MAX.key),
    region: z.string().min(1).max(EXTERNAL_TEXT_MAX.name).optional(),
    summary: z.string().min(1).max(EXTERNAL_TEXT_MAX.summary),
    labels: externalLabels,
    links: externalLinks,
    sender: z.string().min(1).max(128).optional(),
    atUs: z.number().int().nonnegative(),
  }),
  z.object({
    /** Goes the way of a fault, and is none: a fire drill, which ends in a page called DRILL. Told once or often, by id. */
    type: z.literal('drill'),
    drillId: nameSchema,
    /** The one channel that is to be tried; absent: all that page. */
    channel: nameSchema.optional(),
    atUs: z.number().int().nonnegative(),
  }),
]);

/** A signal from outside. */
export type Signal = z.infer<typeof signalSchema>;
/** A release reaching nodes. */
export type DeploySignal = Extract<Signal, { type: 'deploy' }>;
/** A customer complains, or is content again. */
export type CustomerEscalationSignal = Extract<Signal, { type: 'customer_escalation' }>;
/** What another provider sees of our trouble. */
export type SpilloverSignal = Extract<Signal, { type: 'spillover' }>;
/** What another system says of an alert of its own. */
export type ExternalAlertSignal = Extract<Signal, { type: 'external_alert' }>;
/** A change that another system tells of. */
export type ExternalChangeSignal = Extract<Signal, { type: 'external_change' }>;
/** Support tickets that are new. */
export type TicketsSignal = Extract<Signal, { type: 'tickets' }>;
/** A fire drill on its way. */
export type DrillSignal = Extract<Signal, { type: 'drill' }>;
