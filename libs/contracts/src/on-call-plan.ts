import { z } from 'zod';
import { WEEKDAYS } from './maintenance.js';
import { nameSchema } from './node-report.js';
import { SEVERITIES } from './severity.js';

/** People of a plan: an operations team and those above it; each is looked at when somebody is called. */
export const PEOPLE_MAX = 500;
/** Schedules of a plan. */
export const SCHEDULES_MAX = 100;
/** Rotations of a schedule: who serves by day, by night, at week-ends. */
export const ROTATIONS_MAX = 10;
/** The longest turn: who serves longer is alone. */
export const SHIFT_DAYS_MAX = 366;
/** Policies of a plan. */
export const POLICIES_MAX = 50;
/** Levels of a policy: who is not there after this many is not there. */
export const LEVELS_MAX = 10;
/** Targets of one level, and contacts of one person. */
export const TARGETS_MAX = 20;

const ms = z.number().int().nonnegative();

/** A way to reach somebody: a channel by its name, and where the channel has many receivers, which of them. */
export const contactSchema = z.object({
  channel: nameSchema,
  /** An address of e-mail, a user of Slack; absent: whom the channel reaches by itself. */
  address: z.string().min(1).max(320).optional(),
});

/** Who is to be called: a person, whoever a schedule names, a channel as it is, or the VP on duty. */
export const calledTargetSchema = z.union([
  z.object({ person: nameSchema }),
  z.object({ schedule: nameSchema }),
  z.object({ channel: nameSchema }),
  z.object({ vp: z.literal(true) }),
]);

/** People who take turns. */
export const rotationSchema = z
  .object({
    people: z.array(nameSchema).min(1).max(PEOPLE_MAX),
    /** IANA name of the zone of this rotation, for a team elsewhere; absent: that of the schedule. */
    timeZone: z.string().min(1).max(64).optional(),
    /** Local time of the zone at which the first of them begins: `2026-01-05T09:00`. */
    startsAt: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'expected a local time such as 2026-01-05T09:00'),
    /**
     * How long one turn is, by the clocks of the zone: a turn that spans a change of them is an hour longer or shorter. Either days ...
     */
    shiftDays: z.number().int().min(1).max(SHIFT_DAYS_MAX).optional(),
    /** ... or hours, for teams that take turns within a day. */
    shiftHours: z
      .number()
      .int()
      .min(1)
      .max(SHIFT_DAYS_MAX * 24)
      .optional(),
    /** The hours of local time that it serves; absent: all. `until` not after `from` is on the next day; days name that of `from`. */
    hours: z
      .object({
        days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional(),
        from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a local time such as 09:00'),
        until: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a local time such as 17:00'),
      })
      .optional(),
  })
  .refine(
    ({ shiftDays, shiftHours }) => (shiftDays === undefined) !== (shiftHours === undefined),
    'expected either shiftDays or shiftHours',
  );

/** Who is on call when. Rotations later in the list go before earlier ones where both serve. */
export const scheduleSchema = z.object({
  schedule: nameSchema,
  /** IANA name: `Europe/Berlin`. */
  timeZone: z.string().min(1).max(64),
  rotations: z.array(rotationSchema).min(1).max(ROTATIONS_MAX),
});

/** A step of a policy: whom it calls, and how long they have to acknowledge. */
export const levelSchema = z.object({
  call: z.array(calledTargetSchema).min(1).max(TARGETS_MAX),
  /** After this without an acknowledgement the next level is called. */
  waitMs: ms,
});

/** What makes an incident begin at, or jump to, a higher level. Every figure that is there must be reached. */
export const raiseSchema = z.object({
  severity: z.enum(SEVERITIES).optional(),
  priority: z.enum(['P0']).optional(),
  impactScore: z.number().nonnegative().optional(),
  dollarsPerMinute: z.number().nonnegative().optional(),
  /** From 1. */
  toLevel: z.number().int().min(1).max(LEVELS_MAX),
});

/** Who is called for an incident, in which order. */
export const policySchema = z.object({
  policy: nameSchema,
  /** What it is for; each word that is there must fit. Absent: everything that no other policy is for. */
  when: z
    .object({
      severities: z.array(z.enum(SEVERITIES)).min(1).optional(),
      rules: z.array(nameSchema).min(1).max(100).optional(),
      regions: z.array(nameSchema).min(1).max(100).optional(),
      services: z.array(nameSchema).min(1).max(100).optional(),
    })
    .optional(),
  levels: z.array(levelSchema).min(1).max(LEVELS_MAX),
  /** How often all levels are gone through again when nobody answered. */
  repeats: z.number().int().min(0).max(20),
  raises: z.array(raiseSchema).max(TARGETS_MAX),
  /** How long an acknowledgement holds; null: until the incident is over. */
  acknowledgedForMs: ms.nullable(),
});

/** Everything that says who is called. */
export const onCallPlanSchema = z.object({
  people: z
    .array(
      z.object({
        person: nameSchema,
        name: z.string().min(1).max(200).optional(),
        contacts: z.array(contactSchema).min(1).max(TARGETS_MAX),
      }),
    )
    .max(PEOPLE_MAX),
  schedules: z.array(scheduleSchema).max(SCHEDULES_MAX),
  /** Whom a call to the VP reaches. */
  vp: z.union([z.object({ person: nameSchema }), z.object({ schedule: nameSchema })]).optional(),
  policies: z.array(policySchema).max(POLICIES_MAX),
});

/** Everything that says who is called. */
export type OnCallPlan = z.infer<typeof onCallPlanSchema>;
/** Who is on call when. */
export type Schedule = z.infer<typeof scheduleSchema>;
/** People who take turns. */
export type Rotation = z.infer<typeof rotationSchema>;
/** Who is called for an incident, in which order. */
export type Policy = z.infer<typeof policySchema>;
/** Who is to be called. */
export type CalledTarget = z.infer<typeof calledTargetSchema>;
/** A way to reach somebody. */
export type Contact = z.infer<typeof contactSchema>;
