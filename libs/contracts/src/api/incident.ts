import { z } from 'zod';
import { CAUSES_MAX, causeSchema } from '../cause.js';
import { eventSchemas } from '../event.js';
import {
  CALLED,
  FALLBACK_TROUBLES,
  PRIORITIES,
  REDIRECT_TROUBLES,
  ROLLBACK_TROUBLES,
  reasonSchema,
  SCOPES,
  SEVERITIES,
} from '../events/event-parts.js';
import { muteSchema } from '../events/silence-events.js';
import { impactSchema } from '../impact.js';
import { count, moment } from './answer.js';
import { listedDeliveryShape } from './delivery.js';
import { recordedEventShape } from './recorded-event.js';
import { redirectShape } from './redirect.js';
import { rollbackShape } from './rollback.js';

const subject = {
  rule: z.string(),
  scope: z.enum(SCOPES),
  key: z.string(),
  severity: z.enum(SEVERITIES),
  reason: reasonSchema,
};
const texts = z.record(z.string(), z.string());

/** An alert: a rule about one subject, from its first sign to its end. */
export const alertShape = z
  .object({
    alertId: z.string(),
    ...subject,
    state: z.enum(['pending', 'firing', 'unknown', 'recovering', 'resolved']),
    begunAt: moment,
    firedAt: moment.nullable(),
    changedAt: moment,
    dueAt: moment.nullable(),
    resolvedAt: moment.nullable(),
    because: z.string().nullable(),
    labels: texts,
    annotations: texts,
    runbook: z.string().nullable(),
    flapping: count.nullable(),
    isLate: z.boolean(),
    correction: eventSchemas.AlertCorrected.omit({ alertId: true }).nullable(),
    incidentId: z.string().nullable(),
    muted: muteSchema.nullable(),
  })
  .meta({ id: 'Alert' });

const escalation = z.object({
  to: z.enum(CALLED),
  alertId: z.string(),
  because: z.string(),
  redirect: z.object({ redirectId: z.string(), step: z.enum(REDIRECT_TROUBLES) }).optional(),
  rollback: z.object({ rollbackId: z.string(), step: z.enum(ROLLBACK_TROUBLES) }).optional(),
  fallback: z.object({ step: z.enum(FALLBACK_TROUBLES) }).optional(),
  joined: z.object({ count }).optional(),
  at: moment,
});
const request = z.object({
  what: z.enum(['status_update', 'fall_back']),
  alertId: z.string(),
  because: z.string(),
  at: moment,
});

/** An incident: one fault with all its alerts, one page. */
export const incidentShape = z
  .object({
    incidentId: z.string(),
    title: z.string(),
    status: z.enum(['open', 'acknowledged', 'resolved']),
    alertId: z.string().describe('The alert at its root'),
    ...subject,
    impact: impactSchema,
    peakImpact: impactSchema,
    openedAt: moment,
    acknowledgedAt: moment.nullable(),
    acknowledgedBy: z.string().nullable(),
    note: z.string().nullable(),
    owner: z.string().nullable(),
    snoozedUntil: moment.nullable(),
    resolvedAt: moment.nullable(),
    because: z.string().nullable(),
    muted: muteSchema.nullable(),
    causes: z.array(causeSchema).max(CAUSES_MAX),
    causesBecause: z.string().nullable(),
    priority: z.enum(PRIORITIES).nullable(),
    declaredAt: moment.nullable(),
    declaredBecause: z.string().nullable(),
    onsetAt: moment.nullable(),
    detectMs: z.number().nullable(),
    isDetectedInTime: z.boolean().nullable(),
    escalations: z.array(escalation),
    requests: z.array(request),
    alertIds: z.array(z.string()),
    rollbackIds: z.array(z.string()),
    redirectIds: z.array(z.string()),
  })
  .meta({ id: 'Incident' });

/** Who is called for an incident, and what happens next. */
export const escalationShape = z
  .object({
    policy: z.string(),
    state: z.string(),
    level: count,
    levels: count,
    round: count,
    rounds: count,
    because: z.string(),
    heldBy: z.string().nullable(),
    next: z.string().nullable(),
    nextAt: moment.nullable(),
    startedAt: moment,
  })
  .meta({ id: 'Escalation' });

/** An incident with everything that belongs to it, the timeline oldest first. */
export const incidentReportAnswer = z.object({
  incident: incidentShape,
  alerts: z.array(alertShape),
  timeline: z.array(recordedEventShape),
  rollbacks: z.array(rollbackShape),
  redirects: z.array(redirectShape),
  deliveries: z.array(listedDeliveryShape),
  escalation: escalationShape.nullable(),
});
