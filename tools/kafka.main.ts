/** `npm run kafka`: Apache Kafka on this machine until Ctrl-C; prints the value of `EVENT_LOG_URL`. Its data goes with it. */
import { clearInterval, setInterval } from 'node:timers';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaObstacle, startKafka } from '#testing';

const obstacle = await kafkaObstacle();
if (obstacle !== undefined) {
  console.error(`Kafka cannot be started: ${obstacle} here.`);
  process.exit(2);
}
const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-kafka-'));
// Before the start, so that Ctrl-C during it ends in order too.
const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
const broker = await startKafka({ dataDir });
console.log(broker.url);
// Signals alone do not keep a process.
const alive = setInterval(() => undefined, 60_000);
await asked;
clearInterval(alive);
await broker.stop();
await rm(dataDir, { recursive: true, force: true });
