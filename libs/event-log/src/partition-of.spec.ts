import { murmur2, partitionOf } from './partition-of.js';

describe('partitionOf', () => {
  // The vectors of Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as Kafka does', (key, hash) => {
    expect(murmur2(new TextEncoder().encode(key))).toBe(hash);
  });

  it('takes the hash without its sign, modulo the partitions', () => {
    expect(partitionOf('21', 4)).toBe((-973932308 & 0x7fffffff) % 4);
  });
});
