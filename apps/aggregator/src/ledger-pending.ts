import type { FoldResult } from '#domain';
import type { LedgerBoot, LedgerDelta } from '#store';
import { applySequence, type BootSequence, GAPS_MAX, type SequenceVerdict } from './sequence-ledger.js';

type Delta = {
  -readonly [K in keyof Omit<LedgerDelta, 'gapsOpened' | 'gapsFilled'>]: LedgerDelta[K];
} & { readonly gapsOpened: { readonly from: number; readonly to: number }[]; readonly gapsFilled: number[] };

interface Identity {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly seq: number;
}

/** Under this boot is booked what could not be read far enough to know its boot; no agent has it. */
export const UNKNOWN_BOOT = '';

const keyOf = (nodeId: string, agentBootId: string): string => `${nodeId} ${agentBootId}`;

/**
 * What is known of the batches of a partition's nodes, and what of it is not written yet. Every boot that is stored must have been
 * loaded: an unknown one begins at 1. Deltas are bounded by the flush, which comes after so many bytes of records at the latest.
 */
export class PendingLedger {
  private readonly boots: Map<string, BootSequence>;
  private deltas = new Map<string, Delta>();

  constructor(boots: readonly LedgerBoot[]) {
    this.boots = new Map(
      boots.map((boot) => [keyOf(boot.nodeId, boot.agentBootId), { ...boot, gaps: boot.gaps.slice(-GAPS_MAX) }]),
    );
  }

  /** Decides whether a batch counts, and books its place in the sequence; a duplicate is only counted as such. */
  arrive(batch: Identity): SequenceVerdict {
    const key = keyOf(batch.nodeId, batch.agentBootId);
    const known = this.boots.get(key);
    const { verdict, boot } = applySequence(known, batch);
    const delta = this.delta(batch.nodeId, batch.agentBootId);
    if (verdict === 'duplicate') {
      delta.duplicates += 1;
      return verdict;
    }
    this.boots.set(key, boot);
    delta.batches += 1;
    delta.lastSeq = boot.lastSeq;
    if (verdict === 'ahead') delta.gapsOpened.push({ from: (known?.lastSeq ?? 0) + 1, to: batch.seq - 1 });
    if (verdict === 'late') delta.gapsFilled.push(batch.seq);
    return verdict;
  }

  /** Books what became of the outcomes of a batch. */
  fold({ nodeId, agentBootId }: Identity, { counted, late, future, watermarkUs }: FoldResult): void {
    const delta = this.delta(nodeId, agentBootId);
    delta.counted += counted;
    delta.late += late;
    delta.rejected += future;
    delta.lastEventUs = Math.max(delta.lastEventUs, watermarkUs ?? 0);
  }

  /** Books outcomes of a node that could not be read. */
  reject(nodeId: string, outcomes: number): void {
    this.delta(nodeId, UNKNOWN_BOOT).rejected += outcomes;
  }

  /** What was booked since the last time. */
  take(): readonly LedgerDelta[] {
    const taken = [...this.deltas.values()];
    this.deltas = new Map();
    return taken;
  }

  private delta(nodeId: string, agentBootId: string): Delta {
    const key = keyOf(nodeId, agentBootId);
    const known = this.deltas.get(key);
    if (known !== undefined) return known;
    const lastSeq = this.boots.get(key)?.lastSeq ?? 0;
    const zero = { batches: 0, counted: 0, late: 0, rejected: 0, duplicates: 0, lastEventUs: 0 };
    const made: Delta = { nodeId, agentBootId, lastSeq, ...zero, gapsOpened: [], gapsFilled: [] };
    this.deltas.set(key, made);
    return made;
  }
}
