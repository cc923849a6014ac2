import { openTestDatabase, type TestDatabase } from '#testing';
import type { LedgerDelta, SeqGap } from '#domain';
import { createNodeLedger, type NodeLedger } from './node-ledger.js';

const delta = (changes: Partial<LedgerDelta> = {}): LedgerDelta => ({
  nodeId: 'n1',
  agentBootId: '7',
  lastSeq: 10,
  published: 107,
  lastSeenMs: 5,
  batches: 2,
  counted: 100,
  late: 3,
  rejected: 4,
  unreadable: 6,
  duplicates: 1,
  lastEventUs: 1_000,
  gapsOpened: [],
  gapsClosed: [],
  ...changes,
});
const gap = (from: number, to: number, before: number | null = 0, after: number | null = 0): SeqGap => ({
  from,
  to,
  publishedBefore: before,
  publishedAfter: after,
  openedAtMs: 5,
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
    await apply(delta({ lastSeq: 9, published: 90, lastEventUs: 900 }), delta({ agentBootId: '8', lastSeq: 1 }));
    await apply(delta({ nodeId: 'n2' }));
    expect(await ledger.load(['n1'])).toEqual([
      { nodeId: 'n1', agentBootId: '7', lastSeq: 10, published: 107, gaps: [] },
      { nodeId: 'n1', agentBootId: '8', lastSeq: 1, published: 107, gaps: [] },
    ]);
    expect((await ledger.load()).length).toBe(3);
    expect(await ledger.nodeIds()).toEqual(expect.arrayContaining(['n1', 'n2']));
    expect((await ledger.list())[0]).toEqual({
      nodeId: 'n1',
      boots: 2,
      batches: 6,
      published: 214,
      counted: 300,
      late: 9,
      rejected: 12,
      gap: 0,
      difference: 214 - 321,
      gapBatches: 0,
      unreadable: 18,
      duplicates: 3,
      lastEventUs: 1_000,
    });
  });

  it('names missing batches, and the outcomes in them, until they arrive', async () => {
    await apply(delta({ gapsOpened: [gap(2, 6, 10, 17), gap(8, 9, 20, 21)] }));
    expect((await ledger.load())[0]?.gaps).toEqual([gap(2, 6, 10, 17), gap(8, 9, 20, 21)]);
    expect((await ledger.list())[0]).toMatchObject({ gap: 8, gapBatches: 7, difference: 107 - 107 - 8 });
    await apply(delta({ gapsClosed: [2, 77], gapsOpened: [gap(2, 3, 10, 12)] }), delta({ agentBootId: '8' }));
    expect((await ledger.load())[0]?.gaps).toEqual([gap(2, 3, 10, 12), gap(8, 9, 20, 21)]);
    expect((await ledger.list())[0]).toMatchObject({ gap: 3, gapBatches: 4 });
    await expect(apply(delta({ gapsOpened: [gap(8, 9)] }))).rejects.toThrow('batch_gap_pkey');
  });

  it('P2: knows no difference where a node does not say what it published, or how much is missing', async () => {
    await apply(delta({ published: 0 }), delta({ nodeId: 'n2', gapsOpened: [gap(2, 3, null, null)] }));
    expect(await ledger.list()).toMatchObject([
      { published: null, gap: 0, difference: null },
      { published: 107, gap: null, difference: null },
    ]);
  });

  it('looks at no boot that was silent for longer than the log keeps anything', async () => {
    const DAY_MS = 86_400_000;
    await apply(delta({ lastSeenMs: DAY_MS }), delta({ nodeId: 'n2', lastSeenMs: 9 * DAY_MS - 1 }));
    expect(await ledger.load()).toHaveLength(2);
    await apply(delta({ nodeId: 'n2', lastSeenMs: 9 * DAY_MS }));
    expect(await ledger.load()).toMatchObject([{ nodeId: 'n2' }]);
  });

  it('forgets what a transaction that failed had added', async () => {
    const failing = db.database.transaction(async (tx) => {
      await ledger.apply(tx, [delta({ gapsOpened: [gap(1, 2)] })]);
      throw new Error('planned');
    });
    await expect(failing).rejects.toThrow('planned');
    expect(await ledger.load()).toEqual([]);
  });
});
