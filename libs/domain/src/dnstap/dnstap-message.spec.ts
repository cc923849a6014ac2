import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { readTapMessage, type Span, TAP_FAMILIES } from './dnstap-message.js';
import { FrameReader } from './frame-stream.js';

/** dnstap.proto, as far as messages go; an unknown enum value stays a number, as in proto3. */
const { root } = protobuf.parse(`syntax = "proto3";
message Dnstap { optional bytes identity = 1; optional bytes version = 2; optional bytes extra = 3; int32 type = 15;
  optional Message message = 14; }
message Message { int32 type = 1; optional int32 socket_family = 2; optional int32 socket_protocol = 3;
  optional bytes query_address = 4; optional bytes response_address = 5; optional uint32 query_port = 6;
  optional uint32 response_port = 7; optional uint64 query_time_sec = 8; optional fixed32 query_time_nsec = 9;
  optional bytes query_message = 10; optional bytes query_zone = 11; optional uint64 response_time_sec = 12;
  optional fixed32 response_time_nsec = 13; optional bytes response_message = 14; }`);
const Dnstap = root.lookupType('Dnstap');
const FIXTURES = join(process.cwd(), 'libs/domain/src/dnstap/fixtures');

interface Written {
  readonly type?: number;
  readonly identity?: Uint8Array;
  readonly message?: Readonly<Record<string, number | Uint8Array | undefined>>;
}

/** What protobufjs makes of a frame, in our words; undefined where it is no message of a known type. */
const asOracle = (payload: Uint8Array) => {
  const { type, identity, message } = Dnstap.toObject(Dnstap.decode(payload), { longs: Number }) as Written;
  const family = TAP_FAMILIES[Math.ceil(Number(message?.['type'] ?? 0) / 2) - 1];
  if (type !== 1 || message === undefined || family === undefined) return undefined;
  const time = (key: string) => {
    const [seconds, nanoseconds] = [Number(message[`${key}TimeSec`] ?? 0), Number(message[`${key}TimeNsec`] ?? 0)];
    const isKnown = seconds > 0 && seconds <= 0xffff_ffff && nanoseconds < 1_000_000_000;
    return isKnown ? { seconds, nanoseconds } : undefined;
  };
  const bytes = (key: string) => (message[key] === undefined ? undefined : [...(message[key] as Uint8Array)]);
  return {
    identity: [...(identity ?? [])],
    family,
    isQuery: Number(message['type']) % 2 === 1,
    isV6: message['socketFamily'] === 2,
    protocol: Number(message['socketProtocol'] ?? 0),
    queryAddress: bytes('queryAddress') ?? [],
    queryPort: Number(message['queryPort'] ?? 0),
    responsePort: Number(message['responsePort'] ?? 0),
    queryTime: time('query'),
    responseTime: time('response'),
    queryMessage: bytes('queryMessage'),
    responseMessage: bytes('responseMessage'),
  };
};

/** The same of our own reader: bytes in place of where they stand. */
const asRead = (payload: Uint8Array) => {
  const read = readTapMessage(payload);
  const bytes = (span: Span | undefined) =>
    span === undefined ? undefined : [...payload.subarray(span.from, span.to)];
  return (
    read && {
      ...read,
      identity: bytes(read.identity),
      queryAddress: bytes(read.queryAddress),
      queryMessage: bytes(read.queryMessage),
      responseMessage: bytes(read.responseMessage),
    }
  );
};

describe('readTapMessage, with protobufjs as oracle', () => {
  it.each(readdirSync(FIXTURES).filter((name) => /^(?:bind|knot|nsd|unbound).*\.fstrm$/.test(name)))(
    'reads every frame of %s as protobufjs does',
    (name) => {
      const payloads = new FrameReader()
        .push(readFileSync(join(FIXTURES, name)))
        .flatMap((found) => (found.kind === 'data' ? [found.payload] : []));
      expect(payloads.length).toBeGreaterThan(10);
      expect(payloads.map(asRead)).toEqual(payloads.map(asOracle));
    },
  );

  it('reads what protobufjs wrote, whatever fields there are', () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    const [port, seconds, nanoseconds] = [fc.nat(0xffff), fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)];
    const message = fc.record(
      {
        type: fc.nat(20),
        socketFamily: fc.nat(3),
        socketProtocol: fc.nat(9),
        queryAddress: bytes,
        responseAddress: bytes,
        queryPort: port,
        responsePort: port,
        queryTimeSec: seconds,
        queryTimeNsec: nanoseconds,
        queryMessage: bytes,
        queryZone: bytes,
        responseTimeSec: seconds,
        responseTimeNsec: nanoseconds,
        responseMessage: bytes,
      },
      { requiredKeys: [] },
    );
    const frame = fc.record(
      { type: fc.nat(2), identity: bytes, version: bytes, extra: bytes, message },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(frame, (written) => {
        const payload = Uint8Array.from(Dnstap.encode(Dnstap.fromObject(written)).finish());
        expect(asRead(payload)).toEqual(asOracle(payload));
      }),
      { numRuns: 500 },
    );
  });
});
