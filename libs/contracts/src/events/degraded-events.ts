import { z } from 'zod';
import { nameSchema } from '../node-report.js';
import { at, by, id } from './event-parts.js';

/** What a fire drill passes on its way, in this order. */
export const DRILL_HOPS = ['requested', 'signalled', 'decided', 'sent', 'accepted'] as const;
/** A hop of a fire drill. */
export type DrillHop = (typeof DRILL_HOPS)[number];

/** Events of stream `spooled-<spoolId>`: told afterwards, of what left from the spool of a dispatcher. */
export const spoolEvents = {
  /** A page left from the spool while the database was away. */
  PageSpooled: z.object({
    /** Of channel and key: the same whoever sends it. */
    spoolId: id,
    channel: nameSchema,
    dedupKey: id,
    /** Absent: a trigger, or of a log that did not say. */
    action: z.enum(['trigger', 'resolve']).optional(),
    title: z.string().max(300),
    /** `handed_over`: its delivery goes on with it, and must know that it may have arrived. */
    outcome: z.enum(['delivered', 'gave_up', 'handed_over']),
    status: z.number().int().nullable(),
    detail: z.string().max(500),
    /** It may have arrived without an answer, or more than once. */
    isUnknown: z.boolean().optional(),
    /** What the receiver calls it, where it says. */
    receiverId: z.string().max(200).optional(),
    /** When it was written to the spool. */
    spooledAtMs: z.number().int().nonnegative(),
    at,
  }),
} as const;

/** Events of stream `stale-<staleId>`: an episode in which no tick came. */
export const staleEvents = {
  /** No tick came for as long as a page waits: nothing is known of the fleet. */
  TelemetryWentStale: z.object({
    staleId: id,
    because: z.string().max(500),
    sinceMs: z.number().int().nonnegative(),
    at,
  }),
  /** Ticks come again. */
  TelemetryMoved: z.object({ staleId: id, because: z.string().max(500), at }),
} as const;

/** Events of stream `drill-<drillId>`. */
export const drillEvents = {
  /** A fire drill begins: a page called DRILL is to go the whole way. */
  DrillRequested: z.object({
    drillId: nameSchema,
    by,
    /** The one channel that is tried; absent: all that page. */
    channel: nameSchema.optional(),
    /** Not accepted until then, it has failed. */
    deadlineMs: z.number().int().nonnegative(),
    at,
  }),
  /** It stands in `telemetry.signals`. */
  DrillSignalled: z.object({ drillId: nameSchema, at }),
  /** The rules have decided it, in the tick that brought it: a page called DRILL is due. */
  DrillFired: z.object({
    drillId: nameSchema,
    channel: nameSchema.optional(),
    signalledAtMs: z.number().int().nonnegative(),
    at,
  }),
  /** The page of the drill was accepted by its receiver in time. */
  DrillPassed: z.object({
    drillId: nameSchema,
    /** When each hop was passed, ms. */
    hops: z.record(z.enum(DRILL_HOPS), z.number().int().nonnegative()),
    at,
  }),
  /** A hop of the drill was missed, and which. */
  DrillFailed: z.object({
    drillId: nameSchema,
    /** The first hop that it did not pass. */
    missed: z.enum(DRILL_HOPS),
    because: z.string().max(500),
    at,
  }),
} as const;
