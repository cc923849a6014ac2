/** For what hangs, nothing else: what takes a second takes many where the machine has other work. */
const HANGS_MS = 60_000;

/** Waits until a condition holds, looking every few milliseconds; fails with what was awaited, never silently. */
export const until = async <T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = HANGS_MS,
): Promise<T> => {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
};
