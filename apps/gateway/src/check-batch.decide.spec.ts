import { CONTENT_TYPE, encodeProtobuf, type OutcomeBatch, type Principal, VANTAGE } from '#contracts';
import { FakeClock } from '#testing';
import { type BatchCheck, readBatch, refuseBatch, refuseNode } from './check-batch.decide.js';
import { batchOf } from './gateway.fixture.js';

const clock = new FakeClock();
const principal = (role: Principal['role'], nodeId?: string): Principal => ({ keyId: 'k', name: 'k', role, nodeId });
const check = (changes: Partial<BatchCheck> = {}): BatchCheck => ({
  principal: principal('node', 'n1'),
  isKnownNode: (nodeId) => nodeId !== 'stranger',
  nowMs: clock.nowMs(),
  ...changes,
});
const batch = (changes?: Partial<OutcomeBatch>): OutcomeBatch => batchOf(clock, changes);

describe('readBatch', () => {
  it('reads a body by its content type, whatever its case and parameters', () => {
    const body = encodeProtobuf(batch());
    expect(readBatch(`${CONTENT_TYPE.protobuf.toUpperCase()}; v=1`, body)).toMatchObject({ nodeId: 'n1', n: 3 });
  });

  it('refuses a content type that nobody decodes, and none at all', () => {
    expect(readBatch('text/csv', Buffer.of())).toMatchObject({
      refused: 'CONTENT_TYPE_UNKNOWN',
      detail: expect.stringContaining('text/csv'),
    });
    expect(readBatch('', Buffer.of())).toMatchObject({ detail: expect.stringMatching('^no content type') });
  });
});

describe('refuseNode', () => {
  it('lets a node speak for itself and a collector for every node', () => {
    expect(refuseNode('n1', check())).toBeUndefined();
    expect(refuseNode('n2', check({ principal: principal('ingest') }))).toBeUndefined();
  });

  it('refuses another node before it says whether that one is known', () => {
    expect(refuseNode('stranger', check())).toMatchObject({ refused: 'NODE_FOREIGN' });
    expect(refuseNode('n1', check({ principal: principal('node') }))).toMatchObject({ refused: 'NODE_FOREIGN' });
  });

  it('refuses a node that is not in the inventory, with its place', () => {
    const collector = check({ principal: principal('ingest') });
    expect(refuseNode('stranger', collector, '/3')).toMatchObject({ refused: 'NODE_UNKNOWN', at: '/3' });
  });
});

describe('refuseBatch', () => {
  it('takes what a node says of itself', () => {
    expect(refuseBatch(batch(), check())).toBeUndefined();
  });

  it('does not take a prober for the node, nor the future for the present', () => {
    expect(refuseBatch(batch({ vantage: VANTAGE.probe }), check())).toMatchObject({ at: '/vantage' });
    const early = check({ nowMs: clock.nowMs() - 3_600_000 });
    expect(refuseBatch(batch(), early)).toMatchObject({ refused: 'TIME_IN_FUTURE' });
  });
});
