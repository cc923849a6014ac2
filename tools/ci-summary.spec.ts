import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-summary-'));
const file = join(folder, 'results.json');

/** What the summary says of a run with these tests. */
const summaryOf = (words: readonly string[], ...tests: readonly (readonly [string, string])[]) => {
  const assertionResults = tests.map(([fullName, status]) => ({ fullName, status }));
  const count = (wanted: string): number => tests.filter(([, status]) => status === wanted).length;
  writeFileSync(
    file,
    JSON.stringify({
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      numRuntimeErrorTestSuites: 0,
      testResults: [{ assertionResults }],
    }),
  );
  const { status, stdout } = spawnSync(process.execPath, ['tools/ci-summary.mjs', ...words, file], {
    encoding: 'utf8',
  });
  return { status, lines: stdout.trim().split('\n') };
};

const PASSED = ['adds', 'passed'] as const;
const SKIPPED = ['Kafka, the log: skipped, no Java 17 here', 'pending'] as const;

describe('the summary of a run', () => {
  afterAll(() => rmSync(folder, { recursive: true }));

  it('names what was skipped, and takes it for no failure on a machine without it', () => {
    expect(summaryOf([], PASSED, SKIPPED)).toEqual({
      status: 0,
      lines: [`skipped: ${SKIPPED[0]}`, '1 passed, 0 failed'],
    });
  });

  it('counts it as failed in CI, which has all of it', () => {
    expect(summaryOf(['--ci'], PASSED, SKIPPED)).toEqual({
      status: 1,
      lines: [`skipped, which CI may not: ${SKIPPED[0]}`, '1 passed, 1 failed'],
    });
  });

  it('fails with a failed test, and with none at all', () => {
    expect(summaryOf([], PASSED, ['subtracts', 'failed'])).toEqual({ status: 1, lines: ['1 passed, 1 failed'] });
    expect(summaryOf([])).toEqual({ status: 1, lines: ['0 passed, 0 failed'] });
  });
});
