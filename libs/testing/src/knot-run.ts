import { prepareKnot } from './knot-package.js';
import { type RunScope, takesSuites } from './run-scope.js';

/** Where jest's workers find whether there is a Knot, or why there is none. */
const TEST_KNOT_VARIABLE = 'TOCSIN_TEST_KNOT';

/** Fetches Knot when a spec of the run asks for one. */
export const prepareTestKnot = async (scope: RunScope): Promise<void> => {
  if (!(await takesSuites('describeKnot', scope))) return;
  process.env[TEST_KNOT_VARIABLE] = (await prepareKnot()) ?? '';
};

/** A suite that needs a real DNS server; skipped, with its reason as the title, where there is none. */
export const describeKnot = (name: string, suite: () => void): void => {
  const obstacle = process.env[TEST_KNOT_VARIABLE] ?? 'it was not looked for';
  if (obstacle === '') {
    describe(name, suite);
    return;
  }
  describe.skip(`Knot, ${name}: skipped, ${obstacle}`, () => {
    it('runs where there is a Knot', () => expect(obstacle).toBe(''));
  });
};
