import { existsSync } from 'node:fs';

/** The browser of Debian's package itself: the wrapper beside it prints warnings, and takes no signal. */
const DEBIAN = '/usr/lib/chromium/chromium';

/** Where Chromium is: what `CHROME_PATH` says, or where Debian puts it; set to nothing it says nothing. */
export const CHROMIUM_PATH = process.env.CHROME_PATH || DEBIAN;

/** A suite that needs a browser; skipped, with its reason as the title, where there is none. */
export const describeChromium = (name: string, suite: () => void): void => {
  if (existsSync(CHROMIUM_PATH)) {
    describe(name, suite);
    return;
  }
  const obstacle = `no ${CHROMIUM_PATH}; Debian has it in the package chromium`;
  describe.skip(`Chromium, ${name}: skipped, ${obstacle}`, () => {
    it('runs where there is Chromium', () => expect(obstacle).toBe(''));
  });
};
