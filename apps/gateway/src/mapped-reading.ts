import { isRefusal, refuse, type Refusal } from '#contracts';
import { MappedBatches, type MappedOutcome, type MappedRecord } from '#domain';
import type { SentRecord } from './mapped-records.js';

/** What became of the records of a request. */
export interface MappedAnswer {
  readonly accepted: number;
  /** Queries, and whatever else the mapping does not take for a response. */
  readonly skipped: number;
  readonly rejected: number;
  /** The first of those. */
  readonly reasons: readonly { readonly line: number; readonly code: string; readonly detail: string }[];
}

/** A record that was not taken, and why. */
export interface RejectedRecord {
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly refusal: Refusal;
}

/** Whose outcomes are taken. */
export interface ReadingNodes {
  /** The node of an outcome, as far as anybody says it. */
  readonly nodeOf: (outcome: MappedOutcome) => string | undefined;
  /** Why a node may not be spoken for. */
  readonly refuse: (nodeId: string) => Refusal | undefined;
}

/** Reasons told, and lines kept as dead letters, of one request: whoever maps wrongly does so in every line. */
const REASONS_MAX = 10;
const NO_NODE = refuse('BODY_INVALID', 'node: neither the request nor the record says which; add ?node=');

/** The records of one request, gathered into batches. */
export class MappedReading {
  readonly batches = new MappedBatches();
  /** The first that were not taken. */
  readonly reasons: RejectedRecord[] = [];
  accepted = 0;
  skipped = 0;
  rejected = 0;

  constructor(private readonly nodes: ReadingNodes) {}

  add({ line, bytes }: SentRecord, mapped: MappedRecord): void {
    if (mapped === 'skipped') {
      this.skipped += 1;
      return;
    }
    const refusal = isRefusal(mapped) ? mapped : this.take(mapped);
    if (refusal === undefined) {
      this.accepted += 1;
      return;
    }
    this.rejected += 1;
    if (this.reasons.length < REASONS_MAX) this.reasons.push({ line, bytes, refusal });
  }

  /** Nothing of it fits: the mapping is wrong, or the node, and whoever set it up must hear of it. */
  refusal(): Refusal | undefined {
    const [first] = this.reasons;
    if (first === undefined || this.accepted > 0) return undefined;
    const { line, refusal } = first;
    return refuse(refusal.refused, `none of ${this.rejected} responses is taken; ${refusal.detail}`, `line ${line}`);
  }

  answer(): MappedAnswer {
    const { accepted, skipped, rejected, reasons } = this;
    const told = reasons.map(({ line, refusal }) => ({ line, code: refusal.refused, detail: refusal.detail }));
    return { accepted, skipped, rejected, reasons: told };
  }

  private take(outcome: MappedOutcome): Refusal | undefined {
    const nodeId = this.nodes.nodeOf(outcome);
    if (nodeId === undefined) return NO_NODE;
    return this.nodes.refuse(nodeId) ?? this.batches.add(nodeId, outcome);
  }
}
