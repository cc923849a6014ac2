import { refuse, type Refusal, isRefusal } from '#contracts';
import { decodeBlock, encodeBlock } from './block-codec.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import type { PartitionTick, SlotState } from './partition-tick.js';

/** The first byte of every record of `slots`; records live for a day, readers and writers are deployed in any order. */
const TICK_VERSION = 1;

type TickHead = Omit<PartitionTick, 'slots'> & {
  readonly slots: readonly Omit<SlotState, 'block'>[];
};

/** A tick as bytes: version, the small parts as JSON, then one block per slot, each after its length. */
export const encodeTick = (tick: PartitionTick): Uint8Array => {
  const head: TickHead = { ...tick, slots: tick.slots.map(({ slot, closed }) => ({ slot, closed })) };
  const writer = new ByteWriter();
  writer.varint(TICK_VERSION);
  writer.text(JSON.stringify(head));
  for (const { block } of tick.slots) writer.block(encodeBlock(block));
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

/**
 * Reads a tick; damaged bytes are refused, never thrown at. Nodes, reports and signals come from the aggregator, which checked
 * them when it read them: here only the shape that reading needs is looked at.
 */
export const decodeTick = (bytes: Uint8Array): PartitionTick | Refusal => {
  const reader = new ByteReader(bytes);
  const version = reader.varint();
  if (version !== TICK_VERSION) reader.fail(`version ${version}: expected ${TICK_VERSION}`);
  const head = parseHead(reader.text());
  if (head === undefined) reader.fail('the head is not one of a tick');
  const slots: SlotState[] = [];
  for (const { slot, closed } of head?.slots ?? []) {
    const block = decodeBlock(reader.block());
    if (isRefusal(block)) reader.fail(block.detail);
    else slots.push({ slot, closed, block });
  }
  if (reader.left > 0) reader.fail('bytes after the end');
  return reader.fault === undefined && head !== undefined
    ? { ...head, slots }
    : refuse('BODY_UNPARSABLE', `not a tick: ${reader.fault ?? 'no head'}`);
};
