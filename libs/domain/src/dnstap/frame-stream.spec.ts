import fc from 'fast-check';
import { encodeControl, FRAME_BYTES_MAX, type FrameFound, FrameReader } from './frame-stream.js';

const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const data = (...bytes: number[]): Uint8Array => Uint8Array.of(0, 0, 0, bytes.length, ...bytes);
const START = encodeControl('start');
const read = (bytes: Uint8Array): FrameFound[] => {
  const reader = new FrameReader();
  return [...reader.push(bytes), ...reader.end()];
};
const refusal = (fault: string, length: number) => ({ kind: 'refused', fault, length });

describe('FrameReader', () => {
  it('reads a file, and a sender on a socket', () => {
    const start = { kind: 'control', control: 'start' };
    const payload = { kind: 'data', payload: Uint8Array.of(7, 8) };
    const stop = { kind: 'control', control: 'stop' };
    expect(read(join(START, data(7, 8), encodeControl('stop')))).toEqual([start, payload, stop]);
    expect(read(join(encodeControl('ready'), START, data(7, 8)))).toEqual([
      { kind: 'control', control: 'ready' },
      start,
      payload,
    ]);
  });

  it('knows a sender that stopped from one that went away', () => {
    const [stopped, gone] = [new FrameReader(), new FrameReader()];
    stopped.push(join(START, data(1), encodeControl('stop')));
    gone.push(join(START, data(1)));
    expect([stopped.isStopped, gone.isStopped]).toEqual([true, false]);
  });

  it('refuses a foreign content type, data before START, frames above the bound, damaged control frames', () => {
    expect(read(encodeControl('start', 'protobuf:other'))).toEqual([refusal('content_type_foreign', 26)]);
    expect(read(encodeControl('ready', 'protobuf:other'))).toEqual([refusal('content_type_foreign', 26)]);
    expect(read(data(1))).toEqual([refusal('data_before_start', 1)]);
    const tooLong = new Uint8Array(4);
    new DataView(tooLong.buffer).setUint32(0, FRAME_BYTES_MAX + 1);
    expect(read(join(START, tooLong)).at(-1)).toEqual(refusal('frame_too_long', FRAME_BYTES_MAX + 1));
    expect(read(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 99))).toEqual([refusal('control_malformed', 4)]);
    expect(read(Uint8Array.of(0, 0, 0, 0, 0, 1, 0, 0))).toEqual([refusal('control_malformed', 0x10000)]);
  });

  it('reads nothing after a refusal', () => {
    const reader = new FrameReader();
    reader.push(data(1));
    expect(reader.push(join(START, data(1)))).toEqual([]);
    expect(reader.end()).toEqual([]);
  });

  it('says how much of a frame has come', () => {
    const reader = new FrameReader();
    reader.push(join(START, data(1, 2, 3).subarray(0, 5)));
    expect(reader.pendingBytes).toBe(5);
    reader.push(Uint8Array.of(2, 3));
    expect(reader.pendingBytes).toBe(0);
  });

  it('finds the same however a stream is cut into pieces', () => {
    const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(
        frames,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
        (payloads, sizes) => {
          const framed = payloads.map((payload) =>
            join(Uint8Array.of(0, 0, payload.length >> 8, payload.length & 0xff), payload),
          );
          const stream = join(encodeControl('ready'), START, ...framed, encodeControl('stop'));
          const reader = new FrameReader();
          const found: Uint8Array[] = [];
          for (let [at, i] = [0, 0]; at < stream.length; i += 1) {
            const size = sizes[i % sizes.length] ?? 1;
            // A piece that is overwritten as soon as it was pushed, as a socket may do.
            const piece = stream.slice(at, at + size);
            for (const one of reader.push(piece)) if (one.kind === 'data') found.push(one.payload.slice());
            piece.fill(0xff);
            at += size;
          }
          expect(found).toEqual(payloads);
          expect([reader.isStopped, reader.end()]).toEqual([true, []]);
        },
      ),
    );
  });
});
