/** Sequence numbers of one boot that have not arrived, both ends included. */
export interface SequenceGap {
  readonly from: number;
  readonly to: number;
}

/** What is known of one start of one agent. */
export interface BootSequence {
  readonly nodeId: string;
  readonly agentBootId: string;
  /** Highest sequence number that was counted. */
  readonly lastSeq: number;
  /** Ascending, disjoint, all below `lastSeq`. */
  readonly gaps: readonly SequenceGap[];
}

/**
 * What a sequence number means: `next` and `ahead` (numbers before it are missing: a gap is opened) and `late` (it was missing:
 * its gap shrinks) are counted; a `duplicate` is not.
 */
export type SequenceVerdict = 'next' | 'ahead' | 'late' | 'duplicate';

/**
 * Most open gaps of one boot. A node keeps one batch in flight, so an honest one has a handful. Beyond it the lowest gap is
 * closed: what would still come of it counts as a duplicate, and the numbers stay named as lost in the stored gap rows.
 */
export const GAPS_MAX = 256;

const NEW_BOOT = { lastSeq: 0, gaps: [] } as const;

const within = (gap: SequenceGap, seq: number): boolean => gap.from <= seq && seq <= gap.to;

const without = (gap: SequenceGap, seq: number): readonly SequenceGap[] => {
  if (!within(gap, seq)) return [gap];
  const halves = [
    { from: gap.from, to: seq - 1 },
    { from: seq + 1, to: gap.to },
  ];
  return halves.filter(({ from, to }) => from <= to);
};

/**
 * Decides what one sequence number means and what is known afterwards. Sequence numbers of a boot start at 1 and have no holes, so
 * whatever is missing is named; a reordered retry falls into an open gap and is counted, not taken for a duplicate.
 */
export const applySequence = (
  known: BootSequence | undefined,
  batch: { readonly nodeId: string; readonly agentBootId: string; readonly seq: number },
): { readonly verdict: SequenceVerdict; readonly boot: BootSequence } => {
  const { nodeId, agentBootId, seq } = batch;
  const { lastSeq, gaps } = known ?? NEW_BOOT;
  if (seq === lastSeq + 1) return { verdict: 'next', boot: { nodeId, agentBootId, lastSeq: seq, gaps } };
  if (seq > lastSeq) {
    const opened = [...gaps, { from: lastSeq + 1, to: seq - 1 }].slice(-GAPS_MAX);
    return { verdict: 'ahead', boot: { nodeId, agentBootId, lastSeq: seq, gaps: opened } };
  }
  if (!gaps.some((gap) => within(gap, seq)))
    return { verdict: 'duplicate', boot: { nodeId, agentBootId, lastSeq, gaps } };
  const left = gaps.flatMap((gap) => without(gap, seq)).slice(-GAPS_MAX);
  return { verdict: 'late', boot: { nodeId, agentBootId, lastSeq, gaps: left } };
};
