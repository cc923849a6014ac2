import { isRefusal, mapPage, type Page, refuse, type Refusal } from '#contracts';
import {
  type Catalogue,
  compareRows,
  type LedgerTotals,
  type NodeLedger,
  type NodeRow,
  type Order,
  type PageAsk,
  pageOfSorted,
} from '#store';

/** A node of the inventory and what was counted of it. */
export interface NodeReport extends NodeRow, Omit<LedgerTotals, 'nodeId' | 'boots' | 'lastEventUs'> {
  /** null: nothing ever came. */
  readonly lastEventUs: number | null;
}

const BY_ID: Order<NodeRow> = {
  list: 'nodes',
  columns: [{ sql: 'node_id', kind: 'text', of: (row) => row.nodeId }],
};

const NOTHING_COUNTED = {
  batches: 0,
  published: 0,
  counted: 0,
  late: 0,
  rejected: 0,
  gap: 0,
  difference: 0,
  gapBatches: 0,
  unreadable: 0,
  duplicates: 0,
  lastEventUs: null,
};

const nodeReport = (node: NodeRow, totals: LedgerTotals | undefined): NodeReport => {
  if (totals === undefined) return { ...node, ...NOTHING_COUNTED };
  const { nodeId: _same, boots: _boots, ...counted } = totals;
  return { ...node, ...counted };
};

/** What can be asked about nodes. */
export const nodeQueries = (
  catalogue: { readonly current: () => Pick<Catalogue, 'nodes'> },
  ledger: Pick<NodeLedger, 'list'>,
) => {
  let known: readonly NodeRow[] = [];
  let sorted: readonly NodeRow[] = [];
  const inOrder = (): readonly NodeRow[] => {
    const { nodes } = catalogue.current();
    // Once for each version of the catalogue.
    if (nodes !== known) [known, sorted] = [nodes, nodes.toSorted(compareRows(BY_ID))];
    return sorted;
  };
  const counted = async (nodes: readonly NodeRow[]): Promise<ReadonlyMap<string, LedgerTotals>> =>
    new Map((await ledger.list(nodes.map(({ nodeId }) => nodeId))).map((each) => [each.nodeId, each]));
  let byId: ReadonlyMap<string, NodeRow> = new Map();
  let named: readonly NodeRow[] = [];
  const ofIds = (ids: readonly string[]): readonly NodeRow[] => {
    const { nodes } = catalogue.current();
    if (nodes !== named) [named, byId] = [nodes, new Map(nodes.map((node) => [node.nodeId, node]))];
    return ids.flatMap((id) => byId.get(id) ?? []);
  };
  const nodesOf = async (nodeIds: readonly string[]): Promise<readonly NodeReport[]> => {
    const nodes = ofIds(nodeIds);
    const totals = nodes.length === 0 ? new Map<string, LedgerTotals>() : await counted(nodes);
    return nodes.map((node) => nodeReport(node, totals.get(node.nodeId)));
  };
  return {
    /** Those of some names that are in the inventory. */
    nodesOf,
    nodes: async (ask: PageAsk): Promise<Page<NodeReport> | Refusal> => {
      const page = pageOfSorted(BY_ID, inOrder(), ask);
      if (isRefusal(page)) return page;
      const totals = await counted(page.items);
      return mapPage(page, (node) => nodeReport(node, totals.get(node.nodeId)));
    },
    node: async (nodeId: string): Promise<NodeReport | Refusal> => {
      const [node] = await nodesOf([nodeId]);
      return node ?? refuse('NOT_FOUND', `there is no node ${nodeId} in the inventory`);
    },
  };
};
