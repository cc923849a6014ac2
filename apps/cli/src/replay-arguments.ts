import { parseArgs } from 'node:util';
import { readDuration, RULE_WINDOW_MS_MAX } from '#contracts';
import type { AskedSpan } from '#replay';
import { timeOf } from './given-times.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** What replay, backtest and sweep are asked for. */
export interface ReplayAsked {
  readonly command: 'replay' | 'backtest' | 'sweep';
  readonly json: boolean;
  readonly span: AskedSpan;
  /** The id of the incident whose time is meant, or `latest`. */
  readonly incident: string | undefined;
  /** A directory of exported records instead of a log that runs. */
  readonly fromFiles: string | undefined;
  /** Where to export to, instead of replaying. */
  readonly exportTo: string | undefined;
  /** Rules to be tried; undefined = those that were in force. */
  readonly rules: string | undefined;
  /** Where it is written what was really wrong. */
  readonly truth: string | undefined;
  /** So many times as fast as it was; undefined: as fast as it can. */
  readonly speed: number | undefined;
  readonly rule: string | undefined;
  readonly thresholds: readonly number[];
  readonly windowsMs: readonly number[];
  readonly forsMs: readonly number[];
}

/** How these are written. */
export const REPLAY_USAGE: readonly CommandUsage[] = [
  {
    name: 'replay',
    takes: '[--rules FILE] [--speed 60x|max] [--export DIR]',
    says: 'the recorded log through the rules again: the same decisions, or what is other than it was; --speed tells on standard error what happens, so many times as fast as it was; --export writes what a replay needs into a directory, for somebody else',
    example: 'replay --incident latest',
  },
  {
    name: 'backtest',
    takes: '--rules FILE [--truth FILE]',
    says: 'other rules against what was really wrong: found, how late, pages for nothing',
    example: 'backtest --rules rules.yml --truth truth.yml',
  },
  {
    name: 'sweep',
    takes: '--rule NAME --threshold A,B --window 30s,1m [--for 0s,30s]',
    says: 'every combination over the recorded log: alerts, first delay, false alarms',
    example: 'sweep --rule dns_resolution_success_rate --threshold 99,95 --window 30s,1m',
  },
];

const OPTIONS = {
  json: { type: 'boolean', default: false },
  from: { type: 'string' },
  to: { type: 'string' },
  incident: { type: 'string' },
  'from-files': { type: 'string' },
  export: { type: 'string' },
  rules: { type: 'string' },
  speed: { type: 'string' },
  truth: { type: 'string' },
  rule: { type: 'string' },
  threshold: { type: 'string' },
  window: { type: 'string' },
  for: { type: 'string' },
} as const;

type OptionName = keyof typeof OPTIONS;
const EVERY: readonly OptionName[] = ['json', 'from', 'to', 'incident', 'from-files'];
/** What each command takes. */
const TAKES: Readonly<Record<ReplayAsked['command'], readonly OptionName[]>> = {
  replay: [...EVERY, 'rules', 'speed', 'export'],
  backtest: [...EVERY, 'rules', 'truth'],
  sweep: [...EVERY, 'rules', 'truth', 'rule', 'threshold', 'window', 'for'],
};
/** Values of one list; all combinations of three such lists are more than a sweep takes. */
const VALUES_MAX = 100;

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], strict: true, allowPositionals: true, options: OPTIONS });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const momentOf = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : timeOf(name, text);

const listOf = <T>(name: string, text: string | undefined, valueOf: (item: string) => T | undefined): readonly T[] => {
  const items = text?.split(',') ?? [];
  if (items.length > VALUES_MAX) throw new UsageError(`--${name}: at most ${VALUES_MAX} values`);
  return items.map((item) => {
    const value = valueOf(item.trim());
    if (value === undefined) throw new UsageError(`--${name} ${item}: expected ${EXPECTED[name]}`);
    return value;
  });
};

const EXPECTED: Readonly<Record<string, string>> = {
  threshold: 'a number in the unit of the signal',
  window: 'whole seconds, like 30s or 1m30s, 5m at most',
  for: 'a duration like 0s, 30s or 1h30m',
};

const numberOf = (text: string): number | undefined => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined);

/** A day in less than a second: whatever is faster has `max`. */
const SPEED_MAX = 100_000;

/** `60x` as 60; `max` is no speed. */
const speedOf = (text: string | undefined): number | undefined => {
  if (text === undefined || text === 'max') return undefined;
  const [, times] = /^(\d{1,6}(?:\.\d{1,3})?)x$/.exec(text) ?? [];
  const speed = Number(times ?? 0);
  if (speed === 0 || speed > SPEED_MAX)
    throw new UsageError(`--speed ${text}: expected max, or how many times as fast as it was, such as 60x`);
  return speed;
};

const windowOf = (text: string): number | undefined => {
  const ms = readDuration(text);
  return ms === undefined || ms === 0 || ms % 1_000 !== 0 || ms > RULE_WINDOW_MS_MAX ? undefined : ms;
};

const check = (asked: ReplayAsked): ReplayAsked => {
  const { command, rules, rule, thresholds, windowsMs, incident, span } = asked;
  if (command === 'backtest' && rules === undefined) throw new UsageError('backtest: expected --rules FILE');
  if (asked.speed !== undefined && asked.exportTo !== undefined)
    throw new UsageError('--speed and --export exclude each other');
  if (command === 'sweep' && rule === undefined) throw new UsageError('sweep: expected --rule NAME');
  if (command === 'sweep' && (thresholds.length === 0 || windowsMs.length === 0))
    throw new UsageError('sweep: expected --threshold and --window, each a list');
  if (incident !== undefined && (span.fromMs !== undefined || span.toMs !== undefined))
    throw new UsageError('--incident and --from or --to exclude each other');
  if (span.fromMs !== undefined && span.toMs !== undefined && span.fromMs >= span.toMs)
    throw new UsageError('--from: expected a time before --to');
  return asked;
};

/** Reads the arguments of a command that replays; throws a UsageError when they make no sense. */
export const readReplayArguments = (command: ReplayAsked['command'], args: readonly string[]): ReplayAsked => {
  const { values, positionals } = parse(args);
  const [extra] = positionals;
  if (extra !== undefined) throw new UsageError(`unexpected argument ${extra}`);
  const foreign = (Object.keys(values) as OptionName[]).find((name) => !TAKES[command].includes(name));
  if (foreign !== undefined) throw new UsageError(`--${foreign} is nothing for ${command}`);
  return check({
    command,
    json: values.json,
    span: { fromMs: momentOf('from', values.from), toMs: momentOf('to', values.to) },
    incident: values.incident,
    fromFiles: values['from-files'],
    exportTo: values.export,
    rules: values.rules,
    truth: values.truth,
    speed: speedOf(values.speed),
    rule: values.rule,
    thresholds: listOf('threshold', values.threshold, numberOf),
    windowsMs: listOf('window', values.window, windowOf),
    forsMs: values.for === undefined ? [0] : listOf('for', values.for, readDuration),
  });
};
