import { type BacktestResult, type RuleSet, TICK_MS } from '#contracts';
import {
  backtestResultOf,
  faultsOf,
  firstRuleSet,
  faultsWithin,
  lastRuleSet,
  recordedDecisions,
  recordedVerifyMs,
} from '#domain';
import type { RecordedFacts, Recording } from './recording.js';
import { formatShortened, type ReplayRange, type ReplayResult, runReplay, shortenedRules } from './replay-run.js';

/** What a backtest is run over. */
export interface BacktestOptions {
  readonly recording: Recording;
  readonly facts: RecordedFacts;
  readonly range: ReplayRange;
  /** The rules that are tried. */
  readonly other: RuleSet;
  /** Told of each tick that was passed: how much of both replays is done, of 1, and how many outcomes they folded. */
  readonly onProgress: (progress: number, outcomes: number) => void;
}

const runBoth = async (options: BacktestOptions): Promise<readonly [ReplayResult, ReplayResult]> => {
  const { recording, facts, range, other, onProgress } = options;
  const ticks = range.toTick - range.firstTick + 1;
  const verifyMs = recordedVerifyMs(facts.events);
  const run = (first: number, folded: number, more: { readonly other?: RuleSet }): Promise<ReplayResult> => {
    const onTick = (tick: number, outcomes: number): void =>
      onProgress((first + (tick - range.firstTick) / ticks) / 2, folded + outcomes);
    // What the server began with; `RulesLoaded` brings what came later.
    const rules = firstRuleSet(facts.events)?.rules ?? [];
    return runReplay({ recording, facts, range, verifyMs, onTick, rules, ...more });
  };
  const before = await run(0, 0, {});
  return [before, await run(1, before.outcomes, { other })];
};

/** The rules of then and others over the same recorded time, and what the others would have done otherwise. It writes nothing. */
export const runBacktest = async (options: BacktestOptions): Promise<BacktestResult> => {
  const { facts, range, other } = options;
  const [before, after] = await runBoth(options);
  const then = lastRuleSet(facts.events)?.rules ?? [];
  return backtestResultOf({
    before: { decisions: before.decisions, rules: then },
    after: { decisions: after.decisions, rules: other.rules },
    recorded: recordedDecisions(facts.events, range.fromTick, range.toTick),
    faults: faultsWithin(faultsOf(facts.events, (range.toTick + 1) * TICK_MS), range),
    range,
    records: before.records,
    outcomes: before.outcomes,
    shortened: [...new Set(formatShortened(shortenedRules(range, [...then, ...other.rules])))],
  });
};
