import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** An aggregator in a process of its own, which is started again whenever it ends. */
export interface AggregatorProcess {
  /** SIGKILL; the next one is on its way when this resolves. */
  readonly kill: () => Promise<void>;
  /** SIGSTOP: it hangs, as in a long collection or on a frozen machine. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Times that it ended without being killed, and was started again. */
  readonly failures: () => number;
  /** Ends it for good, also when it hangs. */
  readonly stop: () => Promise<void>;
}

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
/** A process that starts while Postgres or the broker is away may end; one that ends for another reason does so for ever. */
const FAILURES_MAX = 50;

const launch = (logFile: string, environment: Readonly<Record<string, string>>): ChildProcess => {
  const log = openSync(logFile, 'a');
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'warn', PORT: '0', ...environment };
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], { env, stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
};

/** Starts one; what it logs is appended to the file. */
export const superviseAggregator = (
  logFile: string,
  environment: Readonly<Record<string, string>>,
): AggregatorProcess => {
  let failures = 0;
  let isStopping = false;
  const start = (): ChildProcess => {
    const started = launch(logFile, environment);
    started.once('exit', (_code, signal) => {
      if (isStopping) return;
      if (signal !== 'SIGKILL') failures += 1;
      if (failures <= FAILURES_MAX) child = start();
    });
    return started;
  };
  let child = start();
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    failures: () => failures,
    stop: () => {
      isStopping = true;
      return kill();
    },
  };
};

/** How many lines of a log contain these words. */
export const countLines = async (logFile: string, words: string): Promise<number> =>
  (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.includes(words)).length;
