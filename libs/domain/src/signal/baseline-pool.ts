import { refuse, type Refusal } from '#contracts';
import { ByteReader } from '../window/byte-reader.js';
import { ByteWriter } from '../window/byte-writer.js';
import type { BaselineMinute } from './baseline.js';
import { POOL_MINUTES } from './robust-ratio.js';

/** What a customer was answered in the minutes of a pool. */
export interface CustomerCounts {
  readonly customerId: string;
  readonly good: number;
  readonly bad: number;
}

/** What baselines know of ten minutes of the clock, finished or not. */
export interface BaselinePool {
  /** Ten minutes each, since the epoch. */
  readonly pool: number;
  /** The minutes of the fleet, ascending. */
  readonly fleet: readonly BaselineMinute[];
  /** Sums over the minutes that are a model; undefined while there was none. */
  readonly customers: readonly CustomerCounts[] | undefined;
}

/**
 * The first byte of every pool that is kept. What was kept by an older program is read too; before version 1 nothing was, and what
 * segments say takes the place.
 */
const POOL_VERSION = 1;

/** A pool as bytes: version, minutes of the fleet, and if there are any the customers, each with two numbers. */
export const encodePool = ({ pool, fleet, customers }: BaselinePool): Uint8Array => {
  const writer = new ByteWriter();
  writer.varint(POOL_VERSION);
  writer.varint(fleet.length);
  for (const { minute, good, bad } of fleet) {
    writer.varint(minute - pool * POOL_MINUTES);
    writer.varint(good);
    writer.varint(bad);
  }
  writer.varint(customers === undefined ? 0 : 1);
  if (customers === undefined) return writer.finish();
  writer.varint(customers.length);
  for (const { customerId, good, bad } of customers) {
    writer.text(customerId);
    writer.varint(good);
    writer.varint(bad);
  }
  return writer.finish();
};

const readEach = <T>(reader: ByteReader, read: () => T): readonly T[] => {
  const found: T[] = [];
  for (let left = reader.varint(); left > 0 && reader.fault === undefined; left -= 1) found.push(read());
  return found;
};

/** Reads a pool; damaged bytes, and those of a later program, are refused. */
export const decodePool = (pool: number, bytes: Uint8Array): BaselinePool | Refusal => {
  const reader = new ByteReader(bytes);
  const version = reader.varint();
  if (version !== POOL_VERSION) reader.fail(`version ${version}: expected ${POOL_VERSION}`);
  const fleet = readEach(reader, () => ({
    minute: pool * POOL_MINUTES + reader.varint(POOL_MINUTES - 1),
    good: reader.varint(),
    bad: reader.varint(),
  }));
  const hasCustomers = reader.varint(1) === 1;
  const readCustomer = () => ({ customerId: reader.text(), good: reader.varint(), bad: reader.varint() });
  const customers = hasCustomers ? readEach(reader, readCustomer) : undefined;
  if (reader.left > 0) reader.fail('bytes after the end');
  if (reader.fault !== undefined) return refuse('BODY_UNPARSABLE', `not a pool: ${reader.fault}`);
  return { pool, fleet, customers };
};
