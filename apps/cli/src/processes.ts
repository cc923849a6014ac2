import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What `tocsin` starts: the programs of this build, beside it. */
const PROGRAMS = {
  up: new URL('../../standalone/src/main.js', import.meta.url),
  demo: new URL('../../simulator/src/demo.main.js', import.meta.url),
} as const;

/** A program that `tocsin` starts. */
export type Program = keyof typeof PROGRAMS;

/** Runs one until it ends, with this terminal; its exit status. What ends us by a signal is told to it, and waited for. */
export const runProgram = (program: Program, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(PROGRAMS[program]), ...args], { stdio: 'inherit' });
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    // A terminal sends Ctrl-C to both: the child decides how long its stop takes.
    const pass = (signal: NodeJS.Signals): void => void (signal !== 'SIGINT' && child.kill(signal));
    for (const signal of signals) process.on(signal, pass);
    child.once('error', (cause) => reject(new Error(`tocsin ${program}: cannot be started`, { cause })));
    child.once('exit', (code) => {
      for (const signal of signals) process.off(signal, pass);
      resolve(code ?? 1);
    });
  });
