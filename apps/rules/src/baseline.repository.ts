import { FLEET_KEY } from '#contracts';
import {
  type BaselineMinute,
  COUNT,
  COUNTS_PER_CELL,
  decodeOwnBlock,
  minutesOfUse,
  type CustomerMinute,
  type NodeMinute,
  POOL_MINUTES,
  POOLS_KEPT,
  SAMPLE_SLOTS,
} from '#domain';
import type { SegmentRepository, SegmentRow } from '#store';

const MINUTE_MS = 60_000;
const MINUTE_SLOTS = 60;
/** An hour is what a baseline needs (C7): reading the slots of three would delay the start. */
const BASELINE_MINUTES = 60;
/** The windows are read again from within a minute: that one and the next may be known to them in part. */
const PARTIAL_MINUTES = 2;

const addTo = (minutes: Map<number, { good: number; bad: number }>, { slot, body }: SegmentRow): void => {
  const cells = decodeOwnBlock(body).get('fleet');
  const row = cells?.find(FLEET_KEY) ?? -1;
  if (cells === undefined || row < 0) return;
  const minute = Math.floor(slot / MINUTE_SLOTS);
  const sum = minutes.get(minute) ?? { good: 0, bad: 0 };
  sum.good += cells.counts[row * COUNTS_PER_CELL + COUNT.good] ?? 0;
  sum.bad += cells.counts[row * COUNTS_PER_CELL + COUNT.bad] ?? 0;
  minutes.set(minute, sum);
};

/** The fleet's minutes before what the windows are going to hold, from the segments; minutes without data are left out. */
export const readBaseline = async (
  segments: SegmentRepository,
  reapplyFromMs: number,
): Promise<readonly BaselineMinute[]> => {
  const end = Math.floor(reapplyFromMs / MINUTE_MS) + PARTIAL_MINUTES;
  const first = end - BASELINE_MINUTES - PARTIAL_MINUTES;
  const minutes = new Map<number, { good: number; bad: number }>();
  for (let minute = first; minute < end; minute += 1) {
    const slot = minute * MINUTE_SLOTS;
    for (const segment of await segments.read(slot, slot + MINUTE_SLOTS - 1, 'fleet')) addTo(minutes, segment);
  }
  return Array.from(minutes, ([minute, sum]) => ({ minute, ...sum }));
};

const addNodes = (outcomes: Map<string, number>, { body }: SegmentRow): void => {
  const cells = decodeOwnBlock(body).get('node');
  if (cells === undefined) return;
  const { keys, counts } = cells;
  for (let row = 0; row < cells.size; row += 1) {
    const [nodeId, at] = [keys[row] ?? '', row * COUNTS_PER_CELL];
    const sum = (counts[at + COUNT.good] ?? 0) + (counts[at + COUNT.bad] ?? 0);
    outcomes.set(nodeId, (outcomes.get(nodeId) ?? 0) + sum);
  }
};

/**
 * What every node sent in the last hour and at the same time on earlier days, from the segments: ten seconds of every tenth minute,
 * some twenty short reads however large the fleet and its history are.
 */
export const readNodeMinutes = async (segments: SegmentRepository, nowMs: number): Promise<readonly NodeMinute[]> => {
  const read: NodeMinute[] = [];
  for (const minute of minutesOfUse(Math.floor(nowMs / MINUTE_MS))) {
    const outcomes = new Map<string, number>();
    const slot = minute * MINUTE_SLOTS;
    for (const segment of await segments.read(slot, slot + SAMPLE_SLOTS - 1, 'node')) addNodes(outcomes, segment);
    for (const [nodeId, sum] of outcomes)
      if (sum > 0) read.push({ nodeId, minute, outcomes: (sum * MINUTE_SLOTS) / SAMPLE_SLOTS });
  }
  return read;
};

const addCustomers = (sums: Map<string, { good: number; bad: number }>, { body }: SegmentRow): void => {
  const cells = decodeOwnBlock(body).get('customer');
  if (cells === undefined) return;
  const { keys, counts } = cells;
  for (let row = 0; row < cells.size; row += 1) {
    const [customerId, at] = [keys[row] ?? '', row * COUNTS_PER_CELL];
    const sum = sums.get(customerId) ?? { good: 0, bad: 0 };
    sum.good += counts[at + COUNT.good] ?? 0;
    sum.bad += counts[at + COUNT.bad] ?? 0;
    sums.set(customerId, sum);
  }
};

/** Slots of each pool that are read: a tenth of a minute of each customer's usual traffic is enough to tell 0.05 % from ten times that. */
const POOL_SLOTS = 10;

/**
 * What customers were answered in the three hours before a time, from the segments, for a start without pools: ten seconds of every ten
 * minutes, seventeen short reads. They are a sample: customers of little traffic are unknown until an hour of theirs was seen.
 */
export const readCustomerMinutes = async (
  segments: SegmentRepository,
  beforeMs: number,
): Promise<readonly CustomerMinute[]> => {
  const read: CustomerMinute[] = [];
  const last = Math.floor(beforeMs / MINUTE_MS / POOL_MINUTES) - 1;
  for (let pool = last - POOLS_KEPT + 2; pool <= last; pool += 1) {
    const [minute, sums] = [pool * POOL_MINUTES, new Map<string, { good: number; bad: number }>()];
    const slot = minute * MINUTE_SLOTS;
    for (const segment of await segments.read(slot, slot + POOL_SLOTS - 1, 'customer')) addCustomers(sums, segment);
    for (const [customerId, sum] of sums) read.push({ customerId, minute, ...sum });
  }
  return read;
};
