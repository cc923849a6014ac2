import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#testing';
import { systemClock } from './clock.js';
import { createRunner, OUTPUT_CHARACTERS_MAX, type Program } from './command-runner.js';

const run = createRunner(systemClock);
let folder: string;

const program = (argv: readonly string[], changes: Partial<Program> = {}): Program => ({
  argv,
  environment: { PATH: process.env['PATH'] ?? '' },
  directory: folder,
  limitMs: 20_000,
  keeps: 'both streams',
  ...changes,
});
/** A program of our own; only tests put a text into a shell. */
const sh = (script: string, ...argv: readonly string[]): readonly string[] => ['sh', '-c', script, 'sh', ...argv];

const isAlive = (pid: number): boolean => {
  try {
    // A zombie that its new parent does not collect is as dead.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === false;
  } catch {
    return false;
  }
};
const pidIn = (name: string): Promise<number> =>
  until(`${name} holds a pid`, () => {
    try {
      return Number(/^(\d+)\n/.exec(readFileSync(join(folder, name), 'utf8'))?.[1] ?? 0);
    } catch {
      return false;
    }
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-runner-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a program', () => {
  it('gets its arguments as they are, and meets no shell', async () => {
    const odd = ['a b', '$(touch owned)', ';', '*', '', 'é"\'', '--'];
    const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
    const { end, output } = await run(program([process.execPath, '-e', print, '--', ...odd]));
    expect(end).toEqual({ how: 'exited', code: 0 });
    expect(JSON.parse(output)).toEqual(odd);
  });

  it('gets the environment and the directory it was given, and no input', async () => {
    const environment = { PATH: process.env['PATH'] ?? '', TOCSIN_ACTION: 'rollback' };
    const { output } = await run(
      program(sh('cat; pwd -P; env | grep -v "^\\(PWD\\|SHLVL\\|_\\|OLDPWD\\)="'), { environment }),
    );
    const [directory, ...variables] = output.trim().split('\n');
    expect(directory?.endsWith(folder)).toBe(true);
    expect(variables.toSorted()).toEqual(Object.entries(environment).map(([name, value]) => `${name}=${value}`));
  });

  it('that fails is told with its code and both of its streams', async () => {
    const { end, output } = await run(program(sh('echo out; echo err >&2; exit 3')));
    expect(end).toEqual({ how: 'exited', code: 3 });
    expect(output.split('\n').toSorted()).toEqual(['', 'err', 'out']);
  });

  it('that is read back is read without its warnings', async () => {
    const { output } = await run(program(sh('echo warning >&2; echo v2.1.4 c41'), { keeps: 'output only' }));
    expect(output).toBe('v2.1.4 c41\n');
  });

  it('that kills itself is told with the signal', async () => {
    const { end } = await run(program(sh('kill -SEGV $$')));
    expect(end).toEqual({ how: 'killed', signal: 'SIGSEGV' });
  });

  it.each([
    ['is not there', ['no-such-program'], {}],
    ['has nowhere to run', ['true'], { directory: '/no/such/directory' }],
    ['has more arguments than the system takes', ['true', 'x'.repeat(1 << 22)], {}],
    ['has an argument that no program can get', ['true', 'a\0b'], {}],
  ])('that %s did not start', async (_, argv, changes) => {
    const { end, output } = await run(program(argv, changes));
    expect(end.how).toBe('not_started');
    expect(output).toBe('');
  });

  it('that floods is bounded: the last of it is kept', async () => {
    const flood = 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done; printf end';
    const { end, output } = await run(program(sh(flood)));
    expect(end).toEqual({ how: 'exited', code: 0 });
    expect(output).toHaveLength(OUTPUT_CHARACTERS_MAX);
    expect(output.endsWith('line 19999\nend')).toBe(true);
  });

  it('that never stops flooding ends at its limit', async () => {
    const { end, output } = await run(program(['yes'], { limitMs: 1_000 }));
    expect(end).toEqual({ how: 'timed_out', limitMs: 1_000, isKilled: true });
    expect(output).toHaveLength(OUTPUT_CHARACTERS_MAX);
  });

  it('may write anything: what cannot be read or kept becomes U+FFFD', async () => {
    const { output } = await run(program(sh("printf 'a\\000b\\033[31mc\\377d\\tend\\n'")));
    expect(output).toBe('a\ufffdb\ufffd[31mc\ufffdd\tend\n');
  });
});

describe('the time limit', () => {
  it('ends all of the group: the program and what it started', async () => {
    const running = run(program(sh('sleep 1000 & echo $! > child; echo $$ > parent; wait'), { limitMs: 500 }));
    const [child, parent] = [await pidIn('child'), await pidIn('parent')];
    // Both ran, or they had written nothing.
    expect((await running).end).toEqual({ how: 'timed_out', limitMs: 500, isKilled: true });
    await until('both are gone', () => !isAlive(child) && !isAlive(parent));
  });

  it('kills a program that ignores SIGTERM, and a child of it that does', async () => {
    const stubborn =
      "trap '' TERM; echo $$ > parent; sh -c 'echo $$ > child; while :; do sleep 1; done' & wait; sleep 1000";
    const running = run(program(sh(stubborn), { limitMs: 1_000 }));
    const [child, parent] = [await pidIn('child'), await pidIn('parent')];
    expect((await running).end).toEqual({ how: 'timed_out', limitMs: 1_000, isKilled: true });
    await until('both are gone', () => !isAlive(child) && !isAlive(parent));
  });

  it('lets a program that was asked to end clean up', async () => {
    const { end, output } = await run(
      program(sh("trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.05; done"), { limitMs: 1_000 }),
    );
    expect(end).toEqual({ how: 'timed_out', limitMs: 1_000, isKilled: true });
    expect(output).toContain('cleaned\n');
  });

  it('is not for what a program leaves running after its end: that may be the server', async () => {
    const { end } = await run(program(sh('sleep 1000 & echo $! > server; exit 0')));
    expect(end).toEqual({ how: 'exited', code: 0 });
    const server = await pidIn('server');
    expect(isAlive(server)).toBe(true);
    process.kill(server, 'SIGKILL');
  });
});
