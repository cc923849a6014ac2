import type { CatalogueFollower, Clock } from '#runtime';
import type { Catalogue, NodeRow } from '#store';

/** A node that was just registered is looked for at once, but not more often than this: unknown nodes cost no query each. */
const LOOK_EVERY_MS = 250;

/** The nodes that may report, and the customers that may escalate. */
export class Inventory {
  private nodes: ReadonlyMap<string, NodeRow> = new Map();
  private of: Catalogue | undefined;
  private lookedAtMs = 0;
  private looking: Promise<void> | undefined;

  constructor(
    private readonly catalogue: CatalogueFollower,
    private readonly clock: Clock,
  ) {}

  /** Whether a node is registered, as far as is known now. */
  has(nodeId: string): boolean {
    return this.find(nodeId) !== undefined;
  }

  /** A node as it is registered, as far as is known now. */
  find(nodeId: string): NodeRow | undefined {
    const current = this.catalogue.current();
    if (this.of !== current) {
      this.nodes = new Map(current.nodes.map((node) => [node.nodeId, node]));
      this.of = current;
    }
    return this.nodes.get(nodeId);
  }

  /** Whether a customer is registered, as far as is known now; asked for escalations, which are few. */
  hasCustomer(customerId: string): boolean {
    return this.catalogue.current().customers.some((customer) => customer.customerId === customerId);
  }

  /** Looks again when one of the nodes is not known. Who asks during a look waits for it: a refusal would lose its batch. */
  async learn(nodeIds: readonly string[]): Promise<void> {
    if (!nodeIds.every((nodeId) => this.has(nodeId))) await this.look();
  }

  /** Looks again when the customer is not known. */
  async learnCustomer(customerId: string): Promise<void> {
    if (!this.hasCustomer(customerId)) await this.look();
  }

  private async look(): Promise<void> {
    if (this.looking === undefined) {
      const nowMs = this.clock.nowMs();
      if (nowMs - this.lookedAtMs < LOOK_EVERY_MS) return;
      this.lookedAtMs = nowMs;
      this.looking = this.catalogue.refresh().finally(() => {
        this.looking = undefined;
      });
    }
    await this.looking;
  }
}
