/** Batches of one boot that have not arrived: sequence numbers, both ends included. */
export interface SeqGap {
  readonly from: number;
  readonly to: number;
  /** Outcomes that the boot had published before the gap, as it says itself; null = it does not say. */
  readonly publishedBefore: number | null;
  /** Outcomes that it had published up to the end of the gap. The gap holds the difference. */
  readonly publishedAfter: number | null;
  /** Append time of the batch that showed the gap. */
  readonly openedAtMs: number;
}

/** What a flush changes about the gaps of one boot. */
export interface GapChange {
  readonly nodeId: string;
  readonly agentBootId: string;
  /** First numbers of stored gaps that are filled, or replaced by what is left of them. */
  readonly gapsClosed: readonly number[];
  readonly gapsOpened: readonly SeqGap[];
}

/**
 * What arrived of one start of one agent since the last flush. Counters are added; `lastSeq`, `lastSeenMs` and `lastEventUs` only
 * grow. Every outcome a boot published, up to its newest batch that arrived, is in exactly one term:
 *
 *   published = counted + late + rejected + gap
 *
 * The left side is what the node says of itself, the right side what was booked here; they share nothing. A batch counted before
 * (`duplicates`) is in no term, nor is a record that cannot be read (`unreadable`): its batch is missing, so a gap names it.
 */
export interface LedgerDelta extends GapChange {
  readonly lastSeq: number;
  /** Outcomes published up to `lastSeq`, as its batch says; 0 = it does not say. */
  readonly published: number;
  /** Append time of the newest batch, ms. */
  readonly lastSeenMs: number;
  readonly batches: number;
  /** Outcomes in the segments that came in time for the rules. */
  readonly counted: number;
  /** Outcomes in the segments that came after their slot was closed, so no rule saw them. */
  readonly late: number;
  /** Outcomes from the future, which are nowhere. */
  readonly rejected: number;
  /** Records of which not even the boot is known. */
  readonly unreadable: number;
  /** Batches that had been counted before. */
  readonly duplicates: number;
  readonly lastEventUs: number;
}

/** What is known of one start of one agent. */
export interface LedgerBoot {
  readonly nodeId: string;
  readonly agentBootId: string;
  /** Highest sequence number that was counted. */
  readonly lastSeq: number;
  /** Outcomes published up to it; 0 = not known. */
  readonly published: number;
  /** Ascending, disjoint, all below `lastSeq`. */
  readonly gaps: readonly SeqGap[];
}
