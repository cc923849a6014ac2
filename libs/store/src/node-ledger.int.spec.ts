import { openTestDatabase, type TestDatabase } from '#testing';
import { createNodeLedger, type LedgerDelta, type NodeLedger } from './node-ledger.js';

const delta = (changes: Partial<LedgerDelta> = {}): LedgerDelta => ({
  nodeId: 'n1',
  agentBootId: '7',
  lastSeq: 10,
  batches: 2,
  counted: 100,
  late: 3,
  rejected: 4,
  duplicates: 1,
  lastEventUs: 1_000,
  ...changes,
});

describe('node ledger', () => {
  let db: TestDatabase;
  let ledger: NodeLedger;
  beforeEach(async () => {
    db = await openTestDatabase();
    ledger = createNodeLedger(db.database);
  });
  afterEach(() => db.close());
  const apply = (...deltas: readonly LedgerDelta[]) => db.database.transaction((tx) => ledger.apply(tx, deltas));

  it('adds what arrived, and never takes a sequence number or an event time back', async () => {
    await apply(delta());
    await apply(delta({ lastSeq: 9, lastEventUs: 900 }), delta({ agentBootId: '8', lastSeq: 1 }));
    await apply(delta({ nodeId: 'n2' }));
    expect(await ledger.load(['n1'])).toEqual([
      { nodeId: 'n1', agentBootId: '7', lastSeq: 10, gaps: [] },
      { nodeId: 'n1', agentBootId: '8', lastSeq: 1, gaps: [] },
    ]);
    expect((await ledger.load()).length).toBe(3);
    expect((await ledger.list())[0]).toEqual({
      nodeId: 'n1',
      boots: 2,
      batches: 6,
      counted: 300,
      late: 9,
      rejected: 12,
      duplicates: 3,
      gap: 0,
      lastEventUs: 1_000,
    });
  });

  it('names missing batches until they arrive, also within one flush', async () => {
    await apply(
      delta({
        gapsOpened: [
          { from: 2, to: 6 },
          { from: 8, to: 9 },
        ],
        gapsFilled: [4],
      }),
    );
    expect((await ledger.load())[0]?.gaps).toEqual([
      { from: 2, to: 3 },
      { from: 5, to: 6 },
      { from: 8, to: 9 },
    ]);
    await apply(delta({ gapsFilled: [2, 3, 9, 77] }), delta({ agentBootId: '8', gapsFilled: [5] }));
    expect((await ledger.load())[0]?.gaps).toEqual([
      { from: 5, to: 6 },
      { from: 8, to: 8 },
    ]);
    expect((await ledger.list())[0]?.gap).toBe(3);
  });

  it('forgets what a transaction that failed had added', async () => {
    const failing = db.database.transaction(async (tx) => {
      await ledger.apply(tx, [delta({ gapsOpened: [{ from: 1, to: 2 }] })]);
      throw new Error('planned');
    });
    await expect(failing).rejects.toThrow('planned');
    expect(await ledger.load()).toEqual([]);
  });
});
