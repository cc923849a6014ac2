import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A jest that runs two small files takes 2 s; a test's own time cannot end what holds its process. */
const TIMEOUT_MS = 60_000;
const RUNTIME = resolve('jest-runtime.cjs');

/** A module that both files load: it is still what it was, where they run in one process. */
const SHARED = `
  import fc from ${JSON.stringify(pathToFileURL(resolve('node_modules/fast-check/lib/fast-check.js')))};
  export const ran = [];
  export const drawn = () => {
    const values = [];
    fc.assert(fc.property(fc.integer(), (value) => void values.push(value)));
    return values;
  };
  export const first = drawn();
`;

/** Leaves everything behind that a file can leave in its process, and fails in every way that is not an assertion's. */
const FIRST = `
  import { ran } from './shared.js';
  ran.push('first');
  it('hangs', () => new Promise(() => {}), 50);
  it('throws when nobody waits for it', async () => {
    setTimeout(() => { throw new Error('thrown by a timer'); }, 1);
    await new Promise((done) => setTimeout(done, 20));
  });
  it('rejects what nobody waits for', async () => {
    Promise.reject(new Error('rejected by nobody'));
    await new Promise((done) => setTimeout(done, 20));
  });
  it('asserts less than it said', () => expect.assertions(1));
  it('leaves things behind', () => {
    process.env.LEFT = 'behind';
    delete process.env.GIVEN;
    process.on('SIGUSR2', () => {});
    process.exitCode = 3;
    process.chdir('/');
  });
  it.skip('is skipped: no reason', () => {});
`;

const SECOND = `
  import { createRequire } from 'node:module';
  import { drawn, first, ran } from './shared.js';
  it('draws again, in CI, what the first file drew', () => {
    expect(drawn()).toEqual(first);
    expect(first).toHaveLength(100);
  });
  it('runs in the process of the first file, after it', () => expect(ran).toEqual(['first']));
  it('finds nothing that is held of the tests of the first file', () => {
    const { children } = createRequire(import.meta.url).cache[${JSON.stringify(RUNTIME)}];
    expect(children.map(({ filename }) => filename)).toEqual([expect.stringContaining('jest-circus')]);
  });
  it('finds the process as the first file did', () => {
    expect(process.env).toMatchObject({ GIVEN: 'yes' });
    expect(process.env).not.toHaveProperty('LEFT');
    expect(process.listenerCount('SIGUSR2')).toBe(0);
    expect(process.exitCode).toBeUndefined();
    expect(process.cwd()).not.toBe('/');
  });
  afterAll(() => { throw new Error('thrown after all'); });
`;

interface Results {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

interface Config {
  readonly default: { readonly setupFiles: readonly string[] };
}

/** What is loaded before the files of this repository, and so before those two. */
const setupFilesOf = async (): Promise<readonly string[]> => {
  const config = (await import(pathToFileURL(resolve('jest.config.mjs')).href)) as Config;
  return config.default.setupFiles.map((path) => path.replace('<rootDir>', resolve('dist')));
};

/** What jest says of both files in CI, one after the other in one process. */
const runBoth = async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tocsin-jest-')));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'shared.js'), SHARED);
    // The larger file is the first one, where jest has no times of an earlier run.
    writeFileSync(join(folder, 'first.spec.js'), FIRST.padEnd(4_000));
    writeFileSync(join(folder, 'second.spec.js'), SECOND);
    const config = {
      rootDir: folder,
      testMatch: ['**/*.spec.js'],
      transform: {},
      cacheDirectory: join(folder, 'cache'),
      testEnvironment: resolve('jest-environment.cjs'),
      runtime: RUNTIME,
      setupFiles: await setupFilesOf(),
    };
    const words = ['--runInBand', '--json', '--config', JSON.stringify(config)];
    const env = { ...process.env, CI: 'true', GIVEN: 'yes' };
    const { status, stdout, error } = spawnSync(
      process.execPath,
      [resolve('node_modules/jest/bin/jest.js'), ...words],
      {
        encoding: 'utf8',
        env,
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
      },
    );
    if (error !== undefined) throw new Error('jest did not end', { cause: error });
    const { testResults } = JSON.parse(stdout) as Results;
    return { status, of: (file: string) => testResults.find(({ name }) => name === join(folder, file)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

interface Test {
  readonly path: string;
  duration?: number | undefined;
}
interface Sequencer {
  sort(tests: readonly Test[]): readonly Test[];
  time(test: Test): number | undefined;
  hasFailed(test: Test): boolean;
}

describe('the order of the tests', () => {
  const Order = createRequire(import.meta.url)(resolve('jest-sequencer.cjs')) as (new () => Sequencer) & {
    readonly LONGEST: readonly string[];
  };
  /** The order of a first run, or of one after a run with these times. */
  const order = (paths: readonly string[], times: Readonly<Record<string, number>> = {}): readonly string[] => {
    const sequencer = Object.assign(new Order(), { time: ({ path }: Test) => times[path], hasFailed: () => false });
    const context = { hasteFS: { getSize: (path: string) => path.length } };
    return sequencer.sort(paths.map((path) => ({ path, context }))).map(({ path }) => path);
  };
  const [longest = '', second = ''] = Order.LONGEST.map((file) => `/dist/${file}.js`);
  const OTHERS = ['/dist/a.spec.js', '/dist/apps/api/src/one-of-the-other-files-with-a-long-name.spec.js'] as const;

  it('begins with the longest files where no run was before, and then with the larger ones', () => {
    expect(order([OTHERS[0], second, OTHERS[1], longest])).toEqual([longest, second, OTHERS[1], OTHERS[0]]);
  });

  it('goes by the times of the run before', () => {
    const times = { [OTHERS[0]]: 9, [longest]: 8, [second]: 7 };
    expect(order([longest, second, OTHERS[0]], times)).toEqual([OTHERS[0], longest, second]);
  });

  it('names files that are there', () => {
    expect(Order.LONGEST.filter((file) => !existsSync(`${file}.ts`))).toEqual([]);
  });
});

describe('the runtime of the tests', () => {
  it('fails what hangs and what nobody waits for, names every test, and takes back what a file leaves', async () => {
    const { status, of } = await runBoth();
    expect(status).toBe(1);
    const first = of('first.spec.js');
    expect(first?.assertionResults.map(({ title, status: was }) => [title, was])).toEqual([
      ['hangs', 'failed'],
      ['throws when nobody waits for it', 'failed'],
      ['rejects what nobody waits for', 'failed'],
      ['asserts less than it said', 'failed'],
      ['leaves things behind', 'passed'],
      ['is skipped: no reason', 'pending'],
    ]);
    for (const part of [
      'Exceeded timeout of 50 ms',
      'thrown by a timer',
      'rejected by nobody',
      'expect.assertions(1)',
    ]) {
      expect(first?.message).toContain(part);
    }
    const second = of('second.spec.js');
    expect(second?.assertionResults.map(({ title, status: was }) => [title, was])).toEqual([
      ['draws again, in CI, what the first file drew', 'passed'],
      ['runs in the process of the first file, after it', 'passed'],
      ['finds nothing that is held of the tests of the first file', 'passed'],
      ['finds the process as the first file did', 'passed'],
    ]);
    expect(second?.message).toContain('thrown after all');
  });
});
