import { COUNT, COUNTS_PER_CELL, bucketIndex, bucketsOf, createCells, encodeBlock } from '#domain';
import { migrate, openDatabase, startEmbeddedPostgres } from '#store';

const MIGRATIONS = 'migrations';
const MINUTES = 1_440;
/** Latencies that a minute of a fleet has: a percent each, from 0.2 ms on. */
const LATENCIES = 100;
const SUB = 32;
/** Outcomes of a minute at each latency: a fleet of 400 nodes at a hundred a second answers 2.4 million. */
const OUTCOMES = 24_000;

/** The fleet in one minute, with as many filled buckets as a real one has. */
const minuteBlock = (minute: number): Buffer => {
  const cells = createCells('fleet');
  const row = cells.row('fleet');
  cells.counts[row * COUNTS_PER_CELL + COUNT.good] = LATENCIES * OUTCOMES;
  cells.counts[row * COUNTS_PER_CELL + COUNT.bad] = minute % 7;
  for (let step = 0; step < LATENCIES; step += 1) {
    const bucket = row * bucketsOf('fleet') + bucketIndex(200 * 1.06 ** step, SUB);
    if (cells.buckets !== undefined) cells.buckets[bucket] = (cells.buckets[bucket] ?? 0) + OUTCOMES;
  }
  return Buffer.from(encodeBlock(new Map([['fleet', cells]])));
};

/** Writes the minutes of the day before `nowMs` into a data directory that no server uses yet. */
export const writeDayOfMinutes = async (dataDir: string, nowMs: number): Promise<void> => {
  const server = await startEmbeddedPostgres({ dataDir });
  const database = openDatabase({ connection: () => server.connection(), name: 'bench', connectionsMax: 1 });
  try {
    await migrate(database, MIGRATIONS);
    const last = Math.floor(nowMs / 60_000) - 1;
    for (let minute = last - MINUTES + 1; minute <= last; minute += 1)
      await database.query('insert into segment_minute (family, minute, body) values ($1, $2, $3)', [
        'fleet',
        minute,
        minuteBlock(minute),
      ]);
  } finally {
    await database.close();
    await server.stop();
  }
};
