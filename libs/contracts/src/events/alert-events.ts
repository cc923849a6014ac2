import { z } from 'zod';
import { alertKey, at, by, comment, id, reasonSchema, SEVERITIES } from './event-parts.js';

const severity = z.enum(SEVERITIES);
const because = z.string().max(500);
const texts = z.record(z.string().max(64), z.string().max(2_000));

/** Events of stream `alert-<alertId>`: one episode. */
export const alertEvents = {
  /** The condition of a rule with `for` holds; it fires when it still does at `dueAtMs`, under the same id. */
  AlertPending: z.object({ ...alertKey, severity, reason: reasonSchema, dueAtMs: at, at }),
  /** It did not hold for so long. */
  AlertPendingEnded: z.object({ alertId: id, because, at }),
  /** A rule, or another system, says that something is wrong: the alert is open. */
  AlertFired: z.object({
    ...alertKey,
    severity,
    reason: reasonSchema,
    labels: texts.optional(),
    /** The texts of the rule, with its numbers in them. */
    annotations: texts.optional(),
    runbook: z.string().max(1_000).optional(),
    /** The same rule fires for the same subject again and again: the how many-th time within half an hour, this one included. */
    flapping: z.number().int().positive().optional(),
    /** The window breached only after late data; its slot is a minute old. */
    isLate: z.boolean().optional(),
    /** The key of whoever sent it, where it is of another system. */
    sender: id.optional(),
    at,
  }),
  /** Told as a warning before, and as critical now: it pages from here on. */
  AlertSeverityRaised: z.object({ alertId: id, severity, reason: reasonSchema, at }),
  /** The telemetry it rests on stopped: neither firing nor resolved. */
  AlertBecameUnknown: z.object({ alertId: id, because, at }),
  /** A recovering alert breaches again before it was resolved. */
  AlertResumed: z.object({ alertId: id, reason: reasonSchema, at }),
  /** It is clear, and resolves when it still is at `untilMs`. */
  AlertRecovering: z.object({ alertId: id, reason: reasonSchema, untilMs: at, at }),
  /** The alert is over: well for as long as its rule asks, by the watermark and with coverage. */
  AlertResolved: z.object({ alertId: id, reason: reasonSchema, at }),
  /** Nobody judges it any more: the rules that are in force have none for it. */
  AlertWithdrawn: z.object({ alertId: id, because, at }),
  /**
   * What all data says once late data is there: `overturned` = the window on which it fired does not breach; `upheld` = a later
   * window of the episode does after all.
   */
  AlertCorrected: z.object({ alertId: id, verdict: z.enum(['overturned', 'upheld']), reason: reasonSchema, at }),
} as const;

/**
 * Events of stream `resolution-<alertId>`: what people say of alerts of other systems. Apart from the alert's own, which the rules alone write
 * to, since they know its version by what they wrote.
 */
export const resolutionEvents = {
  /** Somebody says that an alert of another system is over; the next tick resolves it. */
  AlertResolutionRequested: z.object({ alertId: id, incidentId: id.optional(), by, comment: comment.optional(), at }),
} as const;
