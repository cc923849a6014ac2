import { type Fault, type LoggedDecision, type Regression, regressions, type Score, scoreDecisions } from '#domain';
import type { Paint } from './paint.js';
import { formatTable } from './table.js';

/** What a backtest answers, as `--json` prints it. */
export interface BacktestReport {
  readonly faults: readonly Fault[];
  /** The rules that were in force, and those that are tried. */
  readonly before: Score;
  readonly after: Score;
  readonly regressions: readonly Regression[];
}

interface Tried {
  readonly decisions: readonly LoggedDecision[];
  readonly rules: readonly { readonly name: string }[];
}

/** Scores what both sets of rules decided. */
export const backtestOf = (before: Tried, after: Tried, faults: readonly Fault[]): BacktestReport => {
  const score = ({ decisions, rules }: Tried): Score =>
    scoreDecisions(
      decisions,
      faults,
      rules.map(({ name }) => name),
    );
  const [was, is] = [score(before), score(after)];
  return { faults, before: was, after: is, regressions: regressions(was, is, faults) };
};

/** `1.2 s`; `-` where nothing was found. */
export const formatDelay = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1_000).toFixed(2)} s`);

/** For people: a row for each rule that is tried, what all of them do, and in what they are worse. */
export const formatBacktest = (report: BacktestReport, paint: Paint): readonly string[] => {
  const { faults, before, after } = report;
  const rows = after.rules.map(({ rule, alerts, detected, delayMs, falseAlerts, falsePages }) => {
    const was = before.rules.find((each) => each.rule === rule);
    const found = `${detected}/${faults.length}`;
    const counts = [String(alerts), found, formatDelay(delayMs), String(falseAlerts), String(falsePages)];
    return [rule, ...counts, was === undefined ? 'new' : formatDelay(was.delayMs)];
  });
  return [
    ...formatTable(['rule', 'alerts', 'found', 'delay', 'false alerts', 'false pages', 'delay before'], rows),
    `pages ${after.pages} (${before.pages} before), for nothing ${after.falsePages} (${before.falsePages}), rollbacks ${after.rollbacks} (${before.rollbacks})`,
    ...report.regressions.map(({ what, detail }) => paint.bad(`worse: ${what.replace('_', ' ')}: ${detail}`)),
    ...(report.regressions.length === 0 ? [paint.good('not worse than before')] : []),
  ];
};
