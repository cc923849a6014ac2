import { z } from 'zod';
import {
  contactSchema,
  LEVELS_MAX,
  nameSchema,
  type OnCallPlan,
  onCallPlanSchema,
  PEOPLE_MAX,
  policySchema,
  POLICIES_MAX,
  raiseSchema,
  ROTATIONS_MAX,
  rotationSchema,
  SCHEDULES_MAX,
  SHIFT_DAYS_MAX,
  TARGETS_MAX,
} from '#contracts';
import { durationMsSchema } from './setting-kinds.js';
import { parseYaml, type Path, readYamlText, type ValueFinding, type YamlRead } from './yaml-config.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Who has not answered after a day is not waited for. */
const WAIT_MS_MAX = DAY_MS;
/** What an acknowledgement holds at most; longer is for ever. */
const ACKNOWLEDGED_MS_MAX = 7 * DAY_MS;

/** What is there of some keys, under the names of the plan. */
const present = <T extends Readonly<Record<string, unknown>>>(values: T): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/** What names one thing, in one of some ways; as one object, so that a key that is written wrong is told. */
const one = <S extends z.core.$ZodLooseShape>(shape: S, expected: string) =>
  z.strictObject(shape).transform((named, ctx) => {
    if (Object.keys(named).length !== 1) ctx.addIssue(expected);
    return named;
  });

const target = one(
  {
    person: nameSchema.optional(),
    schedule: nameSchema.optional(),
    channel: nameSchema.optional(),
    vp: z.literal(true).optional(),
  },
  'expected one of person, schedule, channel or vp: true',
);

const shift = durationMsSchema
  .refine((ms) => ms > 0 && ms % HOUR_MS === 0, 'expected whole hours, such as 12h, 1d or 1w')
  .refine((ms) => ms <= SHIFT_DAYS_MAX * DAY_MS, `expected at most ${SHIFT_DAYS_MAX}d`)
  .transform((ms) => (ms % DAY_MS === 0 ? { shiftDays: ms / DAY_MS } : { shiftHours: ms / HOUR_MS }));

const { hours, people } = rotationSchema.shape;
const rotation = z
  .strictObject({
    people,
    starts: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/, 'expected a local time such as 2026-01-05 09:00')
      .describe('Local time of the zone at which the first turn of the first person begins.'),
    shift: shift.describe('How long a turn is: 1w, 1d, 12h.'),
    time_zone: z.string().min(1).max(64).optional().describe('Of this rotation; that of the schedule without it.'),
    hours: z.strictObject(hours.unwrap().shape).optional().describe('The hours of local time that it serves.'),
  })
  .transform(({ starts, shift: length, time_zone: timeZone, ...rest }) =>
    present({ ...rest, timeZone, startsAt: starts.replace(' ', 'T'), ...length }),
  );

const schedule = z
  .strictObject({
    schedule: nameSchema,
    time_zone: z.string().min(1).max(64),
    rotations: z.array(rotation).min(1).max(ROTATIONS_MAX),
  })
  .transform(({ time_zone: timeZone, ...rest }) => ({ ...rest, timeZone }));

const wait = durationMsSchema.refine((ms) => ms > 0 && ms <= WAIT_MS_MAX, 'expected more than 0s and at most 1d');
const level = z
  .strictObject({ call: z.array(target).min(1).max(TARGETS_MAX), wait })
  .transform(({ call, wait: waitMs }) => ({ call, waitMs }));

const { severity, priority, impactScore, dollarsPerMinute, toLevel } = raiseSchema.shape;
const raise = z
  .strictObject({
    severity,
    priority,
    impact_score: impactScore,
    dollars_per_minute: dollarsPerMinute,
    to_level: toLevel,
  })
  .refine(
    (read) => Object.keys(read).length > 1,
    'expected what raises it: severity, priority, impact_score or dollars_per_minute',
  )
  .transform(({ impact_score, dollars_per_minute, to_level, ...rest }) =>
    present({ ...rest, impactScore: impact_score, dollarsPerMinute: dollars_per_minute, toLevel: to_level }),
  );

const FOR_EVER = 'for ever';
const acknowledged = z
  .string()
  .transform((text, ctx) => {
    if (text === FOR_EVER) return null;
    const ms = durationMsSchema.safeParse(text);
    if (ms.success && ms.data > 0 && ms.data <= ACKNOWLEDGED_MS_MAX) return ms.data;
    ctx.addIssue('expected a duration up to 7d, such as 30m, or for ever');
    return z.NEVER;
  })
  .describe('How long an acknowledgement holds: 30m, or for ever.');

const { when, repeats } = policySchema.shape;
const policy = z
  .strictObject({
    policy: nameSchema,
    when: z.strictObject(when.unwrap().shape).optional(),
    levels: z.array(level).min(1).max(LEVELS_MAX),
    repeats: repeats.default(0),
    raises: z.array(raise).max(TARGETS_MAX).default([]),
    acknowledged_for: acknowledged,
  })
  .transform(({ acknowledged_for: acknowledgedForMs, ...rest }) => ({ ...rest, acknowledgedForMs }));

const person = z.strictObject({
  ...onCallPlanSchema.shape.people.element.shape,
  contacts: z.array(z.strictObject(contactSchema.shape)).min(1).max(TARGETS_MAX),
});
const vp = one(
  { person: nameSchema.optional(), schedule: nameSchema.optional() },
  'expected either person or schedule',
);

/** Everything that says who is called, as a file says it. */
export const onCallFileSchema = z.strictObject({
  people: z.array(person).max(PEOPLE_MAX),
  schedules: z.array(schedule).max(SCHEDULES_MAX).default([]),
  vp: vp.optional().describe('Whom a call to the VP reaches.'),
  policies: z.array(policy).max(POLICIES_MAX),
});

/** The words of a plan in the file, where they are others. */
const WORDS: Readonly<Record<string, string>> = {
  timeZone: 'time_zone',
  startsAt: 'starts',
  toLevel: 'to_level',
  waitMs: 'wait',
  acknowledgedForMs: 'acknowledged_for',
};
const inFile = (path: Path): Path => path.map((part) => WORDS[String(part)] ?? part);

/** What somebody finds of a plan, with the keys of the plan. */
interface PlanCheck {
  readonly errors: readonly ValueFinding[];
  readonly warnings: readonly ValueFinding[];
}

/** A plan that may be loaded, and what it is warned of: `file:line:column: message`, the line, and a caret. */
export interface OnCallFile {
  readonly plan: OnCallPlan;
  readonly warnings: readonly string[];
}

/** Reads a plan of who is called. Everything that is wrong is told at once, with its place: what is no plan, or else what `check` finds. */
export const readOnCallFile = (path: string, check: (plan: OnCallPlan) => PlanCheck): YamlRead<OnCallFile> => {
  const { config: text, problems: unread } = readYamlText(path);
  if (text === undefined) return { problems: unread };
  const { config: parsed, problems: unparsed } = parseYaml(text, path);
  if (parsed === undefined) return { problems: unparsed };
  const read = onCallFileSchema.safeParse(parsed.value);
  if (!read.success) return { problems: parsed.problems(onCallFileSchema, []) };
  const plan = onCallPlanSchema.parse(read.data);
  const { errors, warnings } = check(plan);
  const placed = (finding: ValueFinding): ValueFinding => ({ ...finding, path: inFile(finding.path) });
  if (errors.length > 0) return { problems: parsed.problems(onCallFileSchema, errors.map(placed)) };
  return { config: { plan, warnings: warnings.map((finding) => parsed.shown(placed(finding))) } };
};
