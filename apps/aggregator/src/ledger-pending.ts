import type { FoldResult } from '#domain';
import type { LedgerBoot, LedgerDelta, SeqGap } from '#store';
import {
  applySequence,
  GAPS_MAX,
  type SequencedBatch,
  type SequenceStep,
  type SequenceVerdict,
} from './sequence-ledger.js';

type Delta = {
  -readonly [K in keyof Omit<LedgerDelta, 'gapsOpened' | 'gapsClosed'>]: LedgerDelta[K];
} & { readonly opened: Map<number, SeqGap>; readonly closed: Set<number> };

/** A gap and whose it is. */
export interface OpenGap extends SeqGap {
  readonly nodeId: string;
  readonly agentBootId: string;
}

/** Under this boot is booked what could not be read far enough to know its boot; no agent has it. */
export const UNKNOWN_BOOT = '';

const ZERO = {
  batches: 0,
  counted: 0,
  late: 0,
  rejected: 0,
  unreadable: 0,
  duplicates: 0,
  lastEventUs: 0,
  lastSeenMs: 0,
};

const keyOf = (nodeId: string, agentBootId: string): string => `${nodeId} ${agentBootId}`;

const finished = ({ opened, closed, ...delta }: Delta): LedgerDelta => ({
  ...delta,
  gapsOpened: [...opened.values()],
  gapsClosed: [...closed],
});

/** A gap that opened and changed before it was written is written once, as it is now. */
const bookGaps = (delta: Delta, { closed, opened }: SequenceStep): void => {
  if (closed !== undefined && !delta.opened.delete(closed.from)) delta.closed.add(closed.from);
  for (const gap of opened) delta.opened.set(gap.from, gap);
};

/**
 * What is known of the batches of a partition's nodes, and what of it is not written yet. Every boot that is stored must have been
 * loaded: an unknown one begins at 1. Deltas are bounded by the flush, which comes after so many bytes of records at the latest.
 */
export class PendingLedger {
  private readonly boots: Map<string, LedgerBoot>;
  /** Those of the boots that have gaps. */
  private readonly gapped = new Map<string, LedgerBoot>();
  private deltas = new Map<string, Delta>();

  constructor(boots: readonly LedgerBoot[]) {
    this.boots = new Map();
    for (const boot of boots) this.know({ ...boot, gaps: boot.gaps.slice(-GAPS_MAX) });
  }

  /** Decides whether a batch counts, and books its place in the sequence; a duplicate is only counted as such. */
  arrive(batch: SequencedBatch, appendedAtMs: number): SequenceVerdict {
    const step = applySequence(this.boots.get(keyOf(batch.nodeId, batch.agentBootId)), batch, appendedAtMs);
    const delta = this.delta(batch.nodeId, batch.agentBootId, appendedAtMs);
    if (step.verdict === 'duplicate') {
      delta.duplicates += 1;
      return step.verdict;
    }
    this.know(step.boot);
    delta.batches += 1;
    delta.lastSeq = step.boot.lastSeq;
    delta.published = step.boot.published;
    bookGaps(delta, step);
    return step.verdict;
  }

  /** Books what became of the outcomes of a batch; the fold counts late ones as counted, the ledger each once. */
  fold({ nodeId, agentBootId }: SequencedBatch, result: FoldResult, appendedAtMs: number): void {
    const { counted, late, future, watermarkUs } = result;
    const delta = this.delta(nodeId, agentBootId, appendedAtMs);
    delta.counted += counted - late;
    delta.late += late;
    delta.rejected += future;
    delta.lastEventUs = Math.max(delta.lastEventUs, watermarkUs ?? 0);
  }

  /** Books a record of a node that could not be read. Its batch, if it was one, stays missing: a gap names its outcomes. */
  reject(nodeId: string, appendedAtMs: number): void {
    this.delta(nodeId, UNKNOWN_BOOT, appendedAtMs).unreadable += 1;
  }

  /** What is missing since before one moment, and was found missing after another. */
  missing(openedAfterMs: number, openedBeforeMs: number): readonly OpenGap[] {
    return [...this.gapped.values()].flatMap(({ nodeId, agentBootId, gaps }) =>
      gaps
        .filter(({ openedAtMs }) => openedAtMs > openedAfterMs && openedAtMs <= openedBeforeMs)
        .map((gap) => ({ nodeId, agentBootId, ...gap })),
    );
  }

  /** What was booked since the last time. */
  take(): readonly LedgerDelta[] {
    const taken = [...this.deltas.values()].map(finished);
    this.deltas = new Map();
    return taken;
  }

  private know(boot: LedgerBoot): void {
    const key = keyOf(boot.nodeId, boot.agentBootId);
    this.boots.set(key, boot);
    if (boot.gaps.length > 0) this.gapped.set(key, boot);
    else this.gapped.delete(key);
  }

  private delta(nodeId: string, agentBootId: string, appendedAtMs: number): Delta {
    const key = keyOf(nodeId, agentBootId);
    const known = this.deltas.get(key) ?? this.newDelta(nodeId, agentBootId, key);
    known.lastSeenMs = Math.max(known.lastSeenMs, appendedAtMs);
    return known;
  }

  private newDelta(nodeId: string, agentBootId: string, key: string): Delta {
    const { lastSeq = 0, published = 0 } = this.boots.get(key) ?? {};
    const made: Delta = { nodeId, agentBootId, lastSeq, published, ...ZERO, opened: new Map(), closed: new Set() };
    this.deltas.set(key, made);
    return made;
  }
}
