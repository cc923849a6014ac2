import type { FoldResult } from '../window/slot-fold.js';
import type { LedgerBoot, LedgerDelta, SeqGap } from './ledger.js';
import {
  applySequence,
  GAPS_MAX,
  type SequencedBatch,
  type SequenceStep,
  type SequenceVerdict,
} from './sequence-ledger.js';

type Delta = { -readonly [K in keyof LedgerDelta]: LedgerDelta[K] };

/** One boot: what is known of it, and what of that is not written. */
interface Booked {
  readonly nodeId: string;
  readonly agentBootId: string;
  /** undefined until its first batch. */
  boot: LedgerBoot | undefined;
  delta: Delta | undefined;
  /** Gaps that changed since the last flush, by their first numbers; hardly any boot has some. */
  opened: Map<number, SeqGap> | undefined;
  closed: Set<number> | undefined;
}

/** A gap and whose it is. */
export interface OpenGap extends SeqGap {
  readonly nodeId: string;
  readonly agentBootId: string;
}

/** Under this boot is booked what could not be read far enough to know its boot; no agent has it. */
export const UNKNOWN_BOOT = '';

const NO_GAPS: readonly never[] = [];

const newDelta = ({ nodeId, agentBootId, boot }: Booked): Delta => ({
  nodeId,
  agentBootId,
  lastSeq: boot?.lastSeq ?? 0,
  published: boot?.published ?? 0,
  lastSeenMs: 0,
  batches: 0,
  counted: 0,
  late: 0,
  rejected: 0,
  unreadable: 0,
  duplicates: 0,
  lastEventUs: 0,
  gapsOpened: NO_GAPS,
  gapsClosed: NO_GAPS,
});

/** A gap that opened and changed before it was written is written once, as it is now. */
const bookGaps = (booked: Booked, { closed, opened }: SequenceStep): void => {
  if (closed !== undefined && booked.opened?.delete(closed.from) !== true)
    (booked.closed ??= new Set()).add(closed.from);
  for (const gap of opened) (booked.opened ??= new Map()).set(gap.from, gap);
};

/** The delta as it is written; the boot has none any more. */
const takeDelta = (booked: Booked): LedgerDelta => {
  const { opened, closed } = booked;
  const delta = booked.delta!;
  if (opened !== undefined) delta.gapsOpened = [...opened.values()];
  if (closed !== undefined) delta.gapsClosed = [...closed];
  booked.delta = booked.opened = booked.closed = undefined;
  return delta;
};

/**
 * What is known of the batches of a partition's nodes, and what of it is not written yet. Every boot that is stored must have been
 * loaded: an unknown one begins at 1. Deltas are bounded by the flush, which comes after so many bytes of records at the latest.
 */
export class PendingLedger {
  /** Node → its boots. By two keys: to make one of them costs more than all the rest that a batch is booked with. */
  private readonly nodes = new Map<string, Map<string, Booked>>();
  /** Those of the boots that have gaps. */
  private readonly gapped = new Set<Booked>();
  /** Those that have a delta, in the order in which they got it. */
  private pending: Booked[] = [];

  constructor(boots: readonly LedgerBoot[]) {
    for (const boot of boots)
      this.know(this.booked(boot.nodeId, boot.agentBootId), { ...boot, gaps: boot.gaps.slice(-GAPS_MAX) });
  }

  /** A boot that began before what is read: nothing is missing before this batch. One that is known stays as it is. */
  join({ nodeId, agentBootId, seq, n, published }: SequencedBatch): void {
    const booked = this.booked(nodeId, agentBootId);
    if (booked.boot !== undefined) return;
    const before = published === 0 ? 0 : published - n;
    this.know(booked, { nodeId, agentBootId, lastSeq: seq - 1, published: before, gaps: NO_GAPS });
  }

  /** Decides whether a batch counts, and books its place in the sequence; a duplicate is only counted as such. */
  arrive(batch: SequencedBatch, appendedAtMs: number): SequenceVerdict {
    const booked = this.booked(batch.nodeId, batch.agentBootId);
    const step = applySequence(booked.boot, batch, appendedAtMs);
    const delta = this.delta(booked, appendedAtMs);
    if (step.verdict === 'duplicate') {
      delta.duplicates += 1;
      return step.verdict;
    }
    this.know(booked, step.boot);
    delta.batches += 1;
    delta.lastSeq = step.boot.lastSeq;
    delta.published = step.boot.published;
    bookGaps(booked, step);
    return step.verdict;
  }

  /** Books what became of the outcomes of a batch; the fold counts late ones as counted, the ledger each once. */
  fold({ nodeId, agentBootId }: SequencedBatch, result: FoldResult, appendedAtMs: number): void {
    const { counted, late, future, watermarkUs } = result;
    const delta = this.delta(this.booked(nodeId, agentBootId), appendedAtMs);
    delta.counted += counted - late;
    delta.late += late;
    delta.rejected += future;
    delta.lastEventUs = Math.max(delta.lastEventUs, watermarkUs ?? 0);
  }

  /** Books a record of a node that could not be read. Its batch, if it was one, stays missing: a gap names its outcomes. */
  reject(nodeId: string, appendedAtMs: number): void {
    this.delta(this.booked(nodeId, UNKNOWN_BOOT), appendedAtMs).unreadable += 1;
  }

  /** Boots in memory. */
  get boots(): number {
    return [...this.nodes.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** What is missing since before one moment, and was found missing after another. */
  missing(openedAfterMs: number, openedBeforeMs: number): readonly OpenGap[] {
    return [...this.gapped].flatMap(({ nodeId, agentBootId, boot }) =>
      (boot?.gaps ?? [])
        .filter(({ openedAtMs }) => openedAtMs > openedAfterMs && openedAtMs <= openedBeforeMs)
        .map((gap) => ({ nodeId, agentBootId, ...gap })),
    );
  }

  /** What was booked since the last time. */
  take(): readonly LedgerDelta[] {
    const taken = this.pending.map(takeDelta);
    // Nothing is known of a node of which nothing could be read: its name may be invented.
    for (const booked of this.pending) if (booked.boot === undefined) this.forget(booked);
    this.pending = [];
    return taken;
  }

  private forget({ nodeId, agentBootId }: Booked): void {
    const boots = this.nodes.get(nodeId);
    boots?.delete(agentBootId);
    if (boots?.size === 0) this.nodes.delete(nodeId);
  }

  private know(booked: Booked, boot: LedgerBoot): void {
    booked.boot = boot;
    if (boot.gaps.length > 0) this.gapped.add(booked);
    else if (this.gapped.size > 0) this.gapped.delete(booked);
  }

  private booked(nodeId: string, agentBootId: string): Booked {
    let boots = this.nodes.get(nodeId);
    if (boots === undefined) this.nodes.set(nodeId, (boots = new Map()));
    let booked = boots.get(agentBootId);
    if (booked === undefined)
      boots.set(
        agentBootId,
        (booked = { nodeId, agentBootId, boot: undefined, delta: undefined, opened: undefined, closed: undefined }),
      );
    return booked;
  }

  private delta(booked: Booked, appendedAtMs: number): Delta {
    let { delta } = booked;
    if (delta === undefined) {
      delta = booked.delta = newDelta(booked);
      this.pending.push(booked);
    }
    if (appendedAtMs > delta.lastSeenMs) delta.lastSeenMs = appendedAtMs;
    return delta;
  }
}
