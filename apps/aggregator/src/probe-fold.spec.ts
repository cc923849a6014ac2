import { GATEWAY_KEY_ID, type OutcomeBatch, OUTCOME, VANTAGE } from '#contracts';
import { COUNT, decodeOwnBlock } from '#domain';
import type { LogRecord } from '#event-log';
import { catalogue, makeBatch, recordOf } from './fleet-history.fixture.js';
import { unreadPartition } from './partition-state.fixture.js';
import { PartitionState, type PartitionFlush } from './partition-state.js';
import { policyOf, tagged } from './tagged.fixture.js';

const AT_MS = Date.UTC(2026, 0, 5, 10);
const topic = 'telemetry.probes';
const policy = policyOf({}, false);

const probesOf = (seq: number, changes: Partial<OutcomeBatch> = {}): OutcomeBatch => {
  const batch = makeBatch({ nodeId: 'n1', seq, t0Us: AT_MS * 1_000 }, [0, 1, 2]);
  const outcome = Uint8Array.of(OUTCOME.answer, OUTCOME.timeout, OUTCOME.servfail);
  return { ...batch, outcome, vantage: VANTAGE.probe, observerId: 'p1', ...changes };
};
const record = (offset: number, batch: OutcomeBatch): LogRecord => ({
  topic,
  partition: 0,
  offset,
  appendedAtMs: AT_MS,
  headers: {},
  ...recordOf(batch),
});
const countsOf = (counts: Uint32Array): number[] => [...counts.subarray(0, Object.keys(COUNT).length)];
const flushOf = (state: PartitionState): PartitionFlush => {
  const flush = state.takeFlush();
  if (flush === undefined) throw new Error('nothing to flush');
  return flush;
};

describe('what probers say', () => {
  it('R59: is told and written as the family probe, and added to nobody', () => {
    const state = new PartitionState(unreadPartition(topic), catalogue, policy);
    expect(state.add(record(0, probesOf(1)))).toBeUndefined();
    const told = state.passTo(AT_MS + 1_000);
    const blocks = told.flatMap(({ slots }) => slots.map(({ block }) => block));
    expect(blocks.map((block) => [...block.keys()])).toEqual([['probe']]);
    const probe = blocks[0]!.get('probe')!;
    expect([probe.family, probe.keys, countsOf(probe.counts)]).toEqual(['probe', ['n1'], [1, 2, 0, 1]]);
    expect(told.flatMap(({ nodes }) => nodes)).toEqual([]);
    const { segments } = flushOf(state);
    expect(segments.map(({ family }) => family)).toEqual(['probe']);
    const written = decodeOwnBlock(segments[0]!.body).get('probe')!;
    expect([written.keys, countsOf(written.counts)]).toEqual([['n1'], [1, 2, 0, 1]]);
    expect(written.buckets?.some((count) => count > 0)).toBe(true);
  });

  it('R59: goes on where it was after a restart', () => {
    const state = new PartitionState(unreadPartition(topic), catalogue, policy);
    state.add(record(0, probesOf(1)));
    state.passTo(AT_MS + 250);
    const { segments, ledger } = flushOf(state);
    const boots = ledger.map(({ nodeId, agentBootId, lastSeq, published }) => {
      return { nodeId, agentBootId, lastSeq, published, gaps: [] };
    });
    const snapshot = { ...unreadPartition(topic), expected: 1, nextOffset: 1, segments, boots };
    const next = new PartitionState(snapshot, catalogue, policy);
    next.add({ ...record(1, probesOf(1)), appendedAtMs: AT_MS + 250 });
    expect(next.duplicates).toBe(1);
    next.add({ ...record(2, probesOf(2)), appendedAtMs: AT_MS + 250 });
    const [told] = next.passTo(AT_MS + 1_000).flatMap(({ slots }) => slots.map(({ block }) => block.get('probe')));
    expect(countsOf(told!.counts)).toEqual([2, 4, 0, 2]);
  });

  it('R59: numbers its batches beside those of the node, and what of them is lost is no lost telemetry', () => {
    const state = new PartitionState(unreadPartition(topic), catalogue, policy);
    state.add(record(0, probesOf(1)));
    state.add(record(1, probesOf(5, { observerId: 'p2' })));
    const told = state.passTo(AT_MS + 90_000);
    expect(told.flatMap(({ gaps = [] }) => gaps)).toEqual([]);
    const { ledger } = flushOf(state);
    expect(ledger.map(({ nodeId, lastSeq, gapsOpened }) => [nodeId, lastSeq, gapsOpened.length])).toEqual([
      ['p1>n1', 1, 0],
      ['p2>n1', 5, 1],
    ]);
  });

  it('R59: is believed of the gateway, which knows who sent it, and of no node', () => {
    const reasonOf = (keyId: string): string | undefined => {
      const state = new PartitionState(unreadPartition(topic), catalogue, policyOf({ 'n1.1': undefined }));
      const sent = tagged(topic, recordOf(probesOf(1)), keyId);
      return state.add({ ...record(0, probesOf(1)), headers: sent.headers ?? {} })?.headers?.['reason'];
    };
    expect(reasonOf(GATEWAY_KEY_ID)).toBeUndefined();
    expect(reasonOf('n1.1')).toBe('NODE_FOREIGN');
  });

  it.each([
    ['probes of a server', topic, { vantage: VANTAGE.server }],
    ['probes of nobody', topic, { observerId: '' }],
    ['outcomes of a prober', 'telemetry.outcomes', {}],
  ] as const)('R59: %s are a dead letter', (_what, place, changes) => {
    const state = new PartitionState(unreadPartition(place), catalogue, policy);
    const letter = state.add({ ...record(0, probesOf(1, changes)), topic: place });
    expect(letter?.headers?.['reason']).toBe('BODY_INVALID');
  });
});
