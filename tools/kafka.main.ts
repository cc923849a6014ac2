/** `npm run kafka`: Apache Kafka on this machine until Ctrl-C; prints the value of `EVENT_LOG_URL`. Its data goes with it. */
import { clearInterval, setInterval } from 'node:timers';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaObstacle, startKafka } from '#testing';

// A broker without anybody to stop it is noticed within this.
const LOOK_EVERY_MS = 1_000;

const obstacle = await kafkaObstacle();
if (obstacle !== undefined) {
  console.error(`Kafka cannot be started: ${obstacle} here.`);
  process.exit(2);
}
const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-kafka-'));
// Before the start, so that Ctrl-C during it ends in order too.
// SIGHUP: the terminal was closed. Another parent: npm was killed and could tell nobody.
const parent = process.ppid;
let alive: NodeJS.Timeout | undefined;
const orphaned = new Promise<void>((done) => {
  alive = setInterval(() => process.ppid !== parent && done(), LOOK_EVERY_MS);
});
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => once(process, signal));
const asked = Promise.race([...signals, orphaned]);
const broker = await startKafka({ dataDir });
console.log(broker.url);
await asked;
clearInterval(alive);
await broker.stop();
await rm(dataDir, { recursive: true, force: true });
