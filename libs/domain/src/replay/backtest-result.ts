import { BACKTEST_DIFFERENCES_MAX, type BacktestDifference, type BacktestResult, TICK_MS } from '#contracts';
import { type Regression, regressions, type RuleScore, type Score, scoreDecisions } from './backtest.js';
import { decisionLine, type LoggedDecision } from './decision-log.js';
import type { Fault } from './faults.js';
import { type Difference, differences, happeningsOf } from './happenings.js';

/** What a set of rules decided over a recording. */
export interface TriedRules {
  readonly decisions: readonly LoggedDecision[];
  readonly rules: readonly { readonly name: string }[];
}

/** What a backtest is judged by. */
export interface BacktestJudged {
  /** The rules of then, replayed, and those that are tried. */
  readonly before: TriedRules;
  readonly after: TriedRules;
  /** What was decided then. */
  readonly recorded: readonly LoggedDecision[];
  readonly faults: readonly Fault[];
  readonly range: { readonly fromTick: number; readonly toTick: number };
  readonly records: number;
  readonly outcomes: number;
  readonly shortened: readonly string[];
}

const scoreOf = ({ decisions, rules }: TriedRules, faults: readonly Fault[]): Score =>
  scoreDecisions(
    decisions,
    faults,
    rules.map(({ name }) => name),
  );

const totalsOf = ({ rules, delaysMs, pages, falsePages, rollbacks }: Score): BacktestResult['before'] => ({
  alerts: rules.reduce((sum, { alerts }) => sum + alerts, 0),
  found: delaysMs.filter((delay) => delay !== null).length,
  pages,
  falsePages,
  rollbacks,
});

const rowOf = (
  rule: string,
  before: RuleScore | undefined,
  after: RuleScore | undefined,
): BacktestResult['rules'][number] => ({
  rule,
  alertsBefore: before?.alerts ?? null,
  alertsAfter: after?.alerts ?? null,
  foundBefore: before?.detected ?? null,
  foundAfter: after?.detected ?? null,
  delayBefore: before?.delayMs ?? null,
  delayAfter: after?.delayMs ?? null,
  falseAlertsBefore: before?.falseAlerts ?? null,
  falseAlertsAfter: after?.falseAlerts ?? null,
});

/** Of both sets each rule once, those that are tried first. */
const rowsOf = (before: Score, after: Score): BacktestResult['rules'] => {
  const find = ({ rules }: Score, rule: string) => rules.find((each) => each.rule === rule);
  const names = new Set([...after.rules, ...before.rules].map(({ rule }) => rule));
  return [...names].map((rule) => rowOf(rule, find(before, rule), find(after, rule)));
};

const toldOf = ({ change, recorded, replayed }: Difference): readonly BacktestDifference[] => {
  if (change === 'same') return [];
  const { kind, action, about, text } = (replayed ?? recorded)!;
  return [{ change, kind, action, about, text, beforeAt: recorded?.atMs ?? null, afterAt: replayed?.atMs ?? null }];
};

const isAlike = (one: readonly LoggedDecision[], other: readonly LoggedDecision[]): boolean =>
  one.length === other.length && one.every((decision, at) => decisionLine(decision) === decisionLine(other[at]!));

const worseText = ({ what, detail }: Regression): string => `${what.replace('_', ' ')}: ${detail}`;

/**
 * What rules would have done otherwise. Both sets are replayed, so that a difference is the rules' alone; whether the replay is to be
 * believed is told beside it, by whether the rules of then decide again what was recorded.
 */
export const backtestResultOf = (judged: BacktestJudged): BacktestResult => {
  const { before, after, recorded, faults, range, records, outcomes, shortened } = judged;
  const [was, is] = [scoreOf(before, faults), scoreOf(after, faults)];
  const all = differences(happeningsOf(before.decisions), happeningsOf(after.decisions));
  const differing = all.flatMap(toldOf);
  return {
    fromAt: range.fromTick * TICK_MS,
    toAt: (range.toTick + 1) * TICK_MS,
    records,
    outcomes,
    isReproduced: isAlike(before.decisions, recorded),
    faults: faults.length,
    before: totalsOf(was),
    after: totalsOf(is),
    rules: rowsOf(was, is),
    differences: differing.slice(0, BACKTEST_DIFFERENCES_MAX),
    differing: differing.length,
    same: all.length - differing.length,
    worse: regressions(was, is, faults).map(worseText),
    shortened: [...shortened],
  };
};
