import { PendingLedger } from './ledger-pending.js';

describe('the ledger of a partition', () => {
  it('keeps nothing of nodes of which nothing could be read', () => {
    const ledger = new PendingLedger([]);
    for (let i = 0; i < 100; i += 1) ledger.reject(`invented-${i}`, 1);
    ledger.arrive({ nodeId: 'n1', agentBootId: '1', seq: 1, n: 5, published: 5 }, 1);
    expect(ledger.take()).toHaveLength(101);
    expect(ledger.boots).toBe(1);
    ledger.reject('invented-1', 2);
    expect(ledger.take()).toEqual([expect.objectContaining({ nodeId: 'invented-1', unreadable: 1 })]);
  });
});
