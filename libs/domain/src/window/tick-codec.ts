import { refuse, type Refusal, isRefusal } from '#contracts';
import { decodeBlock } from './block-codec.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { ColumnBlock } from './cells.js';
import type { PartitionTick, SlotState } from './partition-tick.js';
import { readToldBlocks, TOLD_WITHOUT_TIMEOUTS, writeToldBlocks } from './told-blocks-codec.js';

/**
 * The first byte of every record of `slots`. Records live for a day and readers are deployed before writers, so what was written
 * yesterday is read too: version 1 has one self-contained block per slot, version 2 one dictionary and the families that are told, of
 * nodes without timeouts.
 */
const TICK_VERSION = 3;
const WITHOUT_TIMEOUTS_VERSION = 2;
const BLOCK_PER_SLOT_VERSION = 1;

type TickHead = Omit<PartitionTick, 'slots'> & {
  readonly slots: readonly Omit<SlotState, 'block'>[];
};

/** A tick as bytes: version, the small parts as JSON, then the blocks of all slots; only what `TOLD_FAMILIES` names. */
export const encodeTick = (tick: PartitionTick): Uint8Array => {
  const head: TickHead = { ...tick, slots: tick.slots.map(({ slot, closed }) => ({ slot, closed })) };
  const writer = new ByteWriter();
  writer.varint(TICK_VERSION);
  writer.text(JSON.stringify(head));
  writeToldBlocks(
    writer,
    tick.slots.map(({ block }) => block),
  );
  return writer.finish();
};

const isHead = (value: unknown): value is TickHead => {
  if (typeof value !== 'object' || value === null) return false;
  const { topic, partition, incarnation, tick, nextOffset, ...lists } = value as Record<string, unknown>;
  const { slots, nodes, reports, signals, gaps = [] } = lists;
  return (
    typeof topic === 'string' &&
    [partition, incarnation, tick, nextOffset].every((number) => Number.isSafeInteger(number)) &&
    [nodes, reports, signals, gaps].every(Array.isArray) &&
    Array.isArray(slots) &&
    slots.every((slot: unknown) => isSlotHead(slot))
  );
};

const isSlotHead = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { slot, closed } = value as Record<string, unknown>;
  return Number.isSafeInteger(slot) && typeof closed === 'boolean';
};

const parseHead = (text: string): TickHead | undefined => {
  try {
    const head: unknown = JSON.parse(text);
    return isHead(head) ? head : undefined;
  } catch {
    return undefined;
  }
};

const readBlockPerSlot = (reader: ByteReader, count: number): readonly ColumnBlock[] =>
  Array.from({ length: count }, () => {
    const block = decodeBlock(reader.block());
    if (!isRefusal(block)) return block;
    reader.fail(block.detail);
    return new Map();
  });

const readBlocks = (reader: ByteReader, version: number, count: number): readonly ColumnBlock[] => {
  if (version === BLOCK_PER_SLOT_VERSION) return readBlockPerSlot(reader, count);
  return readToldBlocks(reader, count, version === WITHOUT_TIMEOUTS_VERSION ? TOLD_WITHOUT_TIMEOUTS : undefined);
};

/**
 * Reads a tick; damaged bytes are refused, never thrown at. Nodes, reports and signals come from the aggregator, which checked
 * them when it read them: here only the shape that reading needs is looked at.
 */
export const decodeTick = (bytes: Uint8Array): PartitionTick | Refusal => {
  const reader = new ByteReader(bytes);
  const version = reader.varint();
  if (version < BLOCK_PER_SLOT_VERSION || version > TICK_VERSION)
    reader.fail(`version ${version}: expected ${TICK_VERSION}`);
  const head = parseHead(reader.text());
  if (head === undefined) reader.fail('the head is not one of a tick');
  if (reader.fault !== undefined || head === undefined) return refuseTick(reader);
  const blocks = readBlocks(reader, version, head.slots.length);
  if (reader.left > 0) reader.fail('bytes after the end');
  if (reader.fault !== undefined) return refuseTick(reader);
  return { ...head, slots: head.slots.map((slot, index) => ({ ...slot, block: blocks[index] ?? new Map() })) };
};

const refuseTick = ({ fault = 'no head' }: ByteReader): Refusal => refuse('BODY_UNPARSABLE', `not a tick: ${fault}`);
