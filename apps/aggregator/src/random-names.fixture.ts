import { OTHER_KEY, OUTCOME } from '#contracts';
import { COUNTS_PER_CELL, decodeOwnBlock } from '#domain';
import type { NewSegment } from '#store';
import { createDice } from '#testing';
import { makeBatch, recordOf } from './fleet-history.fixture.js';
import { PartitionState } from './partition-state.js';
import { policyOf } from './tagged.fixture.js';
import { unreadPartition } from './partition-state.fixture.js';

/** Customers of the catalogue, one zone each. */
const CUSTOMERS = 1_000;
/** Outcomes of a batch; one in ten is for a customer, the others for names that nobody ever asked before. */
const BATCH = 500;
const START_MS = Date.UTC(2026, 0, 5, 10);
/** Log time between two batches: ten in a tick, and 20,000 new names in a second. */
const BATCH_EVERY_MS = 25;

const zoneOf = (customer: number): string => `zone-${customer}.example`;
const CUSTOMER_OF = new Map(Array.from({ length: CUSTOMERS }, (_unused, i) => [zoneOf(i), `customer-${i}`]));

/** What a scan of random names left behind. */
export interface NamesResult {
  /** Outcomes per customer as they were sent, and as the segments hold them; `OTHER_KEY` for those of nobody. */
  readonly sent: ReadonlyMap<string, number>;
  readonly stored: ReadonlyMap<string, number>;
  /** Most rows of one slot for zones of nobody, `OTHER_KEY` not counted. */
  readonly zonesMax: number;
  readonly slotsMax: number;
}

const add = (sums: Map<string, number>, key: string, count: number): void =>
  void sums.set(key, (sums.get(key) ?? 0) + count);

/** Rows per slot and sums per customer of what is written. */
class StoredNames {
  readonly stored = new Map<string, number>();
  readonly zones = new Map<number, Set<string>>();

  add(segments: readonly NewSegment[]): void {
    for (const { slot, family, body } of segments) {
      const cells = decodeOwnBlock(body).get(family);
      cells?.keys.forEach((key, row) => {
        if (family === 'zone' && key !== OTHER_KEY && !CUSTOMER_OF.has(key))
          this.zones.set(slot, (this.zones.get(slot) ?? new Set()).add(key));
        if (family !== 'customer') return;
        const from = row * COUNTS_PER_CELL;
        for (const count of cells.counts.subarray(from, from + COUNTS_PER_CELL - 1)) add(this.stored, key, count);
      });
    }
  }
}

const most = (names: ReadonlyMap<number, ReadonlySet<string>>): number =>
  Math.max(0, ...[...names.values()].map(({ size }) => size));

/** Sends batches of which nearly every zone is new. */
export const sendRandomNames = (names: number): NamesResult => {
  const dice = createDice(names);
  const state = new PartitionState(
    unreadPartition(),
    { customerOf: (zone) => CUSTOMER_OF.get(zone), version: () => 1 },
    policyOf({}, false),
  );
  const sent = new Map<string, number>();
  const found = new StoredNames();
  let slotsMax = 0;
  for (let batch = 0; batch * BATCH * 0.9 < names; batch += 1) {
    const appendedAtMs = START_MS + batch * BATCH_EVERY_MS;
    const zones = Array.from({ length: BATCH }, (_unused, i) =>
      i % 10 === 0 ? zoneOf(dice.below(CUSTOMERS)) : `${dice.below(2 ** 32).toString(36)}-${batch}-${i}.example`,
    );
    for (const zone of zones) add(sent, CUSTOMER_OF.get(zone) ?? OTHER_KEY, 1);
    const made = makeBatch(
      { nodeId: 'n1', seq: 1 + batch, t0Us: appendedAtMs * 1_000, zones },
      zones.map((_zone, i) => i),
    );
    const columns = { zoneIx: Uint16Array.from(zones.keys()), outcome: new Uint8Array(BATCH).fill(OUTCOME.answer) };
    for (const _tick of state.closeBefore(appendedAtMs)) found.add(state.takeFlush()?.segments ?? []);
    state.add({
      topic: 'telemetry.outcomes',
      partition: 0,
      headers: {},
      ...recordOf({ ...made, ...columns }),
      offset: batch,
      appendedAtMs,
    });
    slotsMax = Math.max(slotsMax, state.slots);
  }
  state.closeBefore(Number.MAX_SAFE_INTEGER);
  found.add(state.takeFlush()?.segments ?? []);
  return { sent, stored: found.stored, zonesMax: most(found.zones), slotsMax };
};
