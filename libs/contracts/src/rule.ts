import { z } from 'zod';
import { SEVERITIES } from './events/event-parts.js';
import { TIERS } from './impact.js';
import { maintenanceWindowSchema } from './maintenance.js';
import { nameSchema } from './node-report.js';
import { OUTCOMES, type OutcomeName } from './outcome.js';
import { selectorSchema } from './selector.js';

/** What a rule may read; each is a file of `libs/domain/src/signal`, which says its unit, its window and what no data means. */
export const SIGNAL_NAMES = [
  'success_rate',
  'failure_rate',
  'outcome_share',
  'excluded_share',
  'excluded_surge',
  'latency',
  'error_rate_spike',
  'customer_error_rate_spike',
  'customer_impact',
  'affected_customers',
  'dollars_per_minute',
  'failing_regions',
  'silent_share',
  'traffic_change',
  'restart_loops',
  'support_tickets',
  'customer_escalations',
  'burn_rate',
] as const;
/** What a rule may read. */
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** What a rule may be evaluated for; each subject of a scope is an alert of its own. */
export const RULE_SCOPES = ['fleet', 'region', 'pop', 'node', 'release', 'release_region', 'customer'] as const;
/** What a rule may be evaluated for. */
export type RuleScope = (typeof RULE_SCOPES)[number];

/** What becomes of an alert whose subject has no data: it is told apart, it fires, or nothing. */
export const NO_DATA = ['unknown', 'fire', 'ignore'] as const;

/** What a rule does when it fires; beside the record, which is always made. */
export const ruleActionSchema = z.discriminatedUnion('do', [
  /** Pages by a policy; `default` is what the dispatcher has. */
  z.strictObject({ do: z.literal('page'), policy: nameSchema.default('default') }),
  /** Pages somebody at once, without waiting for the levels below. */
  z.strictObject({ do: z.literal('escalate'), to: z.enum(['vp']) }),
  z.strictObject({ do: z.literal('roll_back') }),
  /** Freezes every rollout. */
  z.strictObject({ do: z.literal('halt') }),
  /** Moves the traffic of a PoP or region to its healthy siblings. */
  z.strictObject({ do: z.literal('redirect_traffic') }),
  /** Sets up another DNS provider for the customers that are hurt; unless it says otherwise, it only records whom it would be for. */
  z.strictObject({ do: z.literal('fall_back'), isDryRun: z.boolean().optional() }),
  /** Asks for a public status update. */
  z.strictObject({ do: z.literal('status_update') }),
]);
/** What a rule does when it fires. */
export type RuleAction = z.infer<typeof ruleActionSchema>;

/** The longest window over slots: what is applied again after a restart, 6 min, holds it and a minute of lateness. */
export const RULE_WINDOW_MS_MAX = 300_000;
/** Rules of one set: a fleet has some dozens; each is evaluated for each of its subjects on each tick. */
export const RULES_MAX = 500;

const words = z.record(z.string().max(64), z.string().max(1_000)).default({});
const outcomeNames = OUTCOMES.map(({ name }) => name) as [OutcomeName, ...OutcomeName[]];

/**
 * A rule: a condition on one signal over one sliding window, for each subject of its scopes. This is the form in which rules are
 * recorded and evaluated; people write YAML. Comparisons are strict (C9).
 */
export const ruleSchema = z.strictObject({
  name: nameSchema,
  signal: z.enum(SIGNAL_NAMES),
  /** For latency: which percentile, 0..1. */
  percentile: z.number().min(0).max(1).optional(),
  /** For outcome_share: of which outcome. */
  outcome: z.enum(outcomeNames).optional(),
  /** For affected_customers: of which tier; all without it. */
  tier: z.enum(TIERS).optional(),
  /** For burn_rate: the wanted success, 0..1; that it leaves a budget is for the language to say, recorded sets are read as they are. */
  objective: z.number().min(0).max(1).optional(),
  scopes: z.array(z.enum(RULE_SCOPES)).min(1).default(['fleet', 'release_region']),
  /** Only subjects that fit; everything without it. */
  where: selectorSchema.default({}),
  comparison: z.enum(['below', 'above']),
  /** In the unit of the signal. */
  threshold: z.number(),
  /** What must be passed the other way before it is clear; the threshold without it. */
  clearThreshold: z.number().optional(),
  windowMs: z.number().int().positive().multipleOf(1_000),
  /** The condition must hold in this window too: it is still going on. */
  shortWindowMs: z.number().int().positive().multipleOf(1_000).optional(),
  /** How sure a breach must be, 0..1, where a signal has a bound; 0 judges by the plain value. */
  confidence: z.number().min(0).max(0.999_999).optional(),
  /** Fewer outcomes in the window say nothing. */
  outcomesMin: z.number().int().nonnegative().default(100),
  /** A breach by failures rests on at least so many. */
  failuresMin: z.number().int().nonnegative().default(10),
  /** Whether the sequential test may find the breach before the window does. */
  fastPath: z.boolean().default(false),
  /** For how long the condition must hold before it fires. */
  forMs: z.number().int().nonnegative().default(0),
  /** For how long it goes on firing after it became clear. */
  keepFiringForMs: z.number().int().nonnegative().default(0),
  noData: z.enum(NO_DATA).default('unknown'),
  severity: z.enum(SEVERITIES),
  labels: words,
  /** Texts for people, with `{{value}}`, `{{threshold}}`, `{{subject}}`, `{{window}}`, `{{detail}}`. */
  annotations: words,
  runbook: z
    .url({ protocol: /^https?$/ })
    .max(1_000)
    .optional(),
  actions: z.array(ruleActionSchema).max(10).default([]),
  /** A rollback trigger and its place in the listed order: the first one that holds is the trigger, the others are evidence. */
  rollbackOrder: z.number().int().positive().optional(),
});
/** A rule. */
export type Rule = z.infer<typeof ruleSchema>;

/** A rule from what differs from the defaults. */
export const ruleOf = (rule: z.input<typeof ruleSchema>): Rule => ruleSchema.parse(rule);

const perTier = z.strictObject({
  tier1: z.number().nonnegative(),
  tier2: z.number().nonnegative(),
  tier3: z.number().nonnegative(),
});

/** What one affected customer counts, and when it is affected (C1-C3, R67-R69). */
export const impactSettingsSchema = z.strictObject({
  /** Points of one affected customer. */
  weights: perTier.default({ tier1: 100, tier2: 10, tier3: 1 }),
  /** Dollars a minute lost by one affected customer. */
  dollarsPerMinute: perTier.default({ tier1: 50_000, tier2: 5_000, tier3: 500 }),
  /** A customer is affected when its own failure ratio is above this, 0..1, with 99.9 % confidence ... */
  affectedRatio: z.number().gt(0).lt(1).default(0.01),
  /** ... over at least so many outcomes. */
  affectedOutcomesMin: z.number().int().positive().default(50),
});
/** What one affected customer counts, and when it is affected. */
export type ImpactSettings = z.infer<typeof impactSettingsSchema>;
/** The study's figures. */
export const DEFAULT_IMPACT: ImpactSettings = impactSettingsSchema.parse({});

/**
 * The edition of the sets that are recorded now. In the first one, which says none, every rule had its confidence written out, 0.999
 * unless it said another, and success was judged by its plain value all the same.
 */
export const RULE_SET_EDITION = 2;

/** Everything that is judged by, as one: loaded, recorded and replayed together. */
export const ruleSetSchema = z.strictObject({
  /** Of a set that was recorded. */
  edition: z.literal(RULE_SET_EDITION).optional(),
  rules: z.array(ruleSchema).max(RULES_MAX),
  impact: impactSettingsSchema.default(DEFAULT_IMPACT),
  maintenance: z.array(maintenanceWindowSchema).max(100).default([]),
  /**
   * For how long a rolled back wave is watched, ms: at most what windows hold. Set by whoever loads the rules, so that a replay waits
   * for as long as was waited; left out where it is the default.
   */
  verifyMs: z.number().int().min(1_000).max(RULE_WINDOW_MS_MAX).multipleOf(1_000).optional(),
});
/** Everything that is judged by. */
export type RuleSet = z.infer<typeof ruleSetSchema>;

/** What was written out in the first edition where a rule said nothing. */
const CONFIDENCE_OF_EDITION_1 = 0.999;
const edition1Schema = z.looseObject({
  edition: z.undefined().optional(),
  rules: z.array(z.unknown()),
});

const withoutDefault = (rule: unknown): unknown => {
  if (typeof rule !== 'object' || rule === null || !('confidence' in rule)) return rule;
  const { confidence, ...rest } = rule;
  return confidence === CONFIDENCE_OF_EDITION_1 ? rest : rule;
};

/** A set that was recorded, of whatever edition, as it is judged by: so that an old log decides what it decided. */
export const recordedRuleSetSchema = z.preprocess((recorded) => {
  const first = edition1Schema.safeParse(recorded);
  return first.success ? { ...first.data, rules: first.data.rules.map(withoutDefault) } : recorded;
}, ruleSetSchema);
