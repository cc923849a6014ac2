import { type CatalogueNode, type NodeColumns } from '#domain';
import type { OutcomeBatch, Release } from '#contracts';

/** What the request says of all of its outcomes. */
export interface SentEnvelope extends Release {
  readonly ring: string;
}

interface Boot {
  readonly id: string;
  seq: number;
  published: number;
}

/**
 * Stands in for the agent that these senders do not have: gives their batches a boot and gapless numbers. A number is used up when the
 * log has taken its batch. When it is not known whether the log has, the node gets a new boot: the next batch is then neither taken for a
 * duplicate of the lost one, nor does the lost one leave a gap. Holds an entry per node of the inventory, and its caller comes with one
 * request at a time.
 */
export class SenderSequence {
  private readonly boots = new Map<string, Boot>();

  /** `newBootId`: a 64-bit number in decimal that nobody had before. */
  constructor(private readonly newBootId: () => string) {}

  /** Batches with envelope; numbered, though the numbers are not used up yet. */
  number(
    columns: readonly NodeColumns[],
    envelope: SentEnvelope,
    placeOf: (nodeId: string) => CatalogueNode,
    malformed: number,
  ): readonly OutcomeBatch[] {
    const ahead = new Map<string, Boot>();
    return columns.map((each, index) => {
      const boot = ahead.get(each.nodeId) ?? { ...this.bootOf(each.nodeId) };
      ahead.set(each.nodeId, boot);
      boot.seq += 1;
      boot.published += each.n;
      const { nodeId, pop, region } = placeOf(each.nodeId);
      return batchOf({ ...each, nodeId }, { ...envelope, pop, region }, boot, index === 0 ? malformed : 0);
    });
  }

  /** The log has them. */
  taken(batches: readonly OutcomeBatch[]): void {
    for (const { nodeId, seq, published } of batches) Object.assign(this.bootOf(nodeId), { seq, published });
  }

  /** Nobody knows whether the log has them. */
  doubtful(batches: readonly OutcomeBatch[]): void {
    for (const { nodeId } of batches) this.boots.delete(nodeId);
  }

  private bootOf(nodeId: string): Boot {
    let boot = this.boots.get(nodeId);
    if (boot === undefined) {
      boot = { id: this.newBootId(), seq: 0, published: 0 };
      this.boots.set(nodeId, boot);
    }
    return boot;
  }
}

const batchOf = (
  columns: NodeColumns,
  envelope: SentEnvelope & Pick<CatalogueNode, 'pop' | 'region'>,
  { id, seq, published }: Boot,
  malformed: number,
): OutcomeBatch => ({
  schema: 1,
  agentBootId: id,
  seq,
  published,
  serverBootId: '0',
  observerId: '',
  vantage: 0,
  ...envelope,
  ...columns,
  completeness: {
    observed: columns.n,
    sampledOut: 0,
    droppedAgent: 0,
    droppedSource: -1,
    serverQueries: -1,
    unpairedQueries: 0,
    orphanResponses: 0,
    malformed,
  },
  weight: undefined,
  zoneId: undefined,
});
