import { LATENCY_NONE, OUTCOME, type OutcomeBatch, RCODE_NONE, type Release, TICK_MS, VANTAGE } from '#contracts';
import type { TestedCustomer } from './rule-test.js';

/** What the study's fleet has on a good day (R6): share of the answers → ms. Between two points the logarithm is linear. */
const PROFILE: readonly (readonly [share: number, ms: number])[] = [
  [0, 4],
  [0.5, 15],
  [0.95, 45],
  [0.99, 120],
  [1, 300],
];
const MEDIAN_MS = 15;
/** Latencies that answers are spread over: p99 of some thousand rows rests on dozens of them. */
const LATENCIES = 100;
/** Prime to `LATENCIES`, so that neighbouring rows and ticks meet all of them. */
const [ROW_STEP, TICK_STEP] = [37, 13];

const profileUs = (share: number): number => {
  const above = PROFILE.findIndex(([end]) => end >= share);
  const [[from, fromMs], [to, toMs]] = [PROFILE[Math.max(0, above - 1)]!, PROFILE[above]!];
  const part = to === from ? 0 : (share - from) / (to - from);
  return Math.round(1_000 * fromMs * (toMs / fromMs) ** part);
};
const PROFILE_US = Uint32Array.from({ length: LATENCIES }, (_, index) => profileUs((index + 0.5) / LATENCIES));

/** Nothing is missing of what a node tells. */
const COMPLETE = {
  sampledOut: 0,
  droppedAgent: 0,
  droppedSource: 0,
  unpairedQueries: 0,
  orphanResponses: 0,
  malformed: 0,
};

/** What a node does; a test changes it as time goes on. */
export interface NodeConduct {
  release: Release;
  failing: number;
  timeouts: number;
  /** Share of all it answers that counts as neither good nor bad. */
  excluded: number;
  medianMs: number;
  queriesPerSecond: number;
  isSilent: boolean;
  serverBootId: number;
  /** Customer → its own failing share, in place of the node's. */
  readonly failingOf: Map<string, number>;
}

/** One more whenever the running sum passes a whole number: a share is met to one outcome, and nothing is random. */
const take = (carried: Float64Array, index: number, amount: number): number => {
  const sum = carried[index]! + amount;
  // A sum of many fractions misses a whole number by a hair.
  const whole = Math.floor(sum + 1e-9);
  carried[index] = sum - whole;
  return whole;
};

/**
 * A node of a test. Each tick it answers for every customer with up to four rows (answered, failed, timed out, refused), whose weights are
 * how many they stand for: the fold counts them as it counts outcomes, at a thousandth of the work.
 */
export class TestedNode {
  private seq = 0;
  private readonly answered: Float64Array;
  private readonly failed: Float64Array;
  private readonly timedOut: Float64Array;
  private readonly refused: Float64Array;
  private readonly zones: readonly string[];

  constructor(
    readonly nodeId: string,
    readonly pop: string,
    readonly region: string,
    readonly conduct: NodeConduct,
    private readonly customers: readonly TestedCustomer[],
  ) {
    this.zones = customers.map(({ zone }) => zone);
    this.answered = new Float64Array(customers.length);
    this.failed = new Float64Array(customers.length);
    this.timedOut = new Float64Array(customers.length);
    this.refused = new Float64Array(customers.length);
  }

  /** The outcomes of so many ticks that end with this one, valid until the rows are used again; undefined when it is silent. */
  batch(tick: number, ticks: number, rows: BatchRows): OutcomeBatch | undefined {
    const { isSilent, queriesPerSecond, failing, failingOf, excluded } = this.conduct;
    if (isSilent) return undefined;
    rows.n = 0;
    const asked = (queriesPerSecond * ticks * TICK_MS) / 1_000 / this.customers.length;
    const all = asked * (1 - excluded);
    this.customers.forEach(({ customerId }, index) => {
      const share = failingOf.get(customerId) ?? failing;
      const good = take(this.answered, index, all * (1 - share));
      const late = take(this.timedOut, index, all * share * this.conduct.timeouts);
      const bad = take(this.failed, index, all * share * (1 - this.conduct.timeouts));
      rows.add(index, good, OUTCOME.answer, this.latencyUs(index, tick));
      rows.add(index, bad, OUTCOME.servfail, this.latencyUs(index, tick));
      rows.add(index, late, OUTCOME.timeout, LATENCY_NONE);
      const refused = take(this.refused, index, asked * excluded);
      rows.add(index, refused, OUTCOME.refused_foreign, this.latencyUs(index, tick));
    });
    this.seq += 1;
    return this.envelope((tick + 1 - ticks) * TICK_MS, rows);
  }

  private latencyUs(index: number, tick: number): number {
    const at = (index * ROW_STEP + tick * TICK_STEP) % LATENCIES;
    return Math.round((PROFILE_US[at]! * this.conduct.medianMs) / MEDIAN_MS);
  }

  private envelope(atMs: number, rows: BatchRows): OutcomeBatch {
    const { nodeId, pop, region, seq, zones } = this;
    const { release, serverBootId } = this.conduct;
    const { n } = rows;
    const { softwareVersion, configRev } = release;
    const completeness = { ...COMPLETE, observed: n, serverQueries: n };
    const columns = rows.columns();
    // Written out: spreading a literal of this size is slower than all the rest of a batch.
    return {
      schema: 1,
      nodeId,
      agentBootId: '1',
      seq,
      serverBootId: String(serverBootId),
      observerId: '',
      published: 0,
      softwareVersion,
      configRev,
      pop,
      region,
      ring: '',
      vantage: VANTAGE.server,
      t0Us: atMs * 1_000,
      n,
      completeness,
      zones,
      ...columns,
    };
  }
}

/** The columns of batches: one set of arrays for all of them, since a test makes some thousand batches a second. */
export class BatchRows {
  n = 0;
  private readonly zoneIx: Uint16Array;
  private readonly weight: Uint32Array;
  private readonly outcome: Uint8Array;
  private readonly latencyUs: Uint32Array;
  private readonly dtUs: Uint32Array;
  private readonly qtype: Uint16Array;
  private readonly rcode: Uint16Array;
  private readonly transport: Uint8Array;
  private readonly flags: Uint8Array;

  constructor(customers: number) {
    // An answer, a failure, a timeout and a refusal for each.
    const rowsMax = 4 * customers;
    this.zoneIx = new Uint16Array(rowsMax);
    this.weight = new Uint32Array(rowsMax);
    this.outcome = new Uint8Array(rowsMax);
    this.latencyUs = new Uint32Array(rowsMax);
    this.dtUs = new Uint32Array(rowsMax);
    this.qtype = new Uint16Array(rowsMax).fill(1);
    this.rcode = new Uint16Array(rowsMax).fill(RCODE_NONE);
    this.transport = new Uint8Array(rowsMax).fill(1);
    this.flags = new Uint8Array(rowsMax);
  }

  add(zone: number, weight: number, outcome: number, latencyUs: number): void {
    if (weight === 0) return;
    const at = this.n++;
    this.zoneIx[at] = zone;
    this.weight[at] = weight;
    this.outcome[at] = outcome;
    this.latencyUs[at] = latencyUs;
  }

  columns() {
    const { n } = this;
    return {
      dtUs: this.dtUs.subarray(0, n),
      zoneIx: this.zoneIx.subarray(0, n),
      latencyUs: this.latencyUs.subarray(0, n),
      outcome: this.outcome.subarray(0, n),
      qtype: this.qtype.subarray(0, n),
      rcode: this.rcode.subarray(0, n),
      transport: this.transport.subarray(0, n),
      flags: this.flags.subarray(0, n),
      weight: this.weight.subarray(0, n),
      zoneId: undefined,
      qnameLen: undefined,
    };
  }
}
