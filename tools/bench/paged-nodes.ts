import { LATENCY_NONE, OUTCOME, type OutcomeBatch, RCODE_NONE, VANTAGE } from '#contracts';

/** A node whose failure is one page. */
export interface PagedNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly ip: string;
  isFailing: boolean;
  seq: number;
}

const REGIONS = 6;
/** Outcomes that one node tells a second. */
const OUTCOMES_PER_SECOND = 400;
const RELEASE = { softwareVersion: 'v1', configRev: 'c1' };

/** Nodes each in a place of its own: a fault is of a node and of nothing larger. */
export const pagedNodes = (count: number): readonly PagedNode[] =>
  Array.from({ length: count }, (_, index) => ({
    nodeId: `bench-${index}-n`,
    pop: `bench-${index}-p`,
    region: `region-${index % REGIONS}`,
    ip: '192.0.2.1',
    isFailing: false,
    seq: 0,
  }));

const batchOf = (node: PagedNode, nowMs: number, spanMs: number, outcome: number, latencyUs: number): OutcomeBatch => {
  node.seq += 1;
  const { nodeId, pop, region, seq } = node;
  const weight = Math.max(1, Math.round((OUTCOMES_PER_SECOND * spanMs) / 1_000));
  return {
    schema: 1,
    nodeId,
    pop,
    region,
    ring: '',
    ...RELEASE,
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
  batchOf(node, nowMs, spanMs, OUTCOME.answer, 15_000);

/** The same of one that answers nothing. */
export const failingBatch = (node: PagedNode, nowMs: number, spanMs: number): OutcomeBatch =>
  batchOf(node, nowMs, spanMs, OUTCOME.timeout, LATENCY_NONE);
