import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ProgramEnd, ProgramRun } from '#domain';
import type { Clock } from './clock.js';

/** A program to run. */
export interface Program {
  /** Its name and its arguments, as the program gets them. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly limitMs: number;
  /** A read back is read; warnings beside it would spoil it. */
  readonly keeps: 'both streams' | 'output only';
}

/** Runs a program to its end; never fails, and never longer than its limit and what killing takes. */
export type RunProgram = (program: Program) => Promise<ProgramRun>;

/** An answer takes 4,000 characters: the rest is for how the program ended. */
export const OUTPUT_CHARACTERS_MAX = 3_500;
/** What a program asked to end may still clean up. */
const GRACE_MS = 3_000;
/** How often it is looked whether a group is gone. */
const LOOK_MS = 20;
/** How long the end of a killed program, and what it wrote, may take to be seen; a daemon that it left may hold the pipe for ever. */
const DRAIN_MS = 500;
/** Between two pieces of at most 64 KB: what floods waits in the pipe, and outcomes do not wait for it. */
const PAUSE_MS = 5;

// Neither a terminal nor PostgreSQL should have to make something of these.
const UNREADABLE = /\p{Cs}|(?![\n\t])\p{Cc}/gu;

/** The last of what two streams say, as it comes. */
class Tail {
  private text = '';

  constructor(private readonly clock: Clock) {}

  follow(stream: Readable | null): void {
    stream?.setEncoding('utf8');
    stream?.on('data', (piece: string) => {
      this.text = (this.text + piece).slice(-OUTPUT_CHARACTERS_MAX);
      stream.pause();
      void this.clock.sleep(PAUSE_MS).then(() => stream.resume());
    });
    // A pipe that breaks ends what is read; how the program ends says the rest.
    stream?.on('error', () => undefined);
  }

  toString(): string {
    return this.text.replaceAll(UNREADABLE, '\ufffd');
  }
}

/** Signals a process group; false when nobody is left in it. */
const signalGroup = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
};

/** Asks a group to end, and makes it. A process that left the group, as daemons do, is not found. */
const endGroup = async (pid: number, clock: Clock): Promise<void> => {
  if (!signalGroup(pid, 'SIGTERM')) return;
  const until = clock.nowMs() + GRACE_MS;
  while (clock.nowMs() < until && signalGroup(pid, 0)) await clock.sleep(LOOK_MS);
  signalGroup(pid, 'SIGKILL');
};

/** Resolves when a promise did, or after a time; whether it was in time. */
const within = async (promise: Promise<unknown>, waitMs: number, clock: Clock): Promise<boolean> => {
  const enough = new AbortController();
  const isInTime = await Promise.race([promise.then(() => true), clock.sleep(waitMs, enough.signal).then(() => false)]);
  enough.abort();
  return isInTime;
};

const endOf = (child: ChildProcess): Promise<ProgramEnd> =>
  new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ how: 'not_started', because: message }));
    child.once('exit', (code, signal) => {
      resolve(code === null ? { how: 'killed', signal: signal ?? 'nobody' } : { how: 'exited', code });
    });
  });

/** Some failures are thrown, such as too long an argument vector; others come as an event. */
const start = ({ argv, environment, directory, keeps }: Program): ChildProcess | Error => {
  const [file = '', ...rest] = argv;
  try {
    return spawn(file, rest, {
      cwd: directory,
      env: environment,
      shell: false,
      detached: true,
      stdio: ['ignore', 'pipe', keeps === 'both streams' ? 'pipe' : 'ignore'],
    });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

/**
 * Runs programs as children: no shell, no input, an environment of their own, and a process group of their own, so that the time
 * limit ends what they started too. After a normal end the group is left alone: it may hold the server that was just started.
 */
export const createRunner =
  (clock: Clock): RunProgram =>
  async (program) => {
    const child = start(program);
    if (child instanceof Error) return { end: { how: 'not_started', because: child.message }, output: '' };
    const { limitMs } = program;
    const tail = new Tail(clock);
    tail.follow(child.stdout);
    tail.follow(child.stderr);
    const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    const ended = endOf(child);
    const isInTime = await within(ended, limitMs, clock);
    if (!isInTime && child.pid !== undefined) await endGroup(child.pid, clock);
    const end: ProgramEnd = isInTime
      ? await ended
      : { how: 'timed_out', limitMs, isKilled: await within(ended, DRAIN_MS, clock) };
    await within(closed, DRAIN_MS, clock);
    child.stdout?.destroy();
    child.stderr?.destroy();
    return { end, output: tail.toString() };
  };
