import { spawnSync } from 'node:child_process';

/** Each run takes less than 1 s; a test's own time cannot end what holds its process. */
const TIMEOUT_MS = 60_000;

/** The words of promtool, and what it reads; answers what it said, which is nothing where it is content with metrics. */
export const runPromtool = (
  words: readonly string[],
  input = '',
): { readonly code: number | null; readonly said: string } => {
  const { status, stdout, stderr, error } = spawnSync('promtool', [...words], {
    input,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  if (error !== undefined) throw new Error(`promtool ${words.join(' ')} did not end`, { cause: error });
  return { code: status, said: `${stdout}${stderr}` };
};

const isThere = (): boolean => spawnSync('promtool', ['--version'], { timeout: TIMEOUT_MS }).status === 0;

/** A suite that needs promtool; skipped, with its reason as the title, where there is none. */
export const describePromtool = (name: string, suite: () => void): void => {
  if (isThere()) {
    describe(name, suite);
    return;
  }
  const obstacle = 'no promtool; Debian has it in the package prometheus';
  describe.skip(`promtool, ${name}: skipped, ${obstacle}`, () => {
    it('runs where there is promtool', () => expect(obstacle).toBe(''));
  });
};
