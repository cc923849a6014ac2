import {
  LATENCY_NONE,
  type NodeReport,
  OUTCOME,
  type OutcomeBatch,
  RCODE_NONE,
  type Release,
  type Tier,
  VANTAGE,
} from '#contracts';

/** A customer of the fleet, with one zone. */
export interface ToldCustomer {
  readonly customerId: string;
  readonly tier: Tier;
  /** Its part of the queries, 0..1. */
  readonly share: number;
}

/** A node; a test changes it as time goes on. */
export interface ToldNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  release: Release;
  /** Share of what it is asked for a customer that fails with SERVFAIL. */
  failing: (customerId: string) => number;
  /** Share that times out, of everything. */
  timeouts: number;
  /** 1 = as on a good day of the study (R6): median 15 ms, p95 45 ms, p99 120 ms. */
  slowness: number;
  isSilent: boolean;
}

/** Share of the answers → ms on a good day; in between the logarithm is linear. */
const GOOD_DAY: readonly (readonly [share: number, ms: number])[] = [
  [0, 4],
  [0.5, 15],
  [0.95, 45],
  [0.99, 120],
  [1, 300],
];
/** Latencies that the answers of some seconds are spread over, evenly. */
const LATENCIES = 100;
const QUERIES_PER_SECOND = 500;
const HEALTHY_FAILING = 0.0005;

const goodDayUs = (share: number): number => {
  const at = GOOD_DAY.findIndex(([end]) => end >= share);
  const [[from, fromMs], [to, toMs]] = [GOOD_DAY[at - 1]!, GOOD_DAY[at]!];
  return 1_000 * fromMs * (toMs / fromMs) ** ((share - from) / (to - from));
};

const PROFILE_US = Array.from({ length: LATENCIES }, (_, index) => goodDayUs((index + 0.5) / LATENCIES));

/** What is asked of a node in a second: whole outcomes; what is left over of one counts in the next. */
class Teller {
  private readonly carried = new Map<string, number>();
  private seq = 0;

  constructor(
    private readonly node: ToldNode,
    private readonly index: number,
    private readonly customers: readonly ToldCustomer[],
  ) {}

  batch(second: number): OutcomeBatch {
    const { node, customers } = this;
    this.seq += 1;
    const rows = customers.flatMap(({ customerId, share }, zone) => {
      const [asked, failing] = [QUERIES_PER_SECOND * share, node.failing(customerId)];
      // All places of the profile within some seconds, and other ones for each customer and node.
      const at = (second * 13 + zone * 37 + this.index * 7) % LATENCIES;
      const latencyUs = Math.round(PROFILE_US[at]! * node.slowness);
      return [
        [zone, this.take(`good ${zone}`, asked * (1 - failing - node.timeouts)), OUTCOME.answer, latencyUs] as const,
        [zone, this.take(`bad ${zone}`, asked * failing), OUTCOME.servfail, latencyUs] as const,
        [zone, this.take(`late ${zone}`, asked * node.timeouts), OUTCOME.timeout, LATENCY_NONE] as const,
      ].filter(([, weight]) => weight > 0);
    });
    const n = rows.length;
    return {
      ...this.envelope(second),
      n,
      completeness: { ...COMPLETE, observed: n, serverQueries: n },
      zones: customers.map(({ customerId }) => zoneOf(customerId)),
      dtUs: new Uint32Array(n),
      zoneIx: Uint16Array.from(rows, ([zone]) => zone),
      latencyUs: Uint32Array.from(rows, ([, , , latencyUs]) => latencyUs),
      outcome: Uint8Array.from(rows, ([, , outcome]) => outcome),
      qtype: new Uint16Array(n).fill(1),
      rcode: new Uint16Array(n).fill(RCODE_NONE),
      transport: new Uint8Array(n).fill(1),
      flags: new Uint8Array(n),
      weight: Uint32Array.from(rows, ([, weight]) => weight),
      zoneId: undefined,
      qnameLen: undefined,
    };
  }

  private envelope(second: number) {
    const { nodeId, pop, region, release } = this.node;
    const place = { nodeId, pop, region, ring: '', ...release };
    const boot = { agentBootId: '1', serverBootId: '1', observerId: '', seq: this.seq, published: 0 };
    return { schema: 1, ...place, ...boot, vantage: VANTAGE.server, t0Us: second * 1_000_000 } as const;
  }

  private take(what: string, amount: number): number {
    const sum = (this.carried.get(what) ?? 0) + amount;
    // A sum of many fractions misses a whole number by a hair.
    const whole = Math.floor(sum + 1e-9);
    this.carried.set(what, sum - whole);
    return whole;
  }
}

const COMPLETE = {
  sampledOut: 0,
  droppedAgent: 0,
  droppedSource: 0,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
};

/** The zone of a customer. */
export const zoneOf = (customerId: string): string => `${customerId}.example`;

/** A fleet that tells every second what it did: a batch and a heartbeat of each node that speaks. Nothing is random. */
export class ToldFleet {
  readonly nodes: readonly ToldNode[];
  private readonly tellers: ReadonlyMap<ToldNode, Teller>;

  constructor(
    regions: readonly string[],
    nodesPerRegion: number,
    release: Release,
    readonly customers: readonly ToldCustomer[],
  ) {
    this.nodes = regions.flatMap((region) =>
      Array.from({ length: nodesPerRegion }, (_, index) => ({
        nodeId: `${region}-${index + 1}`,
        pop: `${region}-pop`,
        region,
        release,
        failing: () => HEALTHY_FAILING,
        timeouts: 0,
        slowness: 1,
        isSilent: false,
      })),
    );
    this.tellers = new Map(this.nodes.map((node, index) => [node, new Teller(node, index, customers)]));
  }

  in(region: string): readonly ToldNode[] {
    return this.nodes.filter((node) => node.region === region);
  }

  /** What nodes did in a second. */
  batches(second: number): readonly OutcomeBatch[] {
    return [...this.tellers].filter(([node]) => !node.isSilent).map(([, teller]) => teller.batch(second));
  }

  heartbeats(second: number): readonly NodeReport[] {
    return this.nodes
      .filter(({ isSilent }) => !isSilent)
      .map(({ nodeId, pop, region, release }) => {
        const place = { nodeId, agentBootId: '1', atUs: second * 1_000_000, pop, region, ...release };
        return { type: 'heartbeat', ...place, serverBootId: '1', observed: second, dropped: 0, queued: 0, taps: 1 };
      });
  }
}
