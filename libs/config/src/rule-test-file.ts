import { z } from 'zod';
import {
  type Call,
  nameSchema,
  releaseSchema,
  SELECTOR_LABELS,
  selectorSchema,
  type SelectorLabel,
  SILENCES_MAX,
  TIERS,
} from '#contracts';
import { durationMsSchema } from './setting-kinds.js';
import { readYamlConfigFile } from './yaml-config.js';

/** Nodes and customers of a test: a fleet as large as the largest that rules were measured with is played in minutes. */
const COUNT_MAX = 1_000;
/** A day of event time; a rule that needs longer is one of burn rates, which a backtest shows. */
const RUNS_MS_MAX = 86_400_000;

const share = z.union([z.string(), z.number()], 'expected per cent, such as 25 % or 0.05 %').transform((given, ctx) => {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(String(given)) ?? [];
  if (digits !== undefined && Number(digits) <= 100) return Number(digits) / 100;
  ctx.addIssue('expected per cent, such as 25 % or 0.05 %');
  return z.NEVER;
});

const release = z.string('expected a release, such as v2.1.4+c41').transform((text, ctx) => {
  const [softwareVersion, configRev] = text.split('+');
  const checked = releaseSchema.safeParse({ softwareVersion, configRev });
  if (checked.success) return checked.data;
  ctx.addIssue('expected a release, such as v2.1.4+c41');
  return z.NEVER;
});

const releaseText = release.transform(({ softwareVersion, configRev }) => `${softwareVersion}+${configRev}`);

/** `30s`, or `0s..45s`. */
const stretch = z.string('expected a time, such as 30s, or 0s..45s').transform((text, ctx) => {
  const ends = text.split('..').map((end) => durationMsSchema.safeParse(end.trim()));
  const [from, to = from] = ends.map((end) => (end.success ? end.data : undefined));
  if (from !== undefined && to !== undefined && from <= to && ends.length <= 2) return { fromMs: from, toMs: to };
  ctx.addIssue('expected a time, such as 30s, or two as 0s..45s');
  return z.NEVER;
});

/** `1`, `1..3` or `1..`. */
const count = z
  .union([z.number().int().nonnegative(), z.string()], 'expected a count, such as 1, 1..3 or 1..')
  .transform((given, ctx) => {
    const [, min, dots, max] = /^(\d{1,6})(\.\.)?(\d{1,6})?$/.exec(String(given)) ?? [];
    const least = Number(min);
    const most = dots === undefined ? least : max === undefined ? Infinity : Number(max);
    if (min !== undefined && most >= least) return { min: least, max: most };
    ctx.addIssue('expected a count, such as 1, 1..3 or 1..');
    return z.NEVER;
  });

const ONCE = { min: 1, max: 1 };
const NEVER = { min: 0, max: 0 };

const where = z
  .strictObject({
    region: nameSchema.optional(),
    pop: nameSchema.optional(),
    node: nameSchema.optional(),
    release: releaseText.optional(),
    share: share.optional(),
  })
  .default({});

const change = z.strictObject({
  at: durationMsSchema,
  where,
  deploy: release.optional(),
  failing: share.optional(),
  customers: z.array(nameSchema).min(1).max(COUNT_MAX).optional(),
  timeouts: share.optional(),
  /** The median. */
  latency: durationMsSchema.optional(),
  queries: z.number().positive().max(100_000).optional(),
  silent: z.boolean().optional(),
  restarts: z.literal(true).optional(),
  tickets: z.number().nonnegative().max(1_000_000).optional(),
  /** Of all queries: answered as the client's fault, which neither succeeds nor fails. */
  excluded: share.optional(),
  /** These customers complain to somebody ... */
  escalates: z.array(nameSchema).min(1).max(COUNT_MAX).optional(),
  /** ... and are content again. */
  settles: z.array(nameSchema).min(1).max(COUNT_MAX).optional(),
});

const pattern = z.string().min(1).max(256);
const MINUTE_MS = 60_000;

/** Label → pattern, or a list of them, as rules choose their subjects. */
const patterns = z
  .union([pattern, z.array(pattern).min(1).max(100)])
  .transform((given) => [given].flat())
  .optional();
const selector = z
  .strictObject(
    Object.fromEntries(SELECTOR_LABELS.map((label) => [label, patterns])) as Record<SelectorLabel, typeof patterns>,
  )
  .transform((labels) => selectorSchema.parse(labels));

/** `0s..45s`, both of them. */
const span = stretch.refine(({ fromMs, toMs }) => fromMs < toMs, 'expected two times, such as 0s..45s');

const silence = z.strictObject({
  where: selector,
  between: span,
  by: z.string().min(1).max(200).default('a test'),
  comment: z.string().trim().min(1).max(1_000).default('a test'),
});

/** A window that is open once, so that a test says it in its own time; those of the rules are in force beside it. */
const maintenance = z.strictObject({
  name: nameSchema,
  where: selector.optional(),
  between: span.refine(
    ({ fromMs, toMs }) => fromMs % MINUTE_MS === 0 && toMs - fromMs <= RUNS_MS_MAX,
    'expected a begin in whole minutes, and 1d at most: windows begin by the clock',
  ),
  breakthrough: z
    .strictObject({
      success_below: share.transform((part) => 100 * part).default(95),
      impact_above: z.number().nonnegative().default(100),
      silent_above: share.transform((part) => 100 * part).optional(),
    })
    .optional(),
});

/** Whom pages reach: the one policy that there is, and who is called above it. */
const POLICIES = ['default', 'vp', 'on_call'] as const satisfies readonly ('default' | Call['to'])[];

const duty = z.strictObject({
  policy: z.enum(POLICIES).default('default'),
  person: nameSchema,
  between: stretch.default({ fromMs: 0, toMs: Infinity }),
});

const MUTED_BY = ['silence', 'maintenance', 'alert'] as const;
const NOTICES = ['silence_ends', 'maintenance_ends', 'maintenance_broken'] as const;

const STATES = ['inactive', 'pending', 'firing', 'recovering', 'unknown'] as const;

const expectation = z.union(
  [
    z
      .strictObject({ alert: nameSchema, is: z.enum(STATES), on: z.string().max(256).optional(), at: stretch })
      .transform(({ alert, is, on, at }) => ({ kind: 'alert' as const, rule: alert, state: is, on, at })),
    z
      .strictObject({
        page: z.enum(POLICIES),
        to: nameSchema.optional(),
        between: stretch,
        count: count.default(ONCE),
      })
      .transform(({ page, ...rest }) => ({ kind: 'page' as const, what: page, ...rest })),
    z
      .strictObject({ muted: z.enum(MUTED_BY), between: stretch, count: count.default(ONCE) })
      .transform(({ muted, ...rest }) => ({ kind: 'muted' as const, what: muted, ...rest })),
    z
      .strictObject({ notice: z.enum(NOTICES), between: stretch, count: count.default(ONCE) })
      .transform(({ notice, ...rest }) => ({ kind: 'notice' as const, what: notice, ...rest })),
    z
      .strictObject({ command: nameSchema, to: releaseText.optional(), between: stretch, count: count.default(ONCE) })
      .transform(({ command, ...rest }) => ({ kind: 'command' as const, what: command, ...rest })),
    z
      .strictObject({ no: z.enum(['page', 'muted', 'notice', 'command']), between: stretch })
      .transform(({ no, between }) => ({ kind: no, between, count: NEVER })),
  ],
  'expected one of: alert, is, at; page, between; muted, between; notice, between; command, between; no, between',
);

/** What the deploy system vouched for before the test: a release that a rollback may return to. */
const known = z.strictObject({
  release,
  good_for: durationMsSchema.default(2 * RUNS_MS_MAX),
  /** On how many it ran well. */
  nodes: z.number().int().positive().max(COUNT_MAX).default(COUNT_MAX),
  safe: z.boolean().default(true),
  rehearsed: z.boolean().default(true),
});

const test = z.strictObject({
  test: z.string().min(1).max(200),
  runs: durationMsSchema.refine((ms) => ms > 0 && ms <= RUNS_MS_MAX, 'expected at most 1d').default(600_000),
  telemetry: z.array(change).max(COUNT_MAX).default([]),
  /** Without it the release of the fleet is one to go back to; an empty list: none is. */
  releases: z.array(known).max(100).optional(),
  silences: z.array(silence).max(SILENCES_MAX).default([]),
  maintenance: z.array(maintenance).max(100).default([]),
  /** After how long nodes do what they are told; without it they never do. */
  obeys_after: durationMsSchema.optional(),
  expect: z.array(expectation).min(1).max(COUNT_MAX),
});

const region = z.strictObject({
  pops: z.number().int().min(1).max(COUNT_MAX).default(1),
  nodes: z.number().int().min(1).max(COUNT_MAX),
});

const customer = z.strictObject({
  id: nameSchema,
  name: z.string().min(1).max(200).optional(),
  tier: z.enum(TIERS),
  critical: z.boolean().default(false),
});

const file = z.strictObject({
  /** Where the rules are, from this file on; the shipped pack without it. */
  rules: z.string().min(1).max(1_000).optional(),
  starts: z.iso.datetime({ offset: true }).optional(),
  fleet: z.strictObject({
    release,
    /** Of each node, a second. */
    queries: z.number().positive().max(100_000).default(200),
    regions: z.record(nameSchema, region).refine((all) => Object.keys(all).length > 0, 'expected at least one region'),
  }),
  /** Rules of nodes and releases need none of their own. */
  customers: z
    .array(customer)
    .min(1)
    .max(COUNT_MAX)
    .default([{ id: 'customer', tier: 'tier3', critical: false }]),
  /** Who has duty, in the time of each test. */
  on_call: z.array(duty).max(COUNT_MAX).default([]),
  tests: z.array(test).min(1).max(COUNT_MAX),
});

/** What is named must be there: an expectation of somebody who has no duty could never be met, or always. */
const schema = file.superRefine(({ on_call: onCall, starts, tests }, ctx) => {
  const wrong = (path: readonly (string | number)[], message: string): void =>
    ctx.addIssue({ code: 'custom', path: ['tests', ...path], message });
  const startsInMinute = starts === undefined ? 0 : Date.parse(starts) % MINUTE_MS;
  for (const [at, { expect, silences, maintenance: windows }] of tests.entries()) {
    for (const [nth, each] of expect.entries())
      if (
        each.kind === 'page' &&
        'to' in each &&
        each.to !== undefined &&
        !onCall.some(({ person }) => person === each.to)
      )
        wrong([at, 'expect', nth, 'to'], `${each.to} is not in on_call`);
    for (const [nth, { where: labels }] of silences.entries())
      if (Object.keys(labels).length === 0) wrong([at, 'silences', nth, 'where'], 'expected at least one label');
    for (const [nth, { name }] of windows.entries()) {
      if (startsInMinute !== 0)
        wrong([at, 'maintenance', nth], 'starts must be a whole minute: windows begin by the clock');
      if (windows.findIndex((other) => other.name === name) !== nth)
        wrong([at, 'maintenance', nth, 'name'], `there is another window ${name}`);
    }
  }
});

/** Tests of rules, as they are written. */
export type RuleTestFile = z.output<typeof schema>;

/** Reads a file of tests; everything that is wrong with it is told at once. */
export const readRuleTestFile = (path: string) => readYamlConfigFile(schema, path);
