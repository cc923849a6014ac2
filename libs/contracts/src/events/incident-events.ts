import { z } from 'zod';
import { impactSchema } from '../impact.js';
import { nameSchema } from '../node-report.js';
import { CAUSES_MAX, causeSchema } from '../cause.js';
import {
  at,
  by,
  CALLED,
  comment,
  FALLBACK_TROUBLES,
  id,
  PRIORITIES,
  REDIRECT_TROUBLES,
  ROLLBACK_TROUBLES,
  reasonSchema,
  SCOPES,
  SEVERITIES,
  SPILLOVER_LEVELS,
} from './event-parts.js';
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
    /** When its subject began to fail, as far as the windows show it: the detection time is counted from here (R44). */
    onsetAt: at.optional(),
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
  /** A further alert belongs to the incident: it pages nobody by itself. */
  AlertJoinedIncident: z.object({
    incidentId: id,
    alertId: id,
    rule: id,
    severity: z.enum(SEVERITIES),
    /** It is about more than the incident was paged for, or, of another system, one alert more: the page says so. */
    widens: z.object({ scope: z.enum(SCOPES), key: z.string().max(256), reason: z.string().max(500) }).optional(),
    /** Why the page does not say so for now; when that ends it joins again, and widens. */
    muted: muteSchema.optional(),
    at,
  }),
  /** Whom it hurts, and what that costs, is otherwise than was told last. */
  IncidentImpactChanged: z.object({ incidentId: id, impact: impactSchema, at }),
  /** How urgent it is, said with its page, by nobody's hand (R48). */
  IncidentDeclared: z.object({ incidentId: id, priority: z.enum(PRIORITIES), because: z.string().max(500), at }),
  /** Somebody is told at once, beside the page: above its levels, once for an incident (R24), or because a redirect needs a person. */
  IncidentEscalated: z.object({
    incidentId: id,
    to: z.enum(CALLED),
    alertId: id,
    because: z.string().max(500),
    /** The redirect that needs a person, and what of it; absent: a rule asked for the call. */
    redirect: z.object({ redirectId: id, step: z.enum(REDIRECT_TROUBLES) }).optional(),
    /** The rollback that needs a person, and what of it. */
    rollback: z.object({ rollbackId: id, step: z.enum(ROLLBACK_TROUBLES) }).optional(),
    /** What of the incident's fallbacks needs a person. */
    fallback: z.object({ step: z.enum(FALLBACK_TROUBLES) }).optional(),
    /** More alerts of another system joined: how many critical ones it had then. */
    joined: z.object({ count: z.number().int().positive() }).optional(),
    at,
  }),
  /** A public status update is asked for, with what is known; who writes it is told as by a page. */
  StatusUpdateRequested: z.object({
    incidentId: id,
    alertId: id,
    because: z.string().max(500),
    impact: impactSchema,
    at,
  }),
  /** Another DNS provider is asked for, for the customers that are hurt; nothing is switched by Tocsin. */
  FallBackRequested: z.object({ incidentId: id, alertId: id, because: z.string().max(500), impact: impactSchema, at }),
  /** Somebody has it: nobody further is called. */
  IncidentAcknowledged: z.object({
    incidentId: id,
    by: z.string().max(200),
    note: z.string().max(1_000),
    /** Through which door, where it was none of Tocsin's own: `pagerduty`, `slack`, `link`. */
    via: nameSchema.optional(),
    at,
  }),
  /** Who took it on gives it to somebody else; it stays acknowledged. */
  IncidentHandedOver: z.object({ incidentId: id, by, to: nameSchema, note: z.string().max(1_000), at }),
  /** Nobody is called for it until then, though it is not over. */
  IncidentSnoozed: z.object({ incidentId: id, by, untilMs: at, comment, at }),
  /** Somebody says something about it, from wherever. */
  IncidentNoted: z.object({ incidentId: id, by, text: z.string().min(1).max(4_000), via: nameSchema.optional(), at }),
  /** What a command of the runbook answered, as somebody saw it. */
  RunbookResultAttached: z.object({
    incidentId: id,
    /** The step of the runbook. */
    step: nameSchema,
    by,
    output: z.string().min(1).max(8_000),
    at,
  }),
  /** All of its alerts are over. */
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
