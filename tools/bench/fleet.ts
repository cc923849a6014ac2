import { LATENCY_NONE, OUTCOME, type OutcomeBatch, RCODE_NONE } from '#contracts';
import type { ZoneCatalogue } from '#domain';

/** The size of the fleet whose outcomes are measured. */
export interface FleetSize {
  readonly nodes: number;
  readonly customers: number;
  readonly zones: number;
  /** Outcomes of one batch; every node sends one batch a second. */
  readonly outcomes: number;
}

/** 200 PoPs of 5 nodes, 1 M outcomes per second. */
export const LARGE_FLEET: FleetSize = { nodes: 1_000, customers: 10_000, zones: 50_000, outcomes: 1_000 };

const NODES_PER_POP = 5;
const REGIONS = 8;
/** Exponent of Zipf's law: the popularity of zones as resolvers see it. */
const ZIPF = 1.05;
const QTYPES = [1, 28, 65, 15, 16, 2, 6, 12, 33, 43, 48, 257, 64, 35, 52, 255] as const;
/** Outcome and its share; the rest are answers. */
const OUTCOME_SHARES = [
  ['nxdomain', 0.1],
  ['nodata', 0.06],
  ['referral', 0.01],
  ['refused_foreign', 0.005],
  ['servfail', 0.002],
  ['timeout', 0.001],
  ['truncated', 0.002],
] as const;
/** Log-normal latency: median, sigma, share. Gives p50 15, p95 46, p99 90 ms. */
const LATENCY_MIX = [
  [14_000, 0.55, 0.97],
  [60_000, 0.6, 0.03],
] as const;
/** 2026-01-01, a whole second. */
const START_MS = 1_767_225_600_000;
/** From the last outcome of a batch to its append, ms. */
const TRANSPORT_MS = 50;

/** mulberry32: a seed gives the same numbers on every machine. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Draws ranks from 0 by Zipf's law. */
const createZipf = (count: number, random: () => number): (() => number) => {
  const sums = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) sums[rank] = sum += 1 / (rank + 1) ** ZIPF;
  return () => {
    const at = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
};

const latencyOf = (random: () => number): number => {
  const [median, sigma] = random() < LATENCY_MIX[0][2] ? LATENCY_MIX[0] : LATENCY_MIX[1];
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.round(median * Math.exp(sigma * normal));
};

const outcomeOf = (at: number): number => {
  let rest = at;
  for (const [name, share] of OUTCOME_SHARES) {
    if (rest < share) return OUTCOME[name];
    rest -= share;
  }
  return OUTCOME.answer;
};

const RCODE_OF = new Map<number, number>([
  [OUTCOME.nxdomain, 3],
  [OUTCOME.servfail, 2],
  [OUTCOME.refused_foreign, 5],
  [OUTCOME.timeout, RCODE_NONE],
]);

/** The columns of one node's second; `rank` of a zone is its registry id. */
interface NodeSecond {
  readonly zoneId: Uint32Array;
  readonly columns: Pick<OutcomeBatch, 'dtUs' | 'latencyUs' | 'outcome' | 'qtype' | 'rcode' | 'transport' | 'flags'>;
}

/** How zones are named in a batch. */
export type ZoneForm = 'ids' | 'dictionary';

/** One batch and when it is appended. */
export interface SentBatch {
  readonly batch: OutcomeBatch;
  readonly appendedAtMs: number;
}

/**
 * A seeded fleet: nodes report one batch a second, one after the other within the second, so that a batch of most nodes lies in two
 * slots. The columns of a node are the same in every second; header and times go on.
 */
export class Fleet {
  readonly catalogue: ZoneCatalogue;
  private readonly seconds: readonly NodeSecond[];

  constructor(
    readonly size: FleetSize,
    seed = 1,
    /** When its first second begins; a whole second. */
    private readonly startMs = START_MS,
  ) {
    const random = createRandom(seed);
    const zipf = createZipf(size.zones, random);
    this.seconds = Array.from({ length: size.nodes }, () => this.nodeSecond(random, zipf));
    const customers = Array.from({ length: size.customers }, (_unused, index) => `customer-${index}`);
    const zones = Array.from({ length: size.zones }, (_unused, rank) => zoneName(rank));
    const customerOf = new Map(zones.map((zone, rank) => [zone, customers[rank % size.customers]!]));
    this.catalogue = { customerOf: (zone) => customerOf.get(zone), zoneOf: (id) => zones[id], version: () => 1 };
  }

  /** The batches of one second, in the order of their append times. */
  *batches(second: number, form: ZoneForm): Generator<SentBatch> {
    for (let node = 0; node < this.size.nodes; node += 1) {
      const offsetMs = Math.floor((node * 1_000) / this.size.nodes);
      const startMs = this.startMs + second * 1_000 + offsetMs;
      yield { batch: this.batch(node, second, startMs * 1_000, form), appendedAtMs: startMs + 1_000 + TRANSPORT_MS };
    }
  }

  private nodeSecond(random: () => number, zipf: () => number): NodeSecond {
    const n = this.size.outcomes;
    const fill = <T extends Uint8Array | Uint16Array | Uint32Array>(column: T, value: () => number): T => {
      for (let i = 0; i < n; i += 1) column[i] = value();
      return column;
    };
    const outcome = fill(new Uint8Array(n), () => outcomeOf(random()));
    return {
      zoneId: fill(new Uint32Array(n), zipf),
      columns: {
        dtUs: fill(new Uint32Array(n), () => random() * 1e6).sort(),
        latencyUs: fill(new Uint32Array(n), () => latencyOf(random)).map((latency, i) =>
          outcome[i] === OUTCOME.timeout ? LATENCY_NONE : latency,
        ),
        outcome,
        qtype: fill(new Uint16Array(n), () => QTYPES[Math.floor(random() ** 3 * QTYPES.length)]!),
        rcode: Uint16Array.from(outcome, (code) => RCODE_OF.get(code) ?? 0),
        transport: fill(new Uint8Array(n), () => (random() < 0.97 ? 1 : 2)),
        flags: fill(new Uint8Array(n), () => (random() < 0.3 ? 5 : 4)),
      },
    };
  }

  private batch(node: number, second: number, t0Us: number, form: ZoneForm): OutcomeBatch {
    const { zoneId, columns } = this.seconds[node]!;
    const pop = Math.floor(node / NODES_PER_POP);
    return {
      schema: 1,
      nodeId: `node-${node}`,
      agentBootId: '1626954420000',
      seq: second + 1,
      serverBootId: '77',
      observerId: '',
      published: (second + 1) * this.size.outcomes,
      pop: `pop-${pop}`,
      region: `region-${pop % REGIONS}`,
      softwareVersion: node % 2 === 0 ? 'v2.1.4' : 'v2.1.5',
      configRev: 'c41',
      ring: 'prod',
      vantage: 0,
      t0Us,
      n: this.size.outcomes,
      completeness: completenessOf(this.size.outcomes),
      ...(form === 'ids' ? { zones: [], zoneIx: new Uint16Array(0), zoneId } : dictionaryOf(zoneId)),
      ...columns,
      weight: undefined,
      qnameLen: undefined,
    };
  }
}

/** The name of the zone of a rank. */
export const zoneName = (rank: number): string => `zone-${String(rank).padStart(5, '0')}.com`;

const completenessOf = (n: number): OutcomeBatch['completeness'] => ({
  observed: n,
  sampledOut: 0,
  droppedAgent: 0,
  droppedSource: 0,
  serverQueries: n,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
});

const dictionaryOf = (zoneId: Uint32Array): Pick<OutcomeBatch, 'zones' | 'zoneIx' | 'zoneId'> => {
  const indexOf = new Map<number, number>();
  const zoneIx = Uint16Array.from(zoneId, (rank) => {
    const index = indexOf.get(rank) ?? indexOf.size;
    indexOf.set(rank, index);
    return index;
  });
  return { zones: [...indexOf.keys()].map(zoneName), zoneIx, zoneId: undefined };
};
