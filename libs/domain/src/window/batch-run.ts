import { LATENCY_NONE, OUTCOME, OUTCOMES, type OutcomeBatch } from '#contracts';
import { BatchZones, OUTCOMES_FIRST } from './batch-zones.js';
import { COUNT, COUNTS_PER_CELL } from './cells.js';
import { bucketCount, bucketIndex, coarsenIndex } from './histogram.js';
import type { KeySpace } from './key-space.js';

/** The bucket of an outcome without a latency that counts. */
export const NO_BUCKET = 0xff;

/** Outcome code → column of its class. */
const CLASS_COLUMN = new Uint8Array(256).fill(COUNT.excluded);
for (const { code, class: kind } of OUTCOMES) CLASS_COLUMN[code] = COUNT[kind];
const TIMEOUT = OUTCOME.timeout;
/** Bucket of 32 sub-buckets → bucket of 8. */
const COARSE = Uint8Array.from({ length: bucketCount(32) }, (_unused, bucket) => coarsenIndex(bucket));

/** A histogram of 32 sub-buckets, somewhere in an array. */
export interface HistogramPlace {
  readonly buckets: Uint32Array;
  readonly start: number;
}

/**
 * A run of outcomes of one batch that lie in one slot, and what each of them adds to: its zone, customer, class and bucket. The arrays
 * are indexed like the batch, kept, and filled again for every run.
 */
export class BatchRun {
  from = 0;
  to = 0;
  weight: Uint32Array | undefined;
  /** Outcome → column of its class. */
  columns = new Uint8Array(OUTCOMES_FIRST);
  /** Outcome → bucket of 8 sub-buckets, or `NO_BUCKET`. */
  coarse = new Uint8Array(OUTCOMES_FIRST);
  /** Outcome → where its count is, for whoever counts it next. */
  places = new Int32Array(OUTCOMES_FIRST);
  latencyPlaces = new Int32Array(OUTCOMES_FIRST);
  /** The outcomes that timed out: they are counted as bad, and once more as timeouts. */
  timeouts = new Uint16Array(OUTCOMES_FIRST);
  timeoutCount = 0;
  /** All counts of the run. */
  readonly counts = new Float64Array(COUNTS_PER_CELL);
  readonly names = new BatchZones();
  private batch: OutcomeBatch | undefined;

  get zones(): Int32Array {
    return this.names.zones;
  }

  get customers(): Int32Array {
    return this.names.customers;
  }

  /** Outcome codes. */
  get outcomes(): Uint8Array {
    return this.batch!.outcome;
  }

  /** Octets of each name; undefined when the batch does not tell. */
  get nameOctets(): Uint8Array | undefined {
    return this.batch?.qnameLen;
  }

  weightOf(outcome: number): number {
    return this.weight === undefined ? 1 : this.weight[outcome]!;
  }

  /** Begins a batch. */
  begin(batch: OutcomeBatch, space: KeySpace): void {
    this.batch = batch;
    this.weight = batch.weight;
    if (batch.n > this.columns.length) {
      this.columns = new Uint8Array(2 * batch.n);
      this.coarse = new Uint8Array(2 * batch.n);
      this.places = new Int32Array(2 * batch.n);
      this.latencyPlaces = new Int32Array(2 * batch.n);
      this.timeouts = new Uint16Array(2 * batch.n);
    }
    this.names.begin(batch, space);
  }

  /** Goes to a run of the batch. */
  select(from: number, to: number): void {
    this.from = from;
    this.to = to;
  }

  /** Finds class and bucket of every outcome of the run, and adds its latencies to two histograms. */
  classify(node: HistogramPlace, cohort: HistogramPlace): void {
    const { columns, coarse, weight, from, to, counts } = this;
    const { outcome, latencyUs } = this.batch!;
    const [nodeBuckets, nodeStart] = [node.buckets, node.start];
    const [cohortBuckets, cohortStart] = [cohort.buckets, cohort.start];
    this.timeoutCount = 0;
    counts.fill(0);
    let good = 0;
    for (let i = from; i < to; i += 1) {
      const column = CLASS_COLUMN[outcome[i]!]!;
      columns[i] = column;
      const times = weight === undefined ? 1 : weight[i]!;
      if (column === COUNT.good) good += times;
      else this.countOther(i, column, times);
      const latency = latencyUs[i]!;
      // Excluded outcomes would make a server that refuses everybody look fast; timeouts rank above every bucket.
      if (latency === LATENCY_NONE || column === COUNT.excluded || outcome[i] === TIMEOUT) {
        coarse[i] = NO_BUCKET;
        continue;
      }
      const bucket = bucketIndex(latency, 32);
      coarse[i] = COARSE[bucket]!;
      nodeBuckets[nodeStart + bucket]! += times;
      cohortBuckets[cohortStart + bucket]! += times;
    }
    counts[COUNT.good] = good;
  }

  private countOther(outcome: number, column: number, times: number): void {
    this.counts[column]! += times;
    if (this.batch!.outcome[outcome] !== TIMEOUT) return;
    this.counts[COUNT.timeout]! += times;
    this.timeouts[this.timeoutCount] = outcome;
    this.timeoutCount += 1;
  }
}
