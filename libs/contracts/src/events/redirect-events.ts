import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { releaseSchema } from '../signal.js';
import { at, id, reasonSchema } from './event-parts.js';

/** What traffic may be moved away from. */
export const REDIRECT_SCOPES = ['pop', 'region'] as const;

const redirectAction = z.enum(['drain', 'resume']);

/** Events of stream `redirect-<redirectId>`. */
export const redirectEvents = {
  /** The traffic of a PoP or region goes to its healthy siblings (R25). */
  RedirectDecided: z.object({
    redirectId: id,
    incidentId: id,
    alertId: id,
    scope: z.enum(REDIRECT_SCOPES),
    key: nameSchema,
    /** Those that leave the traffic. */
    nodes: z.array(nameSchema).min(1),
    /** PoPs or regions that take it. */
    siblings: z.array(nameSchema).min(1),
    service: nameSchema,
    /** Outcomes a second that are expected of the nodes: what the siblings take on. Absent: nobody knows. */
    perS: z.number().nonnegative().optional(),
    /** What most of the nodes run; a redirect changes no release. */
    release: releaseSchema,
    trigger: reasonSchema,
    rails: z.array(z.object({ rail: z.string(), holds: z.boolean(), detail: z.string().max(500) })),
    at,
  }),
  /** The trigger held and a rail refused. */
  RedirectRefused: z.object({
    redirectId: id,
    incidentId: id,
    alertId: id,
    rail: z.string(),
    because: z.string().max(500),
    at,
  }),
  /** Nodes are told to leave the traffic, or to come back to it. */
  RedirectCommanded: z.object({
    redirectId: id,
    action: redirectAction,
    commandId: id,
    generation: z.number().int(),
    because: z.string().max(500),
    at,
  }),
  /** A node says what became of the command. */
  RedirectAnswered: z.object({
    redirectId: id,
    action: redirectAction,
    nodeId: nameSchema,
    status: z.string().max(20),
    at,
  }),
  /** The siblings carry the traffic and are well. */
  RedirectVerified: z.object({ redirectId: id, because: z.string().max(500), at }),
  /** Nobody shows, for long, that the place is well: it stays away until a person sees to it. Told once. */
  RedirectWaiting: z.object({ redirectId: id, because: z.string().max(500), at }),
  /** Nodes did not come back as commanded: a person is needed, and the incident stays open until they answer clients again. */
  RedirectStopped: z.object({ redirectId: id, because: z.string().max(500), at }),
  /** The traffic is back where it was. */
  RedirectEnded: z.object({ redirectId: id, because: z.string().max(500), at }),
} as const;
