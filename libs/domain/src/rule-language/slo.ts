import { type Rule, ruleOf, type RuleScope, type SloEntry } from '#contracts';
import { readSelector, shareOf } from './compile-rule.js';
import { durationMs } from './duration.js';
import { scopesThatFit } from './scope-labels.js';
import type { Tell } from './finding.js';
import { wordsOf } from './signal-words.js';
import type { SoundEntry } from './sound-parts.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

interface BurnPair {
  readonly suffix: string;
  /** The share of the period's budget that may be gone after the long window. */
  readonly budget: number;
  readonly longMs: number;
  readonly shortMs: number;
  readonly severity: Rule['severity'];
}

/**
 * The pairs of the Google SRE workbook (chapter 5): over 30 days they are 14.4, 6, 3 and 1 times the even rate. The long window says
 * that it matters, the short one that it is still going on.
 */
const PAIRS: readonly BurnPair[] = [
  { suffix: 'burn_1h', budget: 0.02, longMs: HOUR_MS, shortMs: 5 * MINUTE_MS, severity: 'critical' },
  { suffix: 'burn_6h', budget: 0.05, longMs: 6 * HOUR_MS, shortMs: 30 * MINUTE_MS, severity: 'critical' },
  { suffix: 'burn_1d', budget: 0.1, longMs: 24 * HOUR_MS, shortMs: 2 * HOUR_MS, severity: 'warning' },
  { suffix: 'burn_3d', budget: 0.1, longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, severity: 'warning' },
];

const WORDS = wordsOf('burn_rate');
/** Below the even rate the budget lasts: whatever the period, a rule does not fire on what the objective allows. */
const BURN_MIN = 1;
/** Of a short window with fewer outcomes one failure is many times the budget. */
const OUTCOMES_MIN = 1_000;
/** Below a day the longest window is longer than the period; a quarter is as far as anybody plans. */
const PERIOD_MS = { min: 7 * 24 * HOUR_MS, max: 90 * 24 * HOUR_MS } as const;

const ruleOfPair = (entry: SloEntry, pair: BurnPair, objective: number, periodMs: number): Rule => {
  const burn = Math.max(BURN_MIN, Number(((pair.budget * periodMs) / pair.longMs).toFixed(6)));
  const isPage = pair.severity === 'critical';
  return ruleOf({
    name: `${entry.name}_${pair.suffix}`,
    signal: 'burn_rate',
    objective,
    scopes: entry.for_each ?? ['fleet'],
    where: readSelector(entry.where),
    comparison: 'above',
    threshold: burn,
    windowMs: pair.longMs,
    shortWindowMs: pair.shortMs,
    outcomesMin: entry.min_outcomes ?? OUTCOMES_MIN,
    severity: pair.severity,
    labels: { slo: entry.name, ...entry.labels },
    annotations: { summary: `The budget of ${entry.slo} is used up {{value}} times as fast as it may be` },
    ...(entry.runbook === undefined ? {} : { runbook: entry.runbook }),
    actions: isPage ? [{ do: 'page', policy: 'default' }] : [],
  });
};

const checkScopes = (scopes: readonly RuleScope[], entry: SoundEntry<SloEntry>, tell: Tell): void => {
  entry.for_each?.forEach((scope, index) => {
    if (!WORDS.scopes.includes(scope))
      tell(['for_each', index], `an objective cannot be watched for ${scope}; it can for ${WORDS.scopes.join(', ')}`);
  });
  const where = readSelector(entry.where);
  if (scopesThatFit(scopes, where).length > 0) return;
  tell(['where'], `no ${scopes.join(' and no ')} has the labels ${Object.keys(where).join(', ')}: it would never fit`);
};

/** The rules of an objective; tells what is wrong with it. */
export const compileSlo = (entry: SoundEntry<SloEntry>, tell: Tell): readonly Rule[] => {
  checkScopes(entry.for_each ?? ['fleet'], entry, tell);
  const { name, slo } = entry;
  if (name === undefined || slo === undefined) return [];
  const [percent = '', period = ''] = slo.split(' over ');
  const [objective, periodMs] = [shareOf(percent), durationMs(period)];
  if (objective <= 0 || objective >= 1)
    tell(['slo'], 'an objective lies above 0 % and below 100 %: it leaves a budget');
  else if (periodMs < PERIOD_MS.min || periodMs > PERIOD_MS.max) tell(['slo'], 'a period is 7d to 90d long');
  else if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,55}$/.test(name))
    tell(['name'], 'leave room for _burn_1h: 56 characters at most');
  else return PAIRS.map((pair) => ruleOfPair({ ...entry, name, slo }, pair, objective, periodMs));
  return [];
};
