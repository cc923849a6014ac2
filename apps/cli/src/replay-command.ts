import type { Environment } from '#config';
import { type Rule, TICK_MS } from '#contracts';
import { recordedVerifyMs, Sweep } from '#domain';
import {
  rangeOf,
  readFacts,
  type RecordedFacts,
  type Recording,
  type ReplayRange,
  type ReplayResult,
  runReplay,
  type ShortenedRule,
  shortenedRules,
} from '#replay';
import { backtestOf, formatBacktest } from './backtest.js';
import { exportRecording, openFileRecording } from './file-recording.js';
import { openLogRecording } from './log-recording.js';
import type { Paint } from './paint.js';
import type { ReplayAsked } from './replay-arguments.js';
import { readFaults, readRulesFile, recordedRules, spanOfIncident } from './replay-inputs.js';
import { Progress, type ProgressScreen } from './progress.js';
import { createPace } from './replay-pace.js';
import { formatReplay, reportOf } from './replay.js';
import { formatSweep } from './sweep.js';
import { UsageError } from './usage-error.js';

/** What a command answers: for programs, for people, and whether something was found. */
export interface Answer {
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly isFinding: boolean;
}

/** What the commands have of their process. */
export interface ReplayProcess {
  readonly environment: Environment;
  readonly directory: string;
  readonly paint: Paint;
  readonly screen: ProgressScreen;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
}

interface Work extends ReplayProcess {
  readonly asked: ReplayAsked;
  readonly recording: Recording;
  readonly facts: RecordedFacts;
  readonly range: ReplayRange;
}

type Wanted = Partial<Parameters<typeof runReplay>[0]> & { readonly rules: readonly Rule[] };

const run = async (work: Work, wanted: Wanted): Promise<ReplayResult> => {
  const { asked, recording, facts, range, screen, nowMs, pause } = work;
  const { speed } = asked;
  const tell = (text: string): void => void screen.write(`${text}\n`);
  const pace = speed === undefined ? undefined : createPace({ fromTick: range.fromTick, speed, nowMs, pause, tell });
  const progress = new Progress(screen, 'outcomes', nowMs);
  const ticks = range.toTick - range.firstTick + 1;
  // What is told line by line needs no line that says how far it is, once it has begun.
  const onTick = (tick: number, outcomes: number): void =>
    pace !== undefined && tick >= range.fromTick
      ? progress.end()
      : progress.at(tick - range.firstTick + 1, ticks, outcomes);
  const verifyMs = recordedVerifyMs(facts.events);
  try {
    return await runReplay({ recording, facts, range, verifyMs, onTick, pace, ...wanted });
  } finally {
    progress.end();
  }
};

/** The recorded run begins with what a server begins with; `RulesLoaded` brings what came later. */
const runRecorded = (work: Work, more: Partial<Wanted> = {}): Promise<ReplayResult> =>
  run(work, { rules: recordedRules([]), ...more });

const runOther = (work: Work, path: string): Promise<ReplayResult> =>
  run(work, { rules: [], other: readRulesFile(path) });

const replay = async (work: Work): Promise<Answer> => {
  const { asked, recording, facts, range, paint } = work;
  const result = asked.rules === undefined ? await runRecorded(work) : await runOther(work, asked.rules);
  const rules = asked.rules === undefined ? recordedRules(facts.events) : readRulesFile(asked.rules).rules;
  const report = reportOf(recording.name, range, result, facts.events, rules);
  return { json: report, lines: formatReplay(report, paint), isFinding: !report.isSame };
};

/** Of two sets, each rule once. */
const shortenedOf = (range: ReplayRange, ...sets: readonly (readonly Rule[])[]): readonly ShortenedRule[] => {
  const all = shortenedRules(range, sets.flat());
  return all.filter(({ rule, looksBackMs }, at) =>
    all.slice(0, at).every((each) => each.rule !== rule || each.looksBackMs !== looksBackMs),
  );
};

const backtest = async (work: Work): Promise<Answer> => {
  const { asked, facts, range, paint } = work;
  const other = readRulesFile(asked.rules!);
  const faults = readFaults(asked.truth, facts.events, range);
  const before = { ...(await runRecorded(work)), rules: recordedRules(facts.events) };
  const after = { ...(await run(work, { rules: [], other })), rules: other.rules };
  const isTold = asked.truth !== undefined;
  const report = backtestOf(before, after, {
    faults,
    isTold,
    shortened: shortenedOf(range, before.rules, after.rules),
  });
  return { json: report, lines: formatBacktest(report, paint), isFinding: report.regressions.length > 0 };
};

const sweep = async (work: Work): Promise<Answer> => {
  const { asked, facts, range } = work;
  const { thresholds, windowsMs, forsMs } = asked;
  const known = asked.rules === undefined ? recordedRules(facts.events) : readRulesFile(asked.rules).rules;
  const rule = known.find(({ name }) => name === asked.rule);
  if (rule === undefined)
    throw new UsageError(`--rule ${asked.rule}: expected one of ${known.map(({ name }) => name).join(', ')}`);
  if (rule.shortWindowMs !== undefined)
    throw new UsageError(`--rule ${rule.name}: has two windows, of which a sweep would try one; backtest takes it`);
  const faults = readFaults(asked.truth, facts.events, range);
  const swept = new Sweep({ rule, thresholds, windowsMs, forsMs, faults });
  const keptFor = windowsMs.map((windowMs): Rule => ({ ...rule, windowMs }));
  await run(work, { rules: known, keptFor, observe: swept.observe });
  const isTold = asked.truth !== undefined;
  const report = { rule: rule.name, isTold, faults, rows: swept.rows(), subjectsLeft: swept.subjectsLeft };
  return { json: report, lines: formatSweep(report), isFinding: false };
};

const exportTo = async ({ recording, range }: Work, directory: string): Promise<Answer> => {
  const span = { fromMs: range.readFromMs, toMs: (range.toTick + 1) * TICK_MS };
  const records = await exportRecording(recording, directory, span);
  return { json: { directory, records }, lines: [`${records} records in ${directory}`], isFinding: false };
};

const COMMANDS = { replay, backtest, sweep } as const;

const answerFrom = async (recording: Recording, asked: ReplayAsked, process: ReplayProcess): Promise<Answer> => {
  const facts = await readFacts(recording);
  const span = asked.incident === undefined ? asked.span : spanOfIncident(facts.events, asked.incident);
  const range = await rangeOf(recording, facts, span);
  if (range === undefined) throw new UsageError(`${recording.name}: holds no telemetry`);
  if (range.fromTick > range.toTick) throw new UsageError(`${recording.name}: holds nothing of that time`);
  const work: Work = { ...process, asked, recording, facts, range };
  return asked.exportTo === undefined ? COMMANDS[asked.command](work) : exportTo(work, asked.exportTo);
};

/** Runs a command over a log that runs or over exported records. */
export const answerReplay = async (asked: ReplayAsked, process: ReplayProcess): Promise<Answer> => {
  const recording =
    asked.fromFiles === undefined
      ? await openLogRecording(process.environment, process.directory)
      : await openFileRecording(asked.fromFiles);
  try {
    return await answerFrom(recording, asked, process);
  } finally {
    await recording.close();
  }
};
