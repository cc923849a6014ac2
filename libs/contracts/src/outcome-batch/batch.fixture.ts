import fc from 'fast-check';
import { OUTCOMES, type OutcomeBatch } from '../outcome.js';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u8 = fc.integer({ min: 0, max: 0xff });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const unknownOr = fc.integer({ min: -1, max: 2 ** 52 - 1 });
const zone = fc.stringMatching(/^[a-z0-9_-]{1,20}(\.[a-z0-9-]{1,20}){0,3}$/);
const N_MAX = 40;

const column = (value: fc.Arbitrary<number>, n: number) => fc.array(value, { minLength: n, maxLength: n });
const columnOr = (value: fc.Arbitrary<number>, n: number) =>
  n === 0 ? fc.constant(undefined) : fc.option(column(value, n), { nil: undefined });

const completeness = fc.record({
  observed: u32,
  sampledOut: u32,
  droppedAgent: u32,
  droppedSource: unknownOr,
  serverQueries: unknownOr,
  unpairedQueries: u32,
  orphanResponses: u32,
  malformed: u32,
});

const header = fc.record({
  schema: fc.constant(1 as const),
  nodeId: name,
  agentBootId: u64,
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  serverBootId: u64,
  observerId: fc.oneof(fc.constant(''), name),
  published: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  pop: name,
  region: name,
  softwareVersion: name,
  configRev: name,
  ring: fc.oneof(fc.constant(''), name),
  vantage: fc.integer({ min: 0, max: 2 }),
  t0Us: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
  completeness,
});

const zonesOf = (n: number) =>
  fc.tuple(fc.boolean(), fc.uniqueArray(zone, { minLength: 1, maxLength: 8 })).chain(([byId, zones]) =>
    byId && n > 0
      ? fc.record({
          zones: fc.constant<string[]>([]),
          zoneIx: fc.constant(new Uint16Array(0)),
          zoneId: column(u32, n).map((ids): Uint32Array | undefined => Uint32Array.from(ids)),
        })
      : fc.record({
          zones: fc.constant(zones),
          zoneIx: column(fc.integer({ min: 0, max: zones.length - 1 }), n).map((ixs) => Uint16Array.from(ixs)),
          zoneId: fc.constant<Uint32Array | undefined>(undefined),
        }),
  );

const columnsOf = (n: number) =>
  fc.record({
    n: fc.constant(n),
    dtUs: column(u32, n).map((values) => Uint32Array.from(values)),
    latencyUs: column(u32, n).map((values) => Uint32Array.from(values)),
    outcome: column(fc.constantFrom(...OUTCOMES.map(({ code }) => code)), n).map((values) => Uint8Array.from(values)),
    qtype: column(u16, n).map((values) => Uint16Array.from(values)),
    rcode: column(fc.oneof(fc.integer({ min: 0, max: 4_095 }), fc.constant(0xffff)), n).map((values) =>
      Uint16Array.from(values),
    ),
    transport: column(u8, n).map((values) => Uint8Array.from(values)),
    flags: column(u8, n).map((values) => Uint8Array.from(values)),
    weight: columnOr(fc.integer({ min: 1, max: 10_000 }), n).map((values) => values && Uint32Array.from(values)),
    qnameLen: columnOr(u8, n).map((values) => values && Uint8Array.from(values)),
  });

/** Any batch that is valid. */
export const anyBatch: fc.Arbitrary<OutcomeBatch> = fc
  .integer({ min: 0, max: N_MAX })
  .chain((n) => fc.tuple(header, zonesOf(n), columnsOf(n)))
  .map(([head, zones, columns]) => ({ ...head, ...zones, ...columns }));

/** One small batch, to change and break. */
export const PLAIN_BATCH: OutcomeBatch = {
  schema: 1,
  nodeId: 'n1',
  agentBootId: '18446744073709551615',
  seq: 7,
  serverBootId: '0',
  observerId: '',
  published: 0,
  pop: 'fra1',
  region: 'europe',
  softwareVersion: 'v2.1.4',
  configRev: 'c41',
  ring: 'prod',
  vantage: 0,
  t0Us: 1_626_954_420_000_000,
  n: 3,
  completeness: {
    observed: 3,
    sampledOut: 0,
    droppedAgent: 0,
    droppedSource: -1,
    serverQueries: 3,
    unpairedQueries: 0,
    orphanResponses: 0,
    malformed: 0,
  },
  zones: ['bank.example', 'shop.example'],
  dtUs: Uint32Array.of(0, 100_000, 200_000),
  zoneIx: Uint16Array.of(0, 1, 0),
  latencyUs: Uint32Array.of(1_200, 0xffff_ffff, 900),
  outcome: Uint8Array.of(0, 13, 10),
  qtype: Uint16Array.of(1, 28, 1),
  rcode: Uint16Array.of(0, 0xffff, 2),
  transport: Uint8Array.of(1, 1, 2),
  flags: Uint8Array.of(4, 0, 4),
  weight: undefined,
  zoneId: undefined,
  qnameLen: undefined,
};
