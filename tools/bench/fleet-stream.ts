import { OUTCOME, type OutcomeBatch, TICK_MS } from '#contracts';
import type { Catalogue } from '#domain';

/** A fleet of ten thousand customers, as large as the budget of `slots` is stated for. */
export const FLEET = { customers: 10_000, zones: 50_000, nodes: 1_000, pops: 200, regions: 8, partitions: 12 } as const;
/** How uneven customers are: s = 1.05 gives the largest one tenth of all queries. */
const ZIPF_S = 1.05;
/** Choices of zones made up front and walked through: long enough that no two seconds are alike. */
const CHOICES = 2 ** 21;
/** 2021-07-22 11:47 UTC, the start of the stream. */
export const STREAM_START_MS = Date.UTC(2021, 6, 22, 11, 47);
const BAD_RELEASE = 'v2.1.5';
const GOOD_RELEASE = 'v2.1.4';

/** A minimal standard generator: the same numbers from the same seed. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

/** What a stream is made of. */
export interface StreamOptions {
  readonly outcomesPerS: number;
  /** Share of outcomes that fail in a healthy fleet, 0..1. */
  readonly failing: number;
  /** Share that fails on half of the nodes, those with the second release; undefined = healthy throughout. */
  readonly incident: { readonly fromTick: number; readonly failing: number } | undefined;
}

const zoneName = (zone: number): string => `zone-${zone}.example`;
const customerName = (customer: number): string => `customer-${String(customer).padStart(5, '0')}`;

/** Zone → customer: five zones each. */
export const customerOfZone = (): ((zone: string) => string | undefined) => {
  const customers = new Map(
    Array.from({ length: FLEET.zones }, (_, zone) => [zoneName(zone), customerName(zone % FLEET.customers)]),
  );
  return (zone) => customers.get(zone);
};

/** The catalogue of the fleet. */
export const fleetCatalogue = (): Catalogue => ({
  nodes: Array.from({ length: FLEET.nodes }, (_, node) => placeOf(node)),
  customers: Array.from({ length: FLEET.customers }, (_, customer) => ({
    customerId: customerName(customer),
    name: `Customer ${customer}`,
    tier: (['tier1', 'tier2', 'tier3'] as const)[customer % 3]!,
    critical: false,
  })),
});

const placeOf = (node: number) => {
  const pop = node % FLEET.pops;
  return { nodeId: `node-${node}`, pop: `pop-${pop}`, region: `region-${pop % FLEET.regions}` };
};

const zipfZones = (random: () => number): Uint16Array => {
  const cumulated = new Float64Array(FLEET.customers);
  let sum = 0;
  for (let i = 0; i < FLEET.customers; i += 1) cumulated[i] = sum += 1 / (i + 1) ** ZIPF_S;
  return Uint16Array.from({ length: CHOICES }, () => {
    const at = random() * sum;
    let [low, high] = [0, FLEET.customers - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulated[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low + FLEET.customers * Math.floor(random() * (FLEET.zones / FLEET.customers));
  });
};

/** The batches of a fleet, tick by tick: one of each node per tick. */
export class FleetStream {
  private readonly random = seeded(20_210_722);
  private readonly choices = zipfZones(this.random);
  private at = 0;

  constructor(private readonly options: StreamOptions) {}

  /** The batches of one tick, by partition. */
  tick(tick: number): readonly (readonly OutcomeBatch[])[] {
    const batches: OutcomeBatch[][] = Array.from({ length: FLEET.partitions }, () => []);
    const n = Math.round((this.options.outcomesPerS * TICK_MS) / 1_000 / FLEET.nodes);
    for (let node = 0; node < FLEET.nodes; node += 1) batches[node % FLEET.partitions]!.push(this.batch(node, tick, n));
    return batches;
  }

  private batch(node: number, tick: number, n: number): OutcomeBatch {
    const isBad = (node >> 3) % 2 === 1;
    const { incident, failing } = this.options;
    const ratio = isBad && incident !== undefined && tick >= incident.fromTick ? incident.failing : failing;
    const indexOf = new Map<number, number>();
    const zones: string[] = [];
    const zoneIx = Uint16Array.from({ length: n }, () => this.indexOfZone(indexOf, zones));
    const outcome = Uint8Array.from({ length: n }, () => {
      if (this.random() >= ratio) return OUTCOME.answer;
      return this.random() < 0.5 ? OUTCOME.timeout : OUTCOME.servfail;
    });
    const latencyUs = Uint32Array.from({ length: n }, () => 8_000 * Math.exp(1.2 * (this.random() + this.random())));
    return {
      ...HEAD,
      ...placeOf(node),
      seq: tick + 1,
      softwareVersion: isBad ? BAD_RELEASE : GOOD_RELEASE,
      t0Us: (STREAM_START_MS + tick * TICK_MS) * 1_000,
      n,
      zones,
      zoneIx,
      outcome,
      latencyUs,
      dtUs: Uint32Array.from({ length: n }, (_, i) => Math.floor((i * TICK_MS * 1_000) / n)),
      qtype: new Uint16Array(n),
      rcode: new Uint16Array(n),
      transport: new Uint8Array(n),
      flags: new Uint8Array(n),
    };
  }

  private indexOfZone(indexOf: Map<number, number>, zones: string[]): number {
    const zone = this.choices[this.at]!;
    // A step that shares no factor with the length visits every choice before any twice.
    this.at = (this.at + 1_234_567) % CHOICES;
    const known = indexOf.get(zone);
    if (known !== undefined) return known;
    indexOf.set(zone, zones.length);
    return zones.push(zoneName(zone)) - 1;
  }
}

const HEAD = {
  schema: 1,
  agentBootId: '1',
  serverBootId: '1',
  observerId: '',
  published: 0,
  configRev: 'c41',
  ring: '',
  vantage: 0,
  completeness: {
    observed: 0,
    sampledOut: 0,
    droppedAgent: 0,
    droppedSource: 0,
    serverQueries: -1,
    unpairedQueries: 0,
    orphanResponses: 0,
    malformed: 0,
  },
  weight: undefined,
  zoneId: undefined,
  qnameLen: undefined,
} as const;
