import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Leaves everything behind that a file can leave in its process, and fails in every way that is not an assertion's. */
const FIRST = `
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

/** What jest says of both files, one after the other in one process. */
const runBoth = () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tocsin-jest-')));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    // The larger file is the first one, where jest has no times of an earlier run.
    writeFileSync(join(folder, 'first.spec.js'), FIRST.padEnd(4_000));
    writeFileSync(join(folder, 'second.spec.js'), SECOND);
    const config = {
      rootDir: folder,
      testMatch: ['**/*.spec.js'],
      transform: {},
      cacheDirectory: join(folder, 'cache'),
      testEnvironment: resolve('jest-environment.cjs'),
      runtime: resolve('jest-runtime.cjs'),
    };
    const words = ['--runInBand', '--json', '--config', JSON.stringify(config)];
    const env = { ...process.env, GIVEN: 'yes' };
    const { status, stdout } = spawnSync(process.execPath, [resolve('node_modules/jest/bin/jest.js'), ...words], {
      encoding: 'utf8',
      env,
    });
    const { testResults } = JSON.parse(stdout) as Results;
    return { status, of: (file: string) => testResults.find(({ name }) => name === join(folder, file)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

describe('the runtime of the tests', () => {
  it('fails what hangs and what nobody waits for, names every test, and takes back what a file leaves', () => {
    const { status, of } = runBoth();
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
    expect(second?.assertionResults).toMatchObject([{ status: 'passed' }]);
    expect(second?.message).toContain('thrown after all');
  });
});
