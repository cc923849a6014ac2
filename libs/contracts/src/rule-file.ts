import { z } from 'zod';
import { DURATION_EXPECTED, DURATION_PATTERN } from './duration.js';
import { SEVERITIES } from './events/event-parts.js';
import { TIERS } from './impact.js';
import { WEEKDAYS } from './maintenance.js';
import { nameSchema } from './node-report.js';
import { OUTCOMES, type OutcomeName } from './outcome.js';
import { NO_DATA, RULE_SCOPES, RULES_MAX, SIGNAL_NAMES } from './rule.js';
import { SELECTOR_LABELS, type SelectorLabel } from './selector.js';

const CONDITION_EXPECTED = 'expected < or > and a value, such as "< 99 %" or "> 100 ms"';
const CLEAR_EXPECTED = 'expected >= or <= and a value, such as ">= 99.2 %" or "<= 80 ms"';
const PERCENT_EXPECTED = 'expected a percentage such as 99.9 %';
const ACTION_EXPECTED =
  'expected page, page: <policy>, escalate: vp, roll_back, halt, redirect_traffic, fall_back, fall_back: {dry_run: false} or status_update';
const SLO_EXPECTED = 'expected an objective such as 99.95 % over 30d';

const durationSchema = z.union(
  [z.string().regex(DURATION_PATTERN, DURATION_EXPECTED), z.literal(0)],
  DURATION_EXPECTED,
);
const percentSchema = z.string(PERCENT_EXPECTED).regex(/^\d{1,3}(?:\.\d+)? ?%$/, PERCENT_EXPECTED);
const VALUE = '-?(?:\\d+(?:\\.\\d+)?) ?(?:[^\\d\\s].{0,30})?';
const firesSchema = z.string(CONDITION_EXPECTED).regex(new RegExp(`^[<>] ?${VALUE}$`), CONDITION_EXPECTED);
const clearsSchema = z.string(CLEAR_EXPECTED).regex(new RegExp(`^[<>]= ?${VALUE}$`), CLEAR_EXPECTED);

const patternsSchema = z.union([z.string().min(1).max(256), z.array(z.string().min(1).max(256)).min(1).max(100)]);
const selectorOf = (labels: readonly SelectorLabel[]) =>
  z.strictObject(Object.fromEntries(labels.map((label) => [label, patternsSchema.optional()])));
const SUBJECT_LABELS = SELECTOR_LABELS.filter((label) => label !== 'rule' && label !== 'severity');

const actionSchema = z.union(
  [
    z.enum(['page', 'roll_back', 'halt', 'redirect_traffic', 'fall_back', 'status_update']),
    z.strictObject({ page: nameSchema }),
    z.strictObject({ escalate: z.literal('vp') }),
    z.strictObject({ fall_back: z.strictObject({ dry_run: z.boolean() }) }),
  ],
  ACTION_EXPECTED,
);
const wordsSchema = z.record(z.string().max(64), z.string('expected a text; put it in quotes').max(1_000));
const outcomeNames = OUTCOMES.map(({ name }) => name) as [OutcomeName, ...OutcomeName[]];

/** A rule as people write it. */
export const ruleEntrySchema = z.strictObject({
  alert: nameSchema.describe('Its name; what it raises is named so.'),
  signal: z.enum(SIGNAL_NAMES).describe('What it reads.'),
  percentile: z.number().gt(0).lt(100).optional().describe('Of latency: 95 is p95.'),
  outcome: z.enum(outcomeNames).optional().describe('Of outcome_share: of which outcome.'),
  tier: z.enum(TIERS).optional().describe('Of affected_customers: of which tier; all without it.'),
  objective: percentSchema.optional().describe('Of burn_rate: the wanted success.'),
  for_each: z
    .array(z.enum(RULE_SCOPES))
    .min(1)
    .optional()
    .describe('Each subject of these scopes is an alert of its own.'),
  where: selectorOf(SUBJECT_LABELS).optional().describe('Only subjects that fit; * stands for any characters.'),
  window: durationSchema.describe('The sliding window; whole seconds.'),
  short_window: durationSchema.optional().describe('The condition must hold in this window too.'),
  fires: firesSchema.describe('When it fires: "< 99 %"; strict.'),
  clears: clearsSchema.optional().describe('What must be reached before it is clear: ">= 99.2 %".'),
  confidence: percentSchema.optional().describe('How sure a breach must be, where the signal has a bound.'),
  min_outcomes: z.number().int().nonnegative().optional().describe('Fewer outcomes in the window say nothing.'),
  min_failures: z.number().int().nonnegative().optional().describe('A breach by failures rests on at least so many.'),
  fast_path: z.boolean().optional().describe('The sequential test may find the breach before the window does.'),
  for: durationSchema.optional().describe('For how long the condition must hold before it fires.'),
  keep_firing_for: durationSchema.optional().describe('For how long it goes on firing after it became clear.'),
  no_data: z.enum(NO_DATA).optional().describe('What becomes of an alert whose subject has no data.'),
  severity: z.enum(SEVERITIES),
  labels: wordsSchema.optional(),
  annotations: wordsSchema
    .optional()
    .describe('Texts for people, with {{ value }}, {{ threshold }}, {{ subject }}, {{ window }}, {{ detail }}.'),
  runbook: z
    .url({ protocol: /^https?$/, error: 'expected an address such as https://runbooks.example/dns' })
    .max(1_000)
    .optional(),
  actions: z.array(actionSchema).max(10).optional(),
});
/** A rule as people write it. */
export type RuleEntry = z.infer<typeof ruleEntrySchema>;

/** An objective, from which rules of the burn rate are made. */
export const sloEntrySchema = z.strictObject({
  name: nameSchema.describe('The names of its rules begin so.'),
  slo: z
    .string(SLO_EXPECTED)
    .regex(/^\d{1,3}(?:\.\d+)? ?% over \d{1,3}[dw]$/, SLO_EXPECTED)
    .describe('The wanted success over a period: 99.95 % over 30d.'),
  for_each: z.array(z.enum(RULE_SCOPES)).min(1).optional(),
  where: selectorOf(SUBJECT_LABELS).optional(),
  min_outcomes: z.number().int().nonnegative().optional().describe('Fewer outcomes in the short window say nothing.'),
  labels: wordsSchema.optional(),
  runbook: ruleEntrySchema.shape.runbook,
});
/** An objective, from which rules of the burn rate are made. */
export type SloEntry = z.infer<typeof sloEntrySchema>;

/** Announced work, as people write it. */
export const maintenanceEntrySchema = z.strictObject({
  name: nameSchema,
  where: selectorOf(SELECTOR_LABELS).optional().describe('Which alerts; everything without it.'),
  zone: z.string().max(64).describe('The time zone that the times are local to: America/New_York.'),
  days: z.array(z.enum(WEEKDAYS)).min(1).max(7).optional().describe('Recurring: on these days …'),
  date: z.iso.date('expected a date such as 2021-07-22').optional().describe('… or once.'),
  starts: z
    .string('expected a time of day such as "02:30", in quotes')
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day such as "02:30"'),
  duration: durationSchema,
  breakthrough: z
    .strictObject({
      success_below: percentSchema.optional(),
      impact_above: z.number().nonnegative().optional(),
      silent_above: percentSchema.optional().describe('Share of the fleet that is silent.'),
    })
    .optional()
    .describe('What pages all the same.'),
});
/** Announced work, as people write it. */
export type MaintenanceEntry = z.infer<typeof maintenanceEntrySchema>;

const perTier = z.strictObject({
  tier1: z.number().nonnegative(),
  tier2: z.number().nonnegative(),
  tier3: z.number().nonnegative(),
});

/** What one affected customer counts, as people write it. */
export const impactEntrySchema = z.strictObject({
  weights: perTier.optional().describe('Points of one affected customer.'),
  dollars_per_minute: perTier.optional().describe('Dollars a minute lost by one affected customer.'),
  affected_above: percentSchema.optional().describe('A customer is affected when more than this fails …'),
  affected_min_outcomes: z.number().int().positive().optional().describe('… over at least so many outcomes.'),
});
/** What one affected customer counts, as people write it. */
export type ImpactEntry = z.infer<typeof impactEntrySchema>;

/** A file of rules, as people write it; `rule.ts` is what becomes of it. docs/rules.md explains it. */
export const ruleFileSchema = z.strictObject({
  rules: z.array(ruleEntrySchema).max(RULES_MAX).optional(),
  slos: z.array(sloEntrySchema).max(100).optional(),
  rollback_triggers: z
    .array(z.string())
    .max(10)
    .optional()
    .describe(
      'Names of rules that roll back, in the order in which they are asked: the first that holds is the trigger.',
    ),
  impact: impactEntrySchema.optional(),
  maintenance: z.array(maintenanceEntrySchema).max(100).optional(),
});
