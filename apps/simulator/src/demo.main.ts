import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './clock.js';
import { concludeDemo, type DemoSurroundings, playDemo, serveDemo } from './demo.js';
import { DEMO_USAGE, type DemoOptions, readDemoOptions } from './demo-options.js';

const EXIT_USAGE = 2;
/** As a shell reports an interrupted program. */
const EXIT_INTERRUPTED = 130;

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });

/** Undoes in the opposite order; one failure does not keep the others from being undone. */
const undoAll = async ({ undo, say }: DemoSurroundings): Promise<void> => {
  for (const step of undo.splice(0).toReversed())
    await step().catch((error: unknown) => say(`clean-up: ${String(error)}`));
};

const run = async (options: DemoOptions, around: DemoSurroundings, onServing: () => void): Promise<number> => {
  const demo = await playDemo(options, around);
  if (options.json) {
    const { result, asPromised } = await concludeDemo(demo, around.say);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return asPromised ? 0 : 1;
  }
  onServing();
  await serveDemo(demo, around.say);
  return 1;
};

const readOptions = (): DemoOptions | number => {
  try {
    const options = readDemoOptions(process.argv.slice(2));
    if (options !== 'help') return options;
    process.stdout.write(DEMO_USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${DEMO_USAGE}`);
    return EXIT_USAGE;
  }
};

const main = async (): Promise<number> => {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const out = options.json ? process.stderr : process.stdout;
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-demo-'));
  const around: DemoSurroundings = {
    clock: systemClock,
    dataDir,
    say: (text) => void out.write(`${text}\n`),
    undo: [async () => rmSync(dataDir, { recursive: true, force: true })],
  };
  let statusWhenInterrupted = EXIT_INTERRUPTED;
  const stopped = interrupted().then(() => {
    around.say('\nending ...');
    return statusWhenInterrupted;
  });
  try {
    return await Promise.race([run(options, around, () => (statusWhenInterrupted = 0)), stopped]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await undoAll(around);
  }
};

process.exit(await main());
