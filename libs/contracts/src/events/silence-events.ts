import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { selectorSchema } from '../selector.js';
import { at, id } from './event-parts.js';

/** What keeps an alert from paging. */
const MUTED_BY = ['silence', 'maintenance', 'alert'] as const;

/** Why an alert, or a whole incident, pages nobody for now. */
export const muteSchema = z.object({
  by: z.enum(MUTED_BY),
  /** Of the silence, the maintenance or the alert that is its cause. */
  id,
  /** When it ends at the latest; null while its cause stands. */
  untilMs: z.number().int().nonnegative().nullable(),
  /** In words, with who said so. */
  because: z.string().max(500),
});
/** Why an alert, or a whole incident, pages nobody for now. */
export type Mute = z.infer<typeof muteSchema>;

const because = z.string().max(500);
const ms = z.number().int().nonnegative();

/** Events of stream `silence-<silenceId>`. */
export const silenceEvents = {
  /** Alerts that fit page nobody for a while. */
  SilenceCreated: z.object({
    silenceId: id,
    where: selectorSchema,
    /** Log time; never before the event can be known to the rules, so that every reading of the log mutes the same. */
    startsAtMs: ms,
    endsAtMs: ms,
    by: z.string().max(200),
    comment: z.string().min(1).max(1_000),
    at,
  }),
  /** Somebody ends it early. */
  SilenceExpired: z.object({ silenceId: id, endsAtMs: ms, by: z.string().max(200), at }),
  /** It mutes an alert for the first time. */
  SilenceMatched: z.object({ silenceId: id, alertId: id, at }),
  /** Notice ahead: from its end on, what it mutes pages. */
  SilenceEndsSoon: z.object({ silenceId: id, endsAtMs: ms, muting: z.number().int().nonnegative(), at }),
  /** The silence is over, by its time or by a person. */
  SilenceEnded: z.object({ silenceId: id, hasMatched: z.boolean(), at }),
} as const;

/** Events of stream `maintenance-<maintenanceId>`: one occurrence of a window of the rules. */
export const maintenanceEvents = {
  /** A maintenance window of the rules is open: what fits pages nobody. */
  MaintenanceBegan: z.object({ maintenanceId: id, window: nameSchema, startsAtMs: ms, endsAtMs: ms, at }),
  /** An alert was muted by the window. */
  MaintenanceMatched: z.object({ maintenanceId: id, alertId: id, at }),
  /** It got worse than work may make it: the occurrence mutes nothing any more. */
  MaintenanceBrokenThrough: z.object({ maintenanceId: id, alertId: id, because, at }),
  /** The window closes soon while something in it is still wrong. */
  MaintenanceEndsSoon: z.object({ maintenanceId: id, endsAtMs: ms, muting: z.number().int().nonnegative(), at }),
  /** The window is closed. */
  MaintenanceEnded: z.object({ maintenanceId: id, hasMatched: z.boolean(), because, at }),
} as const;

/** Events of stream `alert-<alertId>` that say whether it may page; the alert itself goes on. */
export const muteEvents = {
  /** Again with another mute: the one before ended, or gave way. */
  AlertMuted: z.object({ alertId: id, mute: muteSchema, at }),
  /** Nothing holds the page of the alert back any more. */
  AlertUnmuted: z.object({ alertId: id, because, at }),
} as const;
