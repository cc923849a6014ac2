import { gzipSync } from 'node:zlib';
import { UNPACKED_BYTES_MAX, unpack } from './codecs.js';

const [GZIP, SNAPPY, LZ4, ZSTD] = [1, 2, 3, 4];
const text = Buffer.from('hello');
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

describe('unpack', () => {
  // Made by hand: each frame holds its data as a literal.
  it.each([
    ['gzip', GZIP, gzipSync(text)],
    ['snappy', SNAPPY, hex('05 10 68656c6c6f')],
    ['snappy in Java’s framing', SNAPPY, hex('82534e4150505900 00000001 00000001 00000007 0510 68656c6c6f')],
    ['lz4', LZ4, hex('04224d18 60 40 82 05000080 68656c6c6f 00000000')],
    ['zstd', ZSTD, hex('28b52ffd 20 05 290000 68656c6c6f')],
  ])('reads %s', async (_name, codec, packed) => {
    expect((await unpack(codec, packed)).toString()).toBe('hello');
  });

  it.each([
    ['gzip', GZIP, gzipSync(Buffer.alloc(UNPACKED_BYTES_MAX + 1))],
    ['snappy', SNAPPY, hex('8180808002 10 68656c6c6f')],
    // 40 blocks of one repeated byte, 128 KiB each.
    ['zstd', ZSTD, hex(`28b52ffd 00 60 ${'020010 61 '.repeat(40)} 030010 61`)],
  ])('refuses a %s bomb', async (_name, codec, packed) => {
    await expect(unpack(codec, packed)).rejects.toThrow(/(larger|more) than 4194304 bytes/);
  });

  it('refuses what it does not know', async () => {
    await expect(unpack(5, text)).rejects.toThrow('codec 5 is unknown');
  });
});
