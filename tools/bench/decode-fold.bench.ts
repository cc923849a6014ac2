import { decoderFor, HEADER, isRefusal } from '#contracts';
import { createSlotFold, OPEN_SLOTS, type SlotFold } from '#domain';
import type { LogRecord } from '#event-log';
import { type Bench, type BenchOptions, cheapest, type Cost, rateOf } from './bench.js';
import { ownCpuSeconds } from './cpu-time.js';
import { Fleet } from './fleet.js';
import { recordsOf, type WireForm } from './record-source.js';

/** Zones of nobody do not occur here; any bound will do. */
const ZONES_MAX = 1_000;

const foldAll = (fold: SlotFold, records: readonly LogRecord[]): void => {
  for (const { value, headers, appendedAtMs } of records) {
    const batch = decoderFor(headers[HEADER.contentType] ?? '')?.decode(value, { isAuthentic: true });
    if (batch === undefined || isRefusal(batch)) throw new Error('bench: a batch was refused');
    fold.fold(batch, appendedAtMs);
  }
};

const takeCells = (fold: SlotFold): number => {
  let cells = 0;
  fold.takeDelta(({ block }) => {
    for (const { size } of block.values()) cells += size;
  });
  return cells;
};

/**
 * Decode and fold of all families, with a delta taken each second as a flush does, but not packed. A first second goes before those that
 * count: in it arrays get their size, once in the life of a process.
 */
const measure = async (name: string, form: WireForm, fleet: Fleet, seconds: number): Promise<Cost> => {
  const fold = createSlotFold({ catalogue: fleet.catalogue, openSlots: OPEN_SLOTS, zonesMax: ZONES_MAX });
  let [cpu, cells] = [0, 0];
  for (let second = 0; second <= seconds; second += 1) {
    const records = recordsOf(fleet, second, form);
    const before = ownCpuSeconds();
    foldAll(fold, records);
    cells += takeCells(fold);
    if (second > 0) cpu += ownCpuSeconds() - before;
  }
  if (cells === 0) throw new Error('bench: nothing was folded');
  return { name, outcomes: seconds * fleet.size.nodes * fleet.size.outcomes, cpuSeconds: { node: cpu } };
};

const wireBytes = (fleet: Fleet, form: WireForm): number => {
  const bytes = recordsOf(fleet, 0, form).reduce((sum, { value }) => sum + value.length, 0);
  return Math.round((bytes * 100) / (fleet.size.nodes * fleet.size.outcomes)) / 100;
};

const FORMS = {
  decodeFoldIds: { zones: 'ids', encoding: 'protobuf' },
  decodeFoldDictionary: { zones: 'dictionary', encoding: 'protobuf' },
  decodeFoldJsonColumns: { zones: 'ids', encoding: 'jsonColumns' },
} as const satisfies Record<string, WireForm>;

const run = async ({ fleet: size, seconds, runs }: BenchOptions) => {
  const fleet = new Fleet(size);
  const costs: Cost[] = [];
  for (const [name, form] of Object.entries(FORMS))
    costs.push(await cheapest(runs, () => measure(name, form, fleet, seconds)));
  const rates = Object.fromEntries(costs.map((cost) => [cost.name, rateOf(cost)]));
  const bytes = {
    ids: wireBytes(fleet, FORMS.decodeFoldIds),
    dictionary: wireBytes(fleet, FORMS.decodeFoldDictionary),
  };
  return { costs, json: { ...rates, wireBytesPerOutcome: bytes } };
};

/** Decode and fold, without authentication, ticks and database. */
export const decodeFoldBench: Bench = { name: 'decode-fold', run };
