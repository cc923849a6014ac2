const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** murmur2 as Kafka's clients compute it, over the UTF-8 bytes of the key. */
export const murmur2 = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words = bytes.length >> 2;
  let h = SEED ^ bytes.length;
  for (let i = 0; i < words; i++) {
    let k = Math.imul(view.getInt32(i * 4, true), M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const tail = words * 4;
  const rest = bytes.length & 3;
  if (rest > 2) h ^= view.getUint8(tail + 2) << 16;
  if (rest > 1) h ^= view.getUint8(tail + 1) << 8;
  if (rest > 0) h = Math.imul(h ^ view.getUint8(tail), M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
};

const encoder = new TextEncoder();

/** The partition of a key, as Kafka's default partitioner picks it: a node stays where it is when a fleet moves to Kafka. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(encoder.encode(key)) & 0x7fff_ffff) % partitions;
