import { startTestKafka } from './kafka-run.js';
import { prepareTestKnot } from './knot-run.js';
import { useScratch } from './scratch.js';
import { startTestServer } from './test-server.js';

interface GlobalConfig {
  readonly testPathPatterns?: { readonly patterns?: readonly string[] };
}
interface ProjectConfig {
  readonly testMatch: readonly string[];
}

const globalSetup = async (globalConfig: GlobalConfig, { testMatch }: ProjectConfig): Promise<void> => {
  const patterns = globalConfig.testPathPatterns?.patterns ?? [];
  const campaigns = (['faults', 'soak'] as const).find((kind) => testMatch.some((glob) => glob.includes(`.${kind}.`)));
  // Campaigns of faults are about what a disk holds after them.
  const clearScratch = campaigns === undefined ? await useScratch() : () => Promise.resolve();
  // Side by side: each waits for a process to start.
  const scope = { patterns, campaigns };
  const [stopServer, stopKafka] = await Promise.all([startTestServer(), startTestKafka(scope), prepareTestKnot(scope)]);
  const stops = [stopServer, stopKafka];
  (globalThis as { stopTestServers?: () => Promise<void> }).stopTestServers = async () => {
    await Promise.all(stops.map((stop) => stop()));
    await clearScratch();
  };
};
export default globalSetup;
