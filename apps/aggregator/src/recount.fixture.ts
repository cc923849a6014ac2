import {
  FAMILIES,
  type Family,
  KEY_SEPARATOR,
  LATENCY_NONE,
  OUTCOME,
  OUTCOMES,
  type OutcomeBatch,
  releaseName,
} from '#contracts';
import { bucketIndex, type CellColumns, COUNTS_PER_CELL, decodeOwnBlock } from '#domain';
import { createSegmentRepository, type Database } from '#store';

/** `slot family key` → good, bad, excluded, timeout, and the filled buckets. */
export type PlainCells = Record<string, { counts: number[]; buckets: Record<number, number> }>;

const keysOf = (
  batch: OutcomeBatch,
  zone: string,
  customer: string,
  code: number,
): Readonly<Partial<Record<Family, string>>> => {
  const release = releaseName(batch);
  const join = (...parts: readonly string[]): string => parts.join(KEY_SEPARATOR);
  return {
    fleet: 'fleet',
    region: batch.region,
    pop: batch.pop,
    node: batch.nodeId,
    release_region: join(release, batch.region),
    customer,
    customer_region: join(customer, batch.region),
    customer_release: join(customer, release),
    zone,
    zone_release: join(zone, release),
    outcome: join(release, batch.region, OUTCOMES.find((kind) => kind.code === code)!.name),
    ...(code === OUTCOME.nxdomain ? { nxdomain: join(zone, release) } : {}),
  };
};

/** Counts batches outcome by outcome, into cells counted before if told; shares nothing with the fold but the numbering of buckets. */
export const recount = (
  batches: readonly OutcomeBatch[],
  customerOf: (zone: string) => string | undefined,
  cells: PlainCells = {},
): PlainCells => {
  for (const batch of batches)
    for (let i = 0; i < batch.n; i += 1) {
      const slot = Math.floor((batch.t0Us + batch.dtUs[i]!) / 1_000_000);
      const zone = batch.zones[batch.zoneIx[i]!]!;
      const code = batch.outcome[i]!;
      const latencyUs = batch.latencyUs[i]!;
      const column = ['good', 'bad', 'excluded'].indexOf(OUTCOMES.find((kind) => kind.code === code)!.class);
      for (const [family, key] of Object.entries(keysOf(batch, zone, customerOf(zone) ?? 'other', code)) as [
        Family,
        string,
      ][]) {
        const cell = (cells[`${slot} ${family} ${key}`] ??= { counts: [0, 0, 0, 0], buckets: {} });
        cell.counts[column]! += 1;
        const isTimeout = code === OUTCOME.timeout;
        if (isTimeout) cell.counts[3]! += 1;
        const { sub } = FAMILIES[family];
        if (sub === 0 || isTimeout || column === 2 || latencyUs === LATENCY_NONE) continue;
        const bucket = bucketIndex(latencyUs, sub);
        cell.buckets[bucket] = (cell.buckets[bucket] ?? 0) + 1;
      }
    }
  return cells;
};

/** Adds packed cells of a slot. */
export const addCells = (into: PlainCells, slot: number, cells: CellColumns): void => {
  const width = (cells.buckets?.length ?? 0) / Math.max(1, cells.counts.length / COUNTS_PER_CELL);
  cells.keys.forEach((key, row) => {
    const cell = (into[`${slot} ${cells.family} ${key}`] ??= { counts: [0, 0, 0, 0], buckets: {} });
    for (let i = 0; i < COUNTS_PER_CELL; i += 1) cell.counts[i]! += cells.counts[row * COUNTS_PER_CELL + i]!;
    for (let i = 0; i < width; i += 1) {
      const count = cells.buckets![row * width + i]!;
      if (count > 0) cell.buckets[i] = (cell.buckets[i] ?? 0) + count;
    }
  });
};

/** Slots of one read: a campaign of an hour is more than one read gives. */
const SLOTS_READ = 60;

/** Every cell in Postgres, blocks summed. */
export const storedCells = async (database: Database): Promise<PlainCells> => {
  const cells: PlainCells = {};
  const [range] = await database.query<{ first: number | null; last: number }>(
    'select min(slot) as first, max(slot) as last from segment',
  );
  const segments = createSegmentRepository(database);
  for (let from = range?.first ?? Infinity; from <= (range?.last ?? 0); from += SLOTS_READ)
    for (const { slot, body } of await segments.read(from, from + SLOTS_READ - 1))
      for (const family of decodeOwnBlock(body).values()) addCells(cells, slot, family);
  return cells;
};
