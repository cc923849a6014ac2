import { z } from 'zod';

/** Characters of rules that are tried: seven times the shipped pack, and what a GraphQL request of 64 KiB holds. */
export const TRIED_RULES_CHARS_MAX = 50_000;
/** The longest time that one backtest is of, 6 h: 100 nodes of it are folded in a minute or two, and an hour before it with it. */
export const BACKTEST_MS_MAX = 21_600_000;
/** Differences that are told of one backtest: more are not read, they are counted. */
export const BACKTEST_DIFFERENCES_MAX = 500;

/** What is tried: rules as a file of rules has them, over an incident with what is around it, or over a time. */
export const newBacktestSchema = z
  .strictObject({
    rules: z.string().min(1).max(TRIED_RULES_CHARS_MAX),
    incidentId: z.string().min(1).max(100).optional(),
    /** Ms since the epoch. */
    fromMs: z.number().int().nonnegative().optional(),
    toMs: z.number().int().positive().optional(),
  })
  .superRefine(({ incidentId, fromMs, toMs }, context) => {
    const isTime = fromMs !== undefined && toMs !== undefined;
    const isPart = !isTime && (fromMs !== undefined || toMs !== undefined);
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (isPart || (incidentId === undefined) === !isTime)
      wrong('incidentId', 'expected either an incident, or a time from and to');
    if (isTime && toMs <= fromMs) wrong('toMs', 'expected a time after its beginning');
    if (isTime && toMs - fromMs > BACKTEST_MS_MAX) wrong('toMs', 'expected 6 hours at most');
  });

/** What is tried. */
export type NewBacktest = Readonly<z.infer<typeof newBacktestSchema>>;

/** Something that people notice, as it was by the rules of then and as it would have been by those that are tried. */
export const backtestDifferenceSchema = z.object({
  /** `added`: it would have happened; `missing`: it would not have; `moved`: at another time, or to others. */
  change: z.enum(['added', 'missing', 'moved']),
  kind: z.enum(['alert', 'page', 'command']),
  /** `fires`, `resolves`; of a command its action. */
  action: z.string(),
  about: z.string(),
  /** Ms since the epoch; null: it is not there. */
  beforeAt: z.number().nullable(),
  afterAt: z.number().nullable(),
  text: z.string(),
});
/** Something that people notice, before and after. */
export type BacktestDifference = Readonly<z.infer<typeof backtestDifferenceSchema>>;

/** How a set of rules did. */
export const backtestScoreSchema = z.object({
  alerts: z.number(),
  /** Faults during which anything fired. */
  found: z.number(),
  pages: z.number(),
  /** Pages when nothing was wrong. */
  falsePages: z.number(),
  /** Rollbacks that were decided. */
  rollbacks: z.number(),
});

/** How one rule did, by the rules of then and by those that are tried; null: the set has no such rule. */
export const backtestRuleSchema = z.object({
  rule: z.string(),
  alertsBefore: z.number().nullable(),
  alertsAfter: z.number().nullable(),
  /** Faults during which it fired. */
  foundBefore: z.number().nullable(),
  foundAfter: z.number().nullable(),
  /** Ms from the begin of a fault to its first alert, the longest; null: it found none. Negative: before it was known. */
  delayBefore: z.number().nullable(),
  delayAfter: z.number().nullable(),
  falseAlertsBefore: z.number().nullable(),
  falseAlertsAfter: z.number().nullable(),
});

/** What a backtest found. */
export const backtestResultSchema = z.object({
  /** The time that was decided, ms since the epoch; `to` is not in it. */
  fromAt: z.number(),
  toAt: z.number(),
  records: z.number(),
  outcomes: z.number(),
  /** Whether the rules of then, over the recorded telemetry, decide again what was decided then. */
  isReproduced: z.boolean(),
  /** Incidents that were recorded within the time: what there was to be found. */
  faults: z.number(),
  before: backtestScoreSchema,
  after: backtestScoreSchema,
  rules: z.array(backtestRuleSchema),
  /** What is other than it was, by time; at most 500. */
  differences: z.array(backtestDifferenceSchema),
  /** All of them, and how much is the same. */
  differing: z.number(),
  same: z.number(),
  /** In what the tried rules are worse, in words. */
  worse: z.array(z.string()),
  /** Rules that look back further than was read, in words: what they decide here is no proof. */
  shortened: z.array(z.string()),
});
/** What a backtest found. */
export type BacktestResult = Readonly<z.infer<typeof backtestResultSchema>>;

/** A backtest: how far it is, and what it found. */
export const backtestSchema = z.object({
  backtestId: z.string(),
  status: z.enum(['waiting', 'running', 'done', 'failed']),
  incidentId: z.string().nullable(),
  askedAt: z.number(),
  endedAt: z.number().nullable(),
  /** Of 1, how much of the log was folded. */
  progress: z.number(),
  /** Outcomes that were folded so far, by both sets of rules. */
  outcomes: z.number(),
  result: backtestResultSchema.nullable(),
  /** Why it could not be done. */
  failure: z.string().nullable(),
});
/** A backtest. */
export type Backtest = Readonly<z.infer<typeof backtestSchema>>;
