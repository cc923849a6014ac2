import { FrameReader } from '#domain';
import { WireReader } from '../../libs/domain/src/dnstap/wire-reader.js';

/** Fields of a dnstap message: whole seconds of its times, as varints of five octets from 1978 to 3058. */
const SECONDS_FIELDS = [8, 12];
const MESSAGE_FIELD = 14;

/** Where the seconds of a message stand in its frame. */
const secondsIn = (payload: Uint8Array): number[] => {
  const found: number[] = [];
  for (const outer = new WireReader(payload); outer.next();) {
    if (outer.field !== MESSAGE_FIELD) continue;
    for (const inner = new WireReader(payload, outer.from, outer.to); inner.next();)
      if (SECONDS_FIELDS.includes(inner.field)) found.push(inner.from);
  }
  return found;
};

/** Where the seconds of all messages stand in a recording. */
export const secondsOf = (recording: Uint8Array): readonly number[] =>
  new FrameReader()
    .push(recording)
    .flatMap((found) => (found.kind === 'data' ? [found.payload] : []))
    .flatMap((payload) => secondsIn(payload).map((at) => payload.byteOffset + at - recording.byteOffset));

/** Reads the seconds at a place. */
export const secondsAt = (bytes: Uint8Array, at: number): number =>
  [0, 1, 2, 3, 4].reduce((sum, i) => sum + ((bytes[at + i] ?? 0) & 0x7f) * 128 ** i, 0);

/** Adds to the seconds of a varint, which keeps its five octets. */
export const shift = (bytes: Uint8Array, at: number, seconds: number): void => {
  let carry = seconds;
  for (let i = 0; i < 5; i += 1) {
    const sum = ((bytes[at + i] ?? 0) & 0x7f) + carry;
    bytes[at + i] = (sum & 0x7f) | (i < 4 ? 0x80 : 0);
    carry = Math.floor(sum / 128);
  }
};
