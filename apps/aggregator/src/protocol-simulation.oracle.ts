import { type Family, isRefusal, type OutcomeBatch } from '#contracts';
import { decodeOwnBlock, decodeTick, type OffsetGap, TOLD_FAMILIES } from '#domain';
import type { LogRecord } from '#event-log';
import { catalogue } from './fleet-history.fixture.js';
import { addCells, type PlainCells, recount } from './recount.fixture.js';
import type { SimulatedLog } from './simulated-log.fake.js';
import type { Tables } from './simulated-postgres.fake.js';
import { withoutRepetitions } from './told.fixture.js';

/** A batch and the bytes of its record. */
export interface Sent {
  readonly value: Uint8Array;
  readonly batch: OutcomeBatch;
}

/** What there is at the end of a run. */
export interface Ending {
  readonly log: SimulatedLog;
  readonly tables: Tables;
  readonly sent: readonly Sent[];
  readonly isLossy: boolean;
  readonly startMs: number;
}

const TICK_MS = 250;

const isFuture = ({ t0Us }: OutcomeBatch, { appendedAtMs }: LogRecord): boolean => t0Us > appendedAtMs * 1_000 + 5e6;
const isLate = ({ t0Us }: OutcomeBatch, { appendedAtMs }: LogRecord): boolean => t0Us < appendedAtMs * 1_000 - 60e6;
const identityOf = ({ nodeId, agentBootId, seq }: OutcomeBatch): string => `${nodeId} ${agentBootId} ${seq}`;

interface Counted {
  readonly record: LogRecord;
  readonly batch: OutcomeBatch;
}

const isIn = (gap: OffsetGap, place: string, offset: number): boolean =>
  `${gap.partition}/${gap.incarnation}` === place && gap.from <= offset && offset < gap.to;

/** Every record up to the position is counted or in a gap row: in its own incarnation, the last of which ends with the log. */
const recordsCounted = ({ log, tables, sent }: Ending): readonly Counted[] => {
  const batchOf = new Map(sent.map(({ value, batch }) => [value, batch]));
  const gaps = [...tables.offsetGaps.values()];
  const found: Counted[] = [];
  const seen = new Set<string>();
  for (const [place, records] of log.history)
    for (const record of records) {
      const batch = batchOf.get(record.value);
      const end = gaps.find(
        ({ cause, ...gap }) => cause === 'recreated' && `${gap.partition}/${gap.incarnation}` === place,
      );
      const isPassed = end === undefined || record.offset < end.from;
      const isLost = gaps.some((gap) => isIn(gap, place, record.offset));
      if (batch === undefined || !isPassed || isLost || seen.has(identityOf(batch))) continue;
      seen.add(identityOf(batch));
      found.push({ record, batch });
    }
  return found;
};

const difference = (what: string, expected: unknown, found: unknown): string | undefined => {
  const [left, right] = [JSON.stringify(expected), JSON.stringify(found)];
  return left === right ? undefined : `${what}: expected ${left.slice(0, 2_000)}, found ${right.slice(0, 2_000)}`;
};

const sorted = (cells: PlainCells) => Object.entries(cells).toSorted(([a], [b]) => (a < b ? -1 : 1));

const cellsProblem = ({ tables }: Ending, counted: readonly Counted[]): string | undefined => {
  const stored: PlainCells = {};
  for (const { slot, body } of tables.segments.values())
    for (const cells of decodeOwnBlock(body).values()) addCells(stored, slot, cells);
  const batches = counted.filter(({ batch, record }) => !isFuture(batch, record)).map(({ batch }) => batch);
  const expected = recount(batches, catalogue.customerOf);
  const isFleet = (key: string): boolean => key.endsWith(' fleet fleet');
  const fleet = (cells: PlainCells) =>
    sorted(cells).flatMap(([key, { counts }]) => (isFleet(key) ? [[key, counts]] : []));
  return (
    difference('cells of the fleet', fleet(expected), fleet(stored)) ??
    difference('cells', sorted(expected), sorted(stored))
  );
};

/** A gap row names only what the log lost or never had, each offset once. */
const gapProblem = ({ log, tables }: Ending): string | undefined => {
  for (const { partition, incarnation } of tables.positions.values())
    if (incarnation !== log.partitions[partition]!.incarnation)
      return `partition ${partition} is taken for incarnation ${incarnation}, and is ${log.partitions[partition]!.incarnation}`;
  const named = new Set<string>();
  for (const { partition, incarnation, from, to, cause } of tables.offsetGaps.values())
    for (let offset = from; offset < to; offset += 1) {
      const place = `${partition}/${incarnation}`;
      const stored = log.partitions[partition]!;
      const isRecord = (log.history.get(place) ?? []).some((record) => record.offset === offset);
      const isKept = stored.incarnation === incarnation && offset >= stored.low && isRecord;
      if (named.has(`${place}/${offset}`)) return `${place}/${offset} is named twice`;
      if (isKept || (cause === 'hole' && isRecord && stored.incarnation === incarnation && offset >= stored.low))
        return `${place}/${offset} is named as lost, and is there`;
      named.add(`${place}/${offset}`);
    }
  const isNamed = (place: string) => (offset: number) =>
    named.has(`${place}/${offset}`) || log.partitions[Number(place[0])]!.incarnation !== Number(place.slice(2));
  for (const [place, holes] of log.holes)
    if (![...holes].every(isNamed(place))) return `a hole of ${place} is not named: ${[...holes].join()}`;
  return undefined;
};

/** published = counted + late + rejected + gap, each side on its own; and the gaps are the missing numbers. */
const identityProblem = ({ tables }: Ending, counted: readonly Counted[]): string | undefined => {
  for (const row of tables.ledger.values()) {
    const { nodeId, agentBootId, lastSeq } = row;
    const own = counted.filter(({ batch }) => batch.nodeId === nodeId && batch.agentBootId === agentBootId);
    const gaps = [...tables.gaps.values()].filter((gap) => gap.nodeId === nodeId && gap.agentBootId === agentBootId);
    const missing = gaps.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_unused, i) => from + i));
    const arrived = new Set(own.map(({ batch }) => batch.seq));
    const absent = Array.from({ length: lastSeq }, (_unused, i) => i + 1).filter((seq) => !arrived.has(seq));
    const sum = (of: readonly Counted[]): number => of.reduce((total, { batch }) => total + batch.n, 0);
    const future = own.filter(({ batch, record }) => isFuture(batch, record));
    const gap = gaps.reduce(
      (total, { publishedBefore, publishedAfter }) => total + publishedAfter! - publishedBefore!,
      0,
    );
    const found = {
      missing: missing.toSorted((a, b) => a - b),
      counted: row.counted + row.late,
      rejected: row.rejected,
      difference: row.published - row.counted - row.late - row.rejected - gap,
    };
    const expected = { missing: absent, counted: sum(own) - sum(future), rejected: sum(future), difference: 0 };
    const problem = difference(`ledger of ${nodeId} ${agentBootId}`, expected, found);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

/** What readers of `slots` know at the end: the cells of every slot that was not late, and which nodes were seen in which tick. */
const toldProblem = ({ log, startMs }: Ending, counted: readonly Counted[]): string | undefined => {
  const firstSlot = Math.floor(startMs / 1_000) - 10;
  const told = log.told.map((bytes) => {
    const tick = decodeTick(bytes);
    if (isRefusal(tick)) throw new Error(tick.detail);
    return tick;
  });
  const newest = new Map<string, PlainCells>();
  const seen = new Set<string>();
  for (const { partition, tick, slots, nodes } of withoutRepetitions(told)) {
    for (const { nodeId } of nodes) seen.add(`${nodeId} ${tick}`);
    for (const { slot, block } of slots)
      for (const cells of block.values()) {
        const now: PlainCells = {};
        addCells(now, slot, cells);
        for (const [key, cell] of Object.entries(now)) newest.set(`${partition} ${key}`, { [key]: cell });
      }
  }
  const known: PlainCells = {};
  for (const cells of newest.values())
    for (const [key, { counts }] of Object.entries(cells)) {
      const sum = (known[key] ??= { counts: [0, 0, 0, 0], buckets: {} });
      counts.forEach((count, at) => (sum.counts[at]! += count));
    }
  const inTime = counted.filter(({ batch, record }) => !isFuture(batch, record) && !isLate(batch, record));
  const expected = recount(
    inTime.map(({ batch }) => batch),
    catalogue.customerOf,
  );
  // Of families that only ratios are made of, good and bad are told; a cell of neither is not told at all.
  const flat = (cells: PlainCells) =>
    sorted(cells).flatMap(([key, { counts }]) => {
      const [slot, family] = key.split(' ');
      const telling = TOLD_FAMILIES.get(family as Family);
      const told = telling === 'latency' ? counts : counts.slice(0, 2);
      return telling === undefined || Number(slot) < firstSlot || told.every((count) => count === 0)
        ? []
        : [[key, told]];
    });
  const folded = counted.filter(({ batch, record }) => !isFuture(batch, record));
  const nodes = new Set(
    folded.map(({ batch, record }) => `${batch.nodeId} ${Math.floor(record.appendedAtMs / TICK_MS)}`),
  );
  return (
    difference('told nodes', [...nodes].toSorted(), [...seen].toSorted()) ??
    difference('told cells', flat(expected), flat(known))
  );
};

/** What is wrong at the end of a run; undefined when nothing is. It shares no code with what it judges but decoders. */
export const findProblem = (ending: Ending): string | undefined => {
  const counted = recordsCounted(ending);
  return (
    gapProblem(ending) ??
    cellsProblem(ending, counted) ??
    identityProblem(ending, counted) ??
    (ending.isLossy ? undefined : toldProblem(ending, counted))
  );
};
