/** What happened since the start of the process; shedding and doubt are never silent. */
export interface AggregatorCounters {
  records: number;
  ticks: number;
  flushes: number;
  /** Flushes of which it was unknown whether they took effect. */
  flushesInDoubt: number;
  /** Flushes that found the position moved by somebody else: a zombie was stopped. */
  refused: number;
  /** Times that a partition was loaded from Postgres. */
  loads: number;
  deadLetters: number;
  /** Offsets that retention took, or that the log does not have, before they were counted. */
  lostOffsets: number;
  reincarnations: number;
  /** Look-ups (per batch) of zone ids that this process does not know; their outcomes count for `other`. */
  zonesUnknown: number;
  /** Zones of no customer (per batch and slot) that found no row in a full slot; their outcomes count for `other`. */
  otherZones: number;
  /** Batches that were counted before, and not again; one that a restart reads again is one more. */
  duplicates: number;
}

/** Counters at zero. */
export const createCounters = (): AggregatorCounters => ({
  records: 0,
  ticks: 0,
  flushes: 0,
  flushesInDoubt: 0,
  refused: 0,
  loads: 0,
  deadLetters: 0,
  lostOffsets: 0,
  reincarnations: 0,
  zonesUnknown: 0,
  otherZones: 0,
  duplicates: 0,
});
