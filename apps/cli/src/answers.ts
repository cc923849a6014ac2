import { z } from 'zod';
import { impactSchema } from '#contracts';

/** What the API answers, as far as the commands read it; what is new there does not disturb. */
const reason = z.looseObject({ text: z.string() });

const percentile = z.union([z.number(), z.string(), z.null()]);

/** Health of the fleet or of one region over a window. */
export const healthSchema = z.looseObject({
  key: z.string(),
  good: z.number(),
  bad: z.number(),
  /** Per cent; null without traffic. */
  success: z.number().nullable(),
  p50: percentile,
  p95: percentile,
  p99: percentile,
});
/** Health of the fleet or of one region over a window. */
export type Health = z.infer<typeof healthSchema>;

/** An incident in a list. */
export const incidentSchema = z.looseObject({
  incidentId: z.string(),
  title: z.string(),
  severity: z.string(),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  rule: z.string(),
  scope: z.string(),
  key: z.string(),
  reason,
  impact: impactSchema,
  peakImpact: impactSchema,
  openedAt: z.number(),
  acknowledgedAt: z.number().nullable(),
  acknowledgedBy: z.string().nullable(),
  owner: z.string().nullable().optional(),
  snoozedUntil: z.number().nullable().optional(),
  priority: z.string().nullable().optional(),
  detectMs: z.number().nullable().optional(),
  isDetectedInTime: z.boolean().nullable().optional(),
  escalations: z.array(z.looseObject({ to: z.string(), because: z.string(), at: z.number() })).default([]),
  requests: z.array(z.looseObject({ what: z.string(), because: z.string(), at: z.number() })).default([]),
  resolvedAt: z.number().nullable(),
});
/** An incident in a list. */
export type Incident = z.infer<typeof incidentSchema>;

/** Who is called for an incident, and what happens next. */
export const escalationSchema = z.looseObject({
  policy: z.string(),
  state: z.string(),
  level: z.number(),
  levels: z.number(),
  round: z.number(),
  rounds: z.number(),
  because: z.string(),
  heldBy: z.string().nullable(),
  next: z.string().nullable(),
  nextAt: z.number().nullable(),
});
/** Who is called for an incident, and what happens next. */
export type EscalationState = z.infer<typeof escalationSchema>;

const release = z.looseObject({ softwareVersion: z.string(), configRev: z.string() });

/** A rollback and its waves. */
export const rollbackSchema = z.looseObject({
  rollbackId: z.string(),
  incidentId: z.string().nullable(),
  status: z.string(),
  from: release.nullable(),
  to: release.nullable(),
  because: z.string().nullable(),
  waves: z.array(
    z.looseObject({
      wave: z.number(),
      nodes: z.array(z.string()),
      status: z.string(),
      commandedAt: z.number().nullable(),
      verifiedAt: z.number().nullable(),
      because: z.string().nullable(),
    }),
  ),
});
/** A rollback and its waves. */
export type Rollback = z.infer<typeof rollbackSchema>;

/** Traffic that is moved. */
export const redirectSchema = z.looseObject({
  redirectId: z.string(),
  status: z.string(),
  scope: z.string().nullable(),
  key: z.string().nullable(),
  nodes: z.array(z.string()),
  siblings: z.array(z.string()),
  refusals: z.array(z.looseObject({ rail: z.string(), because: z.string() })),
  because: z.string().nullable(),
});
/** Traffic that is moved. */
export type Redirect = z.infer<typeof redirectSchema>;

/** An alert of an incident. */
export const alertSchema = z.looseObject({
  rule: z.string(),
  scope: z.string(),
  key: z.string(),
  severity: z.string(),
  state: z.string(),
  firedAt: z.number(),
  resolvedAt: z.number().nullable(),
  reason,
});
/** An alert of an incident. */
export type Alert = z.infer<typeof alertSchema>;

/** An event as the stream gives it. */
export const recordedSchema = z.looseObject({
  position: z.number(),
  stream: z.string(),
  recordedAtMs: z.number(),
  event: z.looseObject({ type: z.string(), data: z.record(z.string(), z.unknown()) }),
  metadata: z.looseObject({ actor: z.string() }),
});
/** An event as the stream gives it. */
export type Recorded = z.infer<typeof recordedSchema>;

/** A delivery: a page or a command on its way out. */
export const deliverySchema = z.looseObject({
  deliveryId: z.string(),
  subject: z.string(),
  action: z.string(),
  channel: z.string(),
  dedupKey: z.string(),
  status: z.string(),
  attempts: z.number(),
});
/** A delivery: a page or a command on its way out. */
export type Delivery = z.infer<typeof deliverySchema>;
