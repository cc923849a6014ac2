import { z } from 'zod';
import { isTimeZone } from '#contracts';
import { type Environment, readSettings } from '#config';
import type { DrillTime } from '#domain';
import { DATA_DIR_DEFAULT } from '#runtime';
import { address } from '../address.config.js';

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DRILL_FORM =
  /^([01]\d|2[0-3]):([0-5]\d)(?: ((?:sun|mon|tue|wed|thu|fri|sat)(?:,(?:sun|mon|tue|wed|thu|fri|sat))*))? (\S{1,64})$/i;

/** Reads `09:30 Europe/Berlin` or `09:30 mon,thu Europe/Berlin`; undefined when it is neither. */
export const readDrillTime = (text: string): DrillTime | undefined => {
  const [, hour, minute, days, timeZone] = DRILL_FORM.exec(text.trim()) ?? [];
  if (hour === undefined || minute === undefined || timeZone === undefined || !isTimeZone(timeZone)) return undefined;
  const named = days?.toLowerCase().split(',') ?? DAYS;
  const weekdays = named.map((day) => DAYS.indexOf(day as (typeof DAYS)[number]));
  return { minuteOfDay: Number(hour) * 60 + Number(minute), weekdays, timeZone };
};

const drill = z.string().transform((text, context): DrillTime => {
  const time = readDrillTime(text);
  if (time !== undefined) return time;
  context.addIssue({
    code: 'custom',
    message: 'expected a time, days if not all, and a zone: 09:30 mon,thu Europe/Berlin',
  });
  return z.NEVER;
});

const schemaOf = (allowsPrivate: boolean, pageChannels: readonly string[]) =>
  z.object({
    /** The spool lies here, beside what else this process keeps. */
    DATA_DIR: z.string().default(DATA_DIR_DEFAULT),
    /** Told every 30 s that the whole path works. Unset: nobody outside knows when Tocsin is down. */
    DEAD_MAN_URL: address(allowsPrivate).optional(),
    /** When a page called DRILL goes the whole way. Unset: only when somebody asks for one. */
    FIRE_DRILL: drill.optional(),
    /** The one channel that scheduled drills try. Unset: all that page. */
    FIRE_DRILL_CHANNEL: z
      .string()
      .refine((name) => pageChannels.includes(name), 'no channel for pages of this name is configured')
      .optional(),
  });

/** What the dispatcher does when something else is away. */
export interface DegradedSettings {
  readonly dataDir: string;
  readonly deadManUrl: URL | undefined;
  /** Whether it may be in a private network. */
  readonly allowsPrivate: boolean;
  readonly drillTime: DrillTime | undefined;
  readonly drillChannel: string | undefined;
}

/** Reads the settings; whoever knows the address of the switch can keep it quiet, so it may be given as DEAD_MAN_URL_FILE. */
export const readDegradedSettings = (
  env: Environment,
  known: {
    readonly allowsPrivate: boolean;
    /** Those that are configured: a drill through another would fail every time. */
    readonly pageChannels: readonly string[];
  },
): DegradedSettings => {
  const read = readSettings(env, schemaOf(known.allowsPrivate, known.pageChannels), ['DEAD_MAN_URL']);
  return {
    dataDir: read.DATA_DIR,
    deadManUrl: read.DEAD_MAN_URL,
    allowsPrivate: known.allowsPrivate,
    drillTime: read.FIRE_DRILL,
    drillChannel: read.FIRE_DRILL_CHANNEL,
  };
};
