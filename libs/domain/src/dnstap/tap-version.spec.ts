import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { FrameReader } from './frame-stream.js';
import { readTapVersion } from './tap-version.js';

/** The frame as dnstap.proto has it; the message stays bytes. */
const { root } = protobuf.parse(`syntax = "proto2"; message Dnstap {
  optional bytes identity = 1; optional bytes version = 2; optional bytes extra = 3; optional bytes message = 14;
  required int32 type = 15; }`);
const Dnstap = root.lookupType('Dnstap');
const bytes = fc.uint8Array({ maxLength: 40 });

describe('readTapVersion', () => {
  it('reads what protobufjs wrote, and only field 2', () => {
    const frame = fc.record(
      {
        identity: bytes,
        version: fc.string({ minLength: 1, maxLength: 40, unit: fc.constantFrom('a', 'B', ' ', '.', '-', '9') }),
        extra: bytes,
        message: bytes,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(frame, ({ version, ...rest }) => {
        const written = { ...rest, type: 1, ...(version === undefined ? {} : { version: Buffer.from(version) }) };
        expect(readTapVersion(Dnstap.encode(written).finish())).toBe(version);
      }),
    );
  });

  it.each([
    ['bind-400', '2.1.5'],
    ['knot-400', '2.1.5'],
    ['nsd-400', '2.1.5'],
    ['unbound-400', '1.17.1'],
  ])('%s says what it is in each frame', (name, expected) => {
    const recording = readFileSync(join(process.cwd(), 'libs/domain/src/dnstap/fixtures', `${name}.fstrm`));
    const versions = new FrameReader()
      .push(recording)
      .flatMap((found) => (found.kind === 'data' ? [readTapVersion(found.payload)] : []));
    expect([...new Set(versions)]).toEqual([expected]);
  });

  it('never throws, and takes no megabyte for a version', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (payload) => {
        expect(() => readTapVersion(payload)).not.toThrow();
      }),
    );
    expect(readTapVersion(Dnstap.encode({ version: Buffer.alloc(1_000_000, 0x61), type: 1 }).finish())).toBeUndefined();
  });
});
