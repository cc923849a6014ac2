import type { LedgerBoot, SeqGap } from './ledger.js';

/** What the sender says of one batch. */
export interface SequencedBatch {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly seq: number;
  /** Outcomes in it. */
  readonly n: number;
  /** Outcomes that its boot published so far, these included; 0 = it does not say. */
  readonly published: number;
}

/**
 * What a sequence number means: `next` and `ahead` (numbers before it are missing: a gap is opened) and `late` (it was missing:
 * its gap shrinks) are counted; a `duplicate` is not.
 */
export type SequenceVerdict = 'next' | 'ahead' | 'late' | 'duplicate';

/** What a batch changes about its boot; a gap that shrinks is closed, and what is left of it opened. */
export interface SequenceStep {
  readonly verdict: SequenceVerdict;
  readonly boot: LedgerBoot;
  readonly closed: SeqGap | undefined;
  readonly opened: readonly SeqGap[];
}

/**
 * Most open gaps of one boot. A node keeps one batch in flight, so an honest one has a handful. Beyond it the lowest gap is
 * closed: what would still come of it counts as a duplicate, and the numbers stay named as lost in the stored gap rows.
 */
export const GAPS_MAX = 256;

const NONE: readonly never[] = [];
const NEW_BOOT = { lastSeq: 0, published: 0, gaps: [] } as const;

/**
 * Totals at both ends of a gap. Without `published`, or where a sender contradicts itself, its size in outcomes is not known: then
 * the identity holds in batches only.
 */
const ends = (before: number | null, after: number | null): Pick<SeqGap, 'publishedBefore' | 'publishedAfter'> => {
  const isKnown = before !== null && after !== null && before <= after;
  return { publishedBefore: isKnown ? before : null, publishedAfter: isKnown ? after : null };
};

const totalBefore = ({ published, n }: SequencedBatch): number | null => (published === 0 ? null : published - n);
const totalAfter = ({ published }: SequencedBatch): number | null => (published === 0 ? null : published);

const ahead = (known: LedgerBoot, batch: SequencedBatch, atMs: number): SequenceStep => {
  const { lastSeq, published, gaps } = known;
  const before = lastSeq > 0 && published === 0 ? null : published;
  const gap = { from: lastSeq + 1, to: batch.seq - 1, ...ends(before, totalBefore(batch)), openedAtMs: atMs };
  const boot = { ...known, lastSeq: batch.seq, published: batch.published, gaps: [...gaps, gap].slice(-GAPS_MAX) };
  return { verdict: 'ahead', boot, closed: undefined, opened: [gap] };
};

const without = (gap: SeqGap, batch: SequencedBatch): readonly SeqGap[] => {
  const { from, to, publishedBefore, publishedAfter } = gap;
  const halves = [
    { ...gap, to: batch.seq - 1, ...ends(publishedBefore, totalBefore(batch)) },
    { ...gap, from: batch.seq + 1, ...ends(totalAfter(batch), publishedAfter) },
  ];
  return halves.filter((half) => half.from <= half.to && half.from >= from && half.to <= to);
};

/**
 * Decides what one batch means and what is known afterwards. Sequence numbers of a boot start at 1 and have no holes, so whatever
 * is missing is named; a reordered retry falls into an open gap and is counted, not taken for a duplicate.
 */
export const applySequence = (known: LedgerBoot | undefined, batch: SequencedBatch, atMs: number): SequenceStep => {
  const { nodeId, agentBootId, seq, published } = batch;
  const boot = known ?? { nodeId, agentBootId, ...NEW_BOOT };
  if (seq === boot.lastSeq + 1) {
    const next = { nodeId: boot.nodeId, agentBootId: boot.agentBootId, lastSeq: seq, published, gaps: boot.gaps };
    return { verdict: 'next', boot: next, closed: undefined, opened: NONE };
  }
  if (seq > boot.lastSeq) return ahead(boot, batch, atMs);
  const closed = boot.gaps.find((gap) => gap.from <= seq && seq <= gap.to);
  if (closed === undefined) return { verdict: 'duplicate', boot, closed, opened: NONE };
  const opened = without(closed, batch);
  const gaps = boot.gaps.flatMap((gap) => (gap === closed ? opened : [gap])).slice(-GAPS_MAX);
  return { verdict: 'late', boot: { ...boot, gaps }, closed, opened };
};
