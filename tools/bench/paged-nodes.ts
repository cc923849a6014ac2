import { LATENCY_NONE, OUTCOME, type OutcomeBatch, RCODE_NONE, VANTAGE } from '#contracts';

/** A node whose failure is one page. */
export interface PagedNode {
  /** Begins the name of everything that is the node's own. */
  readonly prefix: string;
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly softwareVersion: string;
  readonly ip: string;
  isFailing: boolean;
  seq: number;
}

/** Outcomes that a node tells a second; so few of them fail that the fleet stays well. */
const GOOD_PER_SECOND = 1_200;
const BAD_PER_SECOND = 400;

/** Nodes each in a region of its own with a release of its own: a fault is of one of them, and of nothing that two share. */
export const pagedNodes = (count: number): readonly PagedNode[] =>
  Array.from({ length: count }, (_, index) => ({
    prefix: `bench-${index}-`,
    nodeId: `bench-${index}-n`,
    pop: `bench-${index}-p`,
    region: `bench-${index}-r`,
    softwareVersion: `bench-${index}-v`,
    ip: '192.0.2.1',
    isFailing: false,
    seq: 0,
  }));

const batchOf = (
  node: PagedNode,
  nowMs: number,
  weight: number,
  { outcome, latencyUs }: { readonly outcome: number; readonly latencyUs: number },
): OutcomeBatch => {
  node.seq += 1;
  const { nodeId, pop, region, softwareVersion, seq } = node;
  return {
    schema: 1,
    nodeId,
    pop,
    region,
    ring: '',
    softwareVersion,
    configRev: 'c1',
    agentBootId: '1',
    serverBootId: '1',
    observerId: '',
    seq,
    published: 0,
    vantage: VANTAGE.server,
    t0Us: nowMs * 1_000,
    n: 1,
    completeness: {
      observed: 1,
      serverQueries: 1,
      sampledOut: 0,
      droppedAgent: 0,
      droppedSource: 0,
      unpairedQueries: 0,
      orphanResponses: 0,
      malformed: 0,
    },
    zones: ['bench.example'],
    dtUs: new Uint32Array(1),
    zoneIx: new Uint16Array(1),
    latencyUs: Uint32Array.of(latencyUs),
    outcome: Uint8Array.of(outcome),
    qtype: Uint16Array.of(1),
    rcode: Uint16Array.of(RCODE_NONE),
    transport: Uint8Array.of(1),
    flags: new Uint8Array(1),
    weight: Uint32Array.of(weight),
    zoneId: undefined,
    qnameLen: undefined,
  };
};

/** What a healthy node tells of the last `spanMs`. */
export const goodBatch = (node: PagedNode, nowMs: number, spanMs: number): OutcomeBatch =>
  batchOf(node, nowMs, Math.round((GOOD_PER_SECOND * spanMs) / 1_000), { outcome: OUTCOME.answer, latencyUs: 15_000 });

/** The same of one that answers nothing. */
export const failingBatch = (node: PagedNode, nowMs: number, spanMs: number): OutcomeBatch =>
  batchOf(node, nowMs, Math.round((BAD_PER_SECOND * spanMs) / 1_000), {
    outcome: OUTCOME.timeout,
    latencyUs: LATENCY_NONE,
  });
