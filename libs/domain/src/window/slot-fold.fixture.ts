import fc from 'fast-check';
import { FAMILIES, type Family, KEY_SEPARATOR, LATENCY_NONE, OUTCOMES, type OutcomeBatch } from '#contracts';
import type { PlainCell } from './block.fixture.js';
import { bucketIndex } from './histogram.js';

/** One outcome as a plain object: what the oracle counts one by one. */
export interface OneOutcome {
  readonly node: number;
  readonly release: string;
  readonly atUs: number;
  readonly zone: string;
  readonly code: number;
  readonly latencyUs: number;
  readonly weight: number;
  /** Octets of its name; batches of outcomes that all have it tell it. */
  readonly nameOctets?: number;
}

/** A second on 2021-07-22, the first slot of the tests. */
export const FIRST_SLOT = 1_626_954_420;
/** Zones; the last two belong to nobody. */
export const ZONES = ['a.example', 'b.example', 'c.example', 'd.example', 'e.example'] as const;
const CUSTOMERS: Readonly<Record<string, string>> = { 'a.example': 'bank', 'b.example': 'bank', 'c.example': 'shop' };
/** The customer of a zone. */
export const customerOf = (zone: string): string | undefined => CUSTOMERS[zone];
const NODES = [
  { nodeId: 'n0', pop: 'fra1', region: 'europe' },
  { nodeId: 'n1', pop: 'fra1', region: 'europe' },
  { nodeId: 'n2', pop: 'iad1', region: 'us-east' },
] as const;
const RELEASES = ['v1', 'v2'] as const;

/** Outcomes within some seconds. */
export const anyOutcomes = (seconds: number): fc.Arbitrary<readonly OneOutcome[]> =>
  fc.array(
    fc.record({
      node: fc.nat({ max: NODES.length - 1 }),
      release: fc.constantFrom(...RELEASES),
      atUs: fc.nat({ max: seconds * 1_000_000 - 1 }).map((us) => FIRST_SLOT * 1_000_000 + us),
      zone: fc.constantFrom(...ZONES),
      code: fc.constantFrom(...OUTCOMES.map(({ code }) => code)),
      latencyUs: fc.oneof(fc.nat({ max: 100_000 }), fc.constant(LATENCY_NONE), fc.constant(70_000_000)),
      weight: fc.constantFrom(1, 1, 3, 200, 100_000),
      nameOctets: fc.oneof(fc.constantFrom(0, 63, 64, 127, 128, 191, 192, 254, 255), fc.nat({ max: 255 })),
    }),
    { maxLength: 60 },
  );

/** A batch of outcomes that share node and release. */
export const batchOf = (outcomes: readonly OneOutcome[]): OutcomeBatch => {
  const [first] = outcomes;
  if (first === undefined) throw new Error('a batch of nothing');
  const t0Us = Math.min(...outcomes.map(({ atUs }) => atUs));
  const zones = [...new Set(outcomes.map(({ zone }) => zone))];
  return {
    ...NODES[first.node]!,
    schema: 1,
    agentBootId: '1',
    seq: 1,
    serverBootId: '1',
    observerId: '',
    published: 0,
    softwareVersion: first.release,
    configRev: 'c1',
    ring: '',
    vantage: 0,
    t0Us,
    n: outcomes.length,
    completeness: {
      observed: outcomes.length,
      sampledOut: 0,
      droppedAgent: 0,
      droppedSource: 0,
      serverQueries: -1,
      unpairedQueries: 0,
      orphanResponses: 0,
      malformed: 0,
    },
    zones,
    dtUs: Uint32Array.from(outcomes, ({ atUs }) => atUs - t0Us),
    zoneIx: Uint16Array.from(outcomes, ({ zone }) => zones.indexOf(zone)),
    latencyUs: Uint32Array.from(outcomes, ({ latencyUs }) => latencyUs),
    outcome: Uint8Array.from(outcomes, ({ code }) => code),
    qtype: new Uint16Array(outcomes.length),
    rcode: new Uint16Array(outcomes.length),
    transport: new Uint8Array(outcomes.length),
    flags: new Uint8Array(outcomes.length),
    weight: Uint32Array.from(outcomes, ({ weight }) => weight),
    zoneId: undefined,
    qnameLen: outcomes.every(({ nameOctets }) => nameOctets !== undefined)
      ? Uint8Array.from(outcomes, ({ nameOctets }) => nameOctets ?? 0)
      : undefined,
  };
};

/** Outcomes cut into batches after a choice per outcome: a change of node or release always ends a batch. */
export const batchesOf = (outcomes: readonly OneOutcome[], cuts: readonly boolean[]): readonly OutcomeBatch[] => {
  const batches: OneOutcome[][] = [];
  outcomes.forEach((outcome, index) => {
    const last = batches.at(-1);
    const isSame = last?.[0]?.node === outcome.node && last[0].release === outcome.release;
    if (last === undefined || !isSame || cuts[index % cuts.length] === true) batches.push([outcome]);
    else last.push(outcome);
  });
  return batches.map(batchOf);
};

const lengthOf = (octets: number): string =>
  octets < 64 ? '0-63' : octets < 128 ? '64-127' : octets < 192 ? '128-191' : octets < 255 ? '192-254' : '255+';

const keysOf = ({ node, release, zone, code, nameOctets }: OneOutcome): Readonly<Partial<Record<Family, string>>> => {
  const { nodeId, pop, region } = NODES[node]!;
  const customer = customerOf(zone) ?? 'other';
  const join = (...parts: readonly string[]): string => parts.join(KEY_SEPARATOR);
  return {
    fleet: 'fleet',
    region,
    pop,
    node: nodeId,
    release_region: join(`${release}+c1`, region),
    customer,
    customer_region: join(customer, region),
    customer_release: join(customer, `${release}+c1`),
    zone,
    zone_release: join(zone, `${release}+c1`),
    outcome: join(`${release}+c1`, region, OUTCOMES.find((kind) => kind.code === code)?.name ?? ''),
    ...(code === 3 ? { nxdomain: join(zone, `${release}+c1`) } : {}),
    ...(nameOctets === undefined ? {} : { name_length: join(`${release}+c1`, lengthOf(nameOctets)) }),
  };
};

const columnOf = (code: number): number =>
  ['good', 'bad', 'excluded'].indexOf(OUTCOMES.find((kind) => kind.code === code)?.class ?? '');

type CountingCell = { counts: number[]; buckets: Record<number, number> } & PlainCell;

/** Counts outcomes one by one: `slot family key` → cell. The oracle of fold and windows. */
export const countDirectly = (outcomes: readonly OneOutcome[]): Record<string, PlainCell> => {
  const cells: Record<string, CountingCell> = {};
  for (const outcome of outcomes) {
    const slot = Math.floor(outcome.atUs / 1_000_000);
    for (const [family, key] of Object.entries(keysOf(outcome)) as [Family, string][]) {
      const cell = (cells[`${slot} ${family} ${key}`] ??= { counts: [0, 0, 0, 0], buckets: {} });
      const column = columnOf(outcome.code);
      const isTimeout = outcome.code === 13;
      cell.counts[column]! += outcome.weight;
      if (isTimeout) cell.counts[3]! += outcome.weight;
      const { sub } = FAMILIES[family];
      if (sub === 0 || isTimeout || column === 2 || outcome.latencyUs === LATENCY_NONE) continue;
      const bucket = bucketIndex(outcome.latencyUs, sub);
      cell.buckets[bucket] = (cell.buckets[bucket] ?? 0) + outcome.weight;
    }
  }
  return cells;
};
