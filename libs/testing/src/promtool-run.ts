import { spawnSync } from 'node:child_process';

/** The words of promtool, and what it reads; answers what it said, which is nothing where it is content with metrics. */
export const runPromtool = (
  words: readonly string[],
  input = '',
): { readonly code: number | null; readonly said: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', [...words], { input, encoding: 'utf8' });
  return { code: status, said: `${stdout}${stderr}` };
};

const isThere = (): boolean => spawnSync('promtool', ['--version']).status === 0;

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
