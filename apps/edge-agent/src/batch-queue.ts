import { type Completeness, encodeProtobuf, type OutcomeBatch, type Release } from '#contracts';
import type { BatchRows } from './batch-builder.js';

/** What every batch of an agent says alike. */
export interface Envelope {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly pop: string;
  readonly region: string;
  readonly ring: string;
  readonly vantage: number;
}

/** Which start of the server outcomes come from, and which release it ran then. */
export interface Origin extends Release {
  readonly serverBootId: string;
}

/** What the agent could not pair or read, since the batch before. */
export type Unseen = Pick<Completeness, 'unpairedQueries' | 'orphanResponses' | 'malformed'>;

/** A batch without a number. */
export interface OpenBatch {
  readonly rows: BatchRows;
  readonly origin: Origin;
  readonly unseen: Unseen;
}

/** A batch with its number, as it is sent; it never changes any more. */
export interface NumberedBatch {
  readonly seq: number;
  readonly outcomes: number;
  readonly completeness: Completeness;
  readonly body: Uint8Array;
}

/** What a batch that is lost would have said. */
export type Lost = Pick<NumberedBatch, 'outcomes' | 'completeness'>;

/** What may wait in memory; beyond, the oldest goes. */
export interface QueueBounds {
  readonly outcomesMax: number;
  readonly batchesMax: number;
}

type Queued = { readonly open: OpenBatch } | { readonly numbered: NumberedBatch };

const NOTHING = { observed: 0, dropped: 0, unpairedQueries: 0, orphanResponses: 0, malformed: 0 };
const outcomesOf = (queued: Queued): number => ('open' in queued ? queued.open.rows.n : queued.numbered.outcomes);

/**
 * Batches that wait in memory, first in, first out. They are numbered when they leave, without gaps; what was lost before is told by
 * the next one that is numbered.
 */
export class BatchQueue {
  /** Outcomes lost over the life of the agent. */
  dropped = 0;
  private readonly queue: Queued[] = [];
  private outcomes = 0;
  private seq = 0;
  private published = 0;
  private owed = NOTHING;

  constructor(
    private readonly envelope: Envelope,
    private readonly bounds: QueueBounds,
  ) {}

  /** Batches that wait. */
  get length(): number {
    return this.queue.length;
  }

  /** Takes a batch. When the queue is full the oldest is lost. */
  add(open: OpenBatch): void {
    this.queue.push({ open });
    this.outcomes += open.rows.n;
    while (this.queue.length > 1 && this.isFull()) this.shift((oldest) => this.dropOldest(oldest));
  }

  /** Numbers the oldest and hands it over. */
  take(): NumberedBatch | undefined {
    return this.shift((oldest) => ('open' in oldest ? this.number(oldest.open) : oldest.numbered));
  }

  /** Takes back what could not be put elsewhere. */
  putBack(batches: readonly NumberedBatch[]): void {
    this.queue.unshift(...batches.map((numbered) => ({ numbered })));
    this.outcomes += batches.reduce((sum, { outcomes }) => sum + outcomes, 0);
  }

  /** A numbered batch is lost: the next one says what it would have said, and how much that was. */
  lose({ outcomes, completeness }: Lost): void {
    const { observed, droppedAgent } = completeness;
    this.owe(observed, droppedAgent + outcomes, completeness);
    this.dropped += outcomes;
  }

  private shift<T>(use: (oldest: Queued) => T): T | undefined {
    const oldest = this.queue.shift();
    if (oldest === undefined) return undefined;
    this.outcomes -= outcomesOf(oldest);
    return use(oldest);
  }

  private isFull(): boolean {
    return this.queue.length > this.bounds.batchesMax || this.outcomes > this.bounds.outcomesMax;
  }

  private dropOldest(oldest: Queued): void {
    if ('numbered' in oldest) return this.lose(oldest.numbered);
    const { rows, unseen } = oldest.open;
    this.owe(rows.n, rows.n, unseen);
    this.dropped += rows.n;
  }

  private owe(observed: number, dropped: number, unseen: Unseen): void {
    const { owed } = this;
    this.owed = {
      observed: owed.observed + observed,
      dropped: owed.dropped + dropped,
      unpairedQueries: owed.unpairedQueries + unseen.unpairedQueries,
      orphanResponses: owed.orphanResponses + unseen.orphanResponses,
      malformed: owed.malformed + unseen.malformed,
    };
  }

  private number({ rows, origin, unseen }: OpenBatch): NumberedBatch {
    this.owe(rows.n, 0, unseen);
    const { dropped, ...owed } = this.owed;
    this.owed = NOTHING;
    this.seq += 1;
    this.published += rows.n;
    const completeness = { ...owed, sampledOut: 0, droppedAgent: dropped, droppedSource: -1, serverQueries: -1 };
    const batch: OutcomeBatch = {
      schema: 1,
      ...this.envelope,
      ...origin,
      seq: this.seq,
      observerId: '',
      published: this.published,
      ...rows,
      completeness,
      weight: undefined,
    };
    return { seq: this.seq, outcomes: rows.n, completeness, body: encodeProtobuf(batch) };
  }
}
