import { z } from 'zod';
import { impactSchema } from '../impact.js';
import { nameSchema } from '../node-report.js';
import { CAUSES_MAX, causeSchema } from '../cause.js';
import { at, id, reasonSchema, SCOPES, SEVERITIES, SPILLOVER_LEVELS } from './event-parts.js';
import { muteSchema } from './silence-events.js';

/** Events of stream `incident-<incidentId>`. */
export const incidentEvents = {
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
    /** Why no page leaves for now; absent: it leaves. */
    muted: muteSchema.optional(),
    at,
  }),
  /** The page that was held back leaves: a mute ended, or an alert joined that nobody muted. */
  IncidentUnmuted: z.object({ incidentId: id, alertId: id, because: z.string().max(500), at }),
  /** An alert that explains what the incident opened for takes its place as the root: one fault, one page. */
  IncidentCauseChanged: z.object({
    incidentId: id,
    title: z.string().max(300),
    alertId: id,
    rule: id,
    scope: z.enum(SCOPES),
    key: z.string().max(256),
    reason: reasonSchema,
    because: z.string().max(500),
    at,
  }),
  /** Which change explains the fault: told when the answer changes. */
  IncidentCausesRanked: z.object({
    incidentId: id,
    /** The likeliest first. */
    causes: z.array(causeSchema).max(CAUSES_MAX),
    because: z.string().max(500),
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
} as const;
