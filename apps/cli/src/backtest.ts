import { type Fault, type LoggedDecision, type Regression, regressions, type Score, scoreDecisions } from '#domain';
import { formatShortened, type ShortenedRule } from '#replay';
import type { Paint } from './paint.js';
import { formatTable } from './table.js';

/** What a backtest answers, as `--json` prints it. */
export interface BacktestReport {
  /** Whether somebody said what was wrong; else the recorded incidents stand for it. */
  readonly isTold: boolean;
  /** Of both sets: rules that had less before them than they look back. */
  readonly shortened: readonly ShortenedRule[];
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
export const backtestOf = (
  before: Tried,
  after: Tried,
  { faults, isTold, shortened }: Pick<BacktestReport, 'faults' | 'isTold' | 'shortened'>,
): BacktestReport => {
  const score = ({ decisions, rules }: Tried): Score =>
    scoreDecisions(
      decisions,
      faults,
      rules.map(({ name }) => name),
    );
  const [was, is] = [score(before), score(after)];
  return { isTold, shortened, faults, before: was, after: is, regressions: regressions(was, is, faults) };
};

/** `1.2 s`; `-` where nothing was found. */
export const formatDelay = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1_000).toFixed(2)} s`);

/** For people: how many faults there are, and that they are incidents where nobody said what was really wrong. */
export const describeFaults = (count: number, isTold: boolean): string => {
  const faults = `${count} fault${count === 1 ? '' : 's'}`;
  if (isTold) return faults;
  return `${faults}: the recorded incidents, since there is no --truth; one that was for nothing counts as found, and what nobody noticed is missing`;
};

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
    describeFaults(faults.length, report.isTold),
    ...formatShortened(report.shortened).map(paint.warn),
    ...formatTable(['rule', 'alerts', 'found', 'delay', 'false alerts', 'false pages', 'delay before'], rows),
    `pages ${after.pages} (${before.pages} before), for nothing ${after.falsePages} (${before.falsePages}), rollbacks ${after.rollbacks} (${before.rollbacks})`,
    ...report.regressions.map(({ what, detail }) => paint.bad(`worse: ${what.replace('_', ' ')}: ${detail}`)),
    ...(report.regressions.length === 0 ? [paint.good('not worse than before')] : []),
  ];
};
