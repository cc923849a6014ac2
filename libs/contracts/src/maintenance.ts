import { z } from 'zod';
import { nameSchema } from './node-report.js';
import { selectorSchema } from './selector.js';

/** Days of the week, as schedules name them. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** The longest maintenance: what is longer hides more than work. */
export const MAINTENANCE_MS_MAX = 24 * 3_600_000;

/** Most of a week that one window takes, half of it: a window that is nearly always open is a rule switched off. */
const WEEK_SHARE_MS_MAX = 84 * 3_600_000;

/** Whether a name is that of a time zone, as IANA has them. */
export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/**
 * A maintenance window: announced work, during which alerts that fit page nobody, unless they are bad enough to break through.
 * Either it recurs, on days at a time of day, or it is once. Times are local to its zone.
 */
export const maintenanceWindowSchema = z
  .strictObject({
    name: nameSchema,
    /** Which alerts; everything without it. */
    where: selectorSchema.default({}),
    timeZone: z.string().max(64).refine(isTimeZone, 'no such time zone'),
    /** Recurring: these days ... */
    days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional(),
    /** ... or once: this day, `2021-07-22`. */
    date: z.iso.date().optional(),
    /** At this time of the day, `10:00`. */
    startsAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as 02:30'),
    durationMs: z.number().int().positive().max(MAINTENANCE_MS_MAX),
    /** What pages all the same. */
    breakthrough: z
      .strictObject({
        /** Success, per cent, below this ... */
        successBelow: z.number().min(0).max(100).default(95),
        /** ... or an impact score above this. */
        impactAbove: z.number().nonnegative().default(100),
        /** ... or more of the fleet, per cent, silent than this: who says nothing fails nothing. 50 without it. */
        silentAbove: z.number().min(0).max(100).optional(),
      })
      .default({ successBelow: 95, impactAbove: 100 }),
  })
  .refine(({ days, date }) => (days === undefined) !== (date === undefined), 'expected either days or a date')
  .refine(
    ({ days, durationMs }) => (days?.length ?? 0) * durationMs <= WEEK_SHARE_MS_MAX,
    'expected at most 84 hours a week in all',
  );
/** A maintenance window. */
export type MaintenanceWindow = z.infer<typeof maintenanceWindowSchema>;
