import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaObstacle, startKafka } from './kafka-broker.js';
import { type RunScope, takesSuites } from './run-scope.js';

/** Where jest's workers find the broker of the run, or why there is none. */
export const TEST_KAFKA_VARIABLE = 'TOCSIN_TEST_KAFKA';
/** What the main process tells the workers. */
export type TestKafka = { readonly url: string } | { readonly obstacle: string };

const tell = (kafka: TestKafka): void => {
  process.env[TEST_KAFKA_VARIABLE] = JSON.stringify(kafka);
};

/**
 * One broker for the whole run, started in the main process (workers are recycled) when a spec of the run asks for one: that of
 * `EVENT_LOG_URL`, or our own. Resolves to what ends it.
 */
export const startTestKafka = async (scope: RunScope): Promise<() => Promise<void>> => {
  const nothing = async (): Promise<void> => undefined;
  if (!(await takesSuites('describeKafka', scope))) return nothing;
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
