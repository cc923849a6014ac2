import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kafkaObstacle, startKafka } from './kafka-broker.js';

/** Where jest's workers find the broker of the run, or why there is none. */
export const TEST_KAFKA_VARIABLE = 'TOCSIN_TEST_KAFKA';
/** What the main process tells the workers. */
export type TestKafka = { readonly url: string } | { readonly obstacle: string };

/** Which specs a run of jest will take. */
export interface RunScope {
  /** Regular expressions of paths; none = all. */
  readonly patterns: readonly string[];
  /** Which specs of the pattern: campaigns with real kills, long campaigns, or all others. */
  readonly campaigns: 'faults' | 'soak' | undefined;
}

const DIST = fileURLToPath(new URL('../../..', import.meta.url));

const CAMPAIGNS = /\.(faults|soak)\.spec\.js$/;

const wantsKafka = async ({ patterns, campaigns }: RunScope): Promise<boolean> => {
  const files = (await readdir(DIST, { recursive: true })).filter(
    (path) => path.endsWith('.spec.js') && CAMPAIGNS.exec(path)?.[1] === campaigns,
  );
  const taken = files.filter(
    (path) => patterns.length === 0 || patterns.some((pattern) => new RegExp(pattern, 'i').test(join(DIST, path))),
  );
  for (const path of taken) if ((await readFile(join(DIST, path), 'utf8')).includes('describeKafka')) return true;
  return false;
};

const tell = (kafka: TestKafka): void => {
  process.env[TEST_KAFKA_VARIABLE] = JSON.stringify(kafka);
};

/**
 * One broker for the whole run, started in the main process (workers are recycled) when a spec of the run asks for one: that of
 * `EVENT_LOG_URL`, or our own. Resolves to what ends it.
 */
export const startTestKafka = async (scope: RunScope): Promise<() => Promise<void>> => {
  const nothing = async (): Promise<void> => undefined;
  if (!(await wantsKafka(scope))) return nothing;
  const given = process.env['EVENT_LOG_URL'];
  if (given !== undefined && given.startsWith('kafka:')) {
    tell({ url: given });
    return nothing;
  }
  const obstacle = await kafkaObstacle();
  if (obstacle !== undefined) {
    tell({ obstacle });
    return nothing;
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-kafka-'));
  const broker = await startKafka({ dataDir });
  tell({ url: broker.url });
  return async () => {
    // What it holds is thrown away with it.
    await broker.kill();
    await rm(dataDir, { recursive: true, force: true });
  };
};
