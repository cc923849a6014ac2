import { type Command, type CommandVerdict, type Release, releaseName, releaseSchema } from '#contracts';
import type { Execution, ExecutionEvent, Executions, ToldHealth } from './execution.js';

/** What an executor does with a command that came. */
export type CommandDecision =
  | {
      readonly is: 'start';
      readonly command: Command;
      readonly program: readonly string[];
      readonly event: ExecutionEvent;
    }
  | { readonly is: 'refuse'; readonly event: ExecutionEvent }
  /** Nothing is answered: it is forged, for others, or was seen before. */
  | { readonly is: 'ignore'; readonly because: string };

/** What a decision on a command needs beside its verdict. */
export interface ExecutorFacts {
  readonly executions: Executions;
  /** The kill switch of the node (RAIL-14); `detail` says which file says what. */
  readonly ownSwitch: { readonly isOn: boolean; readonly detail: string };
  readonly isDryRun: boolean;
  /** The program with its arguments for a command; undefined: none is configured for its action. */
  readonly programFor: (command: Command) => readonly string[] | undefined;
  readonly nowMs: number;
}

/** How a program ended. */
export type ProgramEnd =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'killed'; readonly signal: string }
  /** A program under another user, as with sudo, cannot be killed from here. */
  | { readonly how: 'timed_out'; readonly limitMs: number; readonly isKilled: boolean }
  | { readonly how: 'not_started'; readonly because: string };

/** A program that ran, or could not. */
export interface ProgramRun {
  readonly end: ProgramEnd;
  /** The last of what it wrote. */
  readonly output: string;
}

/** Ids become arguments of programs: no space, no separator, no leading dash. Tocsin's own are hex digits. */
const PLAIN_ID = /^[A-Za-z0-9][\w.:-]{0,127}$/;
/** The contract takes 4,000 characters; an argument vector may be longer. */
const DETAIL_CHARACTERS_MAX = 4_000;

const refuse = ({ commandId, generation }: Command, because: string, atMs: number): CommandDecision => {
  const detail = because.slice(0, DETAIL_CHARACTERS_MAX);
  return { is: 'refuse', event: { type: 'CommandRefused', commandId, generation, detail, atMs } };
};

/**
 * What to do with a command, given what its verification said. A dry run is answered `refused`: a rollback takes `done` for the
 * truth and would go on to its next wave, and nothing was done. What was refused once is never run later.
 */
export const decideCommand = (verdict: CommandVerdict, facts: ExecutorFacts): CommandDecision => {
  const { command } = verdict;
  const isForOthers = verdict.verdict === 'refuse' && verdict.reason === 'audience_foreign';
  if (verdict.verdict === 'refuse' && (command === undefined || isForOthers))
    return { is: 'ignore', because: `${verdict.reason}: ${verdict.detail}` };
  if (command === undefined) throw new Error('a command is executed, and there is none');
  const { commandId, generation, action, to } = command;
  const { executions, ownSwitch, isDryRun, programFor, nowMs } = facts;
  const seen = executions.get(commandId);
  if (seen !== undefined) return { is: 'ignore', because: `${commandId} was seen before: it is ${seen.state}` };
  if (verdict.verdict === 'refuse') return refuse(command, `${verdict.reason}: ${verdict.detail}`, nowMs);
  if (!ownSwitch.isOn) return refuse(command, `switched_off: ${ownSwitch.detail}`, nowMs);
  if (!PLAIN_ID.test(commandId)) return refuse(command, 'id_invalid: its id cannot be an argument of a program', nowMs);
  const program = programFor(command);
  if (program === undefined) return refuse(command, `action_unknown: no program for ${action} is configured`, nowMs);
  if (isDryRun) return refuse(command, `dry run, nothing was started: ${JSON.stringify(program)}`, nowMs);
  const detail = `${action} to ${releaseName(to)}`;
  const event = { type: 'CommandAccepted', commandId, generation, action, to, detail, atMs: nowMs } as const;
  return { is: 'start', command, program, event };
};

/** What a restart finds: a command that was under way is over, whatever its program did. Undefined: nothing to say. */
export const decideInterruption = ({ commandId, state }: Execution, atMs: number): ExecutionEvent | undefined => {
  const interrupted = (detail: string): ExecutionEvent => ({ type: 'ProgramInterrupted', commandId, detail, atMs });
  if (state === 'accepted') return interrupted('interrupted before its program started: nothing was done');
  if (state === 'running') return interrupted('interrupted, its effect is unknown');
  return undefined;
};

/** The end of a program in words. */
export const describeEnd = (end: ProgramEnd): string => {
  switch (end.how) {
    case 'exited':
      return `ended with ${end.code}`;
    case 'killed':
      return `was killed by ${end.signal}`;
    case 'timed_out':
      return `did not end within ${end.limitMs} ms ${end.isKilled ? 'and was killed' : 'and could not be killed: it may still run'}`;
    case 'not_started':
      return `could not be started: ${end.because}`;
  }
};

/** The release in the output of a read back: software version and configuration revision, apart by white space. */
const readRelease = ({ end, output }: ProgramRun): Release | undefined => {
  const [softwareVersion, configRev, ...rest] = output.trim().split(/\s+/);
  const isWhole = end.how === 'exited' && end.code === 0 && rest.length === 0;
  return isWhole ? releaseSchema.safeParse({ softwareVersion, configRev }).data : undefined;
};

/** `4 of 5 probes passed`: the last that the program wrote, as the playbook of R58 does. */
const HEALTH = /\b(\d{1,3}) of (\d{1,3}) probes passed\b/g;

const healthIn = (output: string): ToldHealth | undefined => {
  const [, passed, probes] = [...output.matchAll(HEALTH)].at(-1) ?? [];
  return probes === undefined ? undefined : { probes: Number(probes), passed: Number(passed) };
};

/**
 * Whether a command is done: its program ended with 0, and what was read back, if anything, is what the command wanted. The
 * answer never names a release that was only wanted. What the program said of its health check is told beside it, and judged by
 * who gave the command.
 */
export const decideEnd = (
  { commandId, to }: Pick<Command, 'commandId' | 'to'>,
  run: ProgramRun,
  readBack: ProgramRun | undefined,
  atMs: number,
): ExecutionEvent => {
  const ended = (status: 'done' | 'failed', because: string, release?: Release): ExecutionEvent => {
    const detail = `${because}\n${run.output}`.trim().slice(0, DETAIL_CHARACTERS_MAX);
    const health = healthIn(run.output);
    const told = { ...(release && { release }), ...(health && { health }) };
    return { type: 'ProgramEnded', commandId, status, detail, atMs, ...told };
  };
  const program = `the program ${describeEnd(run.end)}`;
  if (run.end.how !== 'exited' || run.end.code !== 0) return ended('failed', program);
  if (readBack === undefined) return ended('done', `${program}, no release was read back`);
  const release = readRelease(readBack);
  if (release === undefined) {
    const said = `${describeEnd(readBack.end)}, saying ${JSON.stringify(readBack.output.slice(0, 200))}`;
    return ended('failed', `${program}, but no release could be read back: that program ${said}`);
  }
  const isWanted = releaseName(release) === releaseName(to);
  if (!isWanted)
    return ended('failed', `${program}, but ${releaseName(release)} runs, not ${releaseName(to)}`, release);
  return ended('done', `${program}, ${releaseName(release)} runs`, release);
};
