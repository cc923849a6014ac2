import { event, streamOf, TOPICS } from '#contracts';
import { type EventLog, openEmbeddedLog } from '#event-log';
import { createLogger, keepHead, readKeptHeads } from '#runtime';
import { createEventStore, type EventStore, verifyChains } from '#store';
import { openTestDatabase, type TestDatabase } from '#testing';
import { AuditAnchorReconciler } from './audit-anchor.reconciler.js';

describe('keeping the head of the events', () => {
  let db: TestDatabase;
  let eventLog: EventLog;
  let store: EventStore;
  beforeEach(async () => {
    db = await openTestDatabase();
    eventLog = await openEmbeddedLog({ connection: () => db.connection });
    await eventLog.ensureTopics({ 'audit-anchor': TOPICS['audit-anchor'] });
    store = createEventStore(db.database, () => 1);
  });
  afterEach(async () => {
    await eventLog.close();
    await db.close();
  });

  const anchors = () => new AuditAnchorReconciler({ database: db.database, eventLog, logger: createLogger('silent') });
  let keys = 0;
  const append = async (count: number): Promise<void> => {
    const keyId = `k${(keys += 1)}`;
    const events = Array.from({ length: count }, () => event('ApiKeyRevoked', { keyId }));
    await store.append([{ stream: streamOf.key(keyId), expectedVersion: 0, events }], { actor: 'a', cause: 'c' });
  };

  it('S9: keeps one when the events went on, goes on from it after a restart, and a verification compares with it', async () => {
    const anchor = anchors();
    await append(3);
    await anchor.reconcile();
    await anchor.reconcile();
    expect((await readKeptHeads(eventLog)).map(({ position }) => position)).toEqual([3]);
    await append(2);
    const again = anchors();
    await again.reconcile();
    const keptHeads = await readKeptHeads(eventLog);
    expect(keptHeads.map(({ position }) => position)).toEqual([3, 5]);
    expect(again.head()).toEqual((await verifyChains(db.database)).head);
    expect((await verifyChains(db.database, { keptHeads })).broken).toEqual([]);
  });

  it.each([false, true])(
    'S9: tells of newest events that were cut off, whether others follow (%s), and keeps nothing',
    async (isAppendedSince) => {
      const anchor = anchors();
      await append(4);
      await anchor.reconcile();
      await db.database.transaction(async (tx) => {
        await tx.query('alter table event disable trigger user');
        await tx.query('delete from event where position > 2');
        await tx.query('alter table event enable trigger user');
      });
      // What is appended since lies behind a hole: it hides nothing.
      if (isAppendedSince) await append(2);
      await anchor.reconcile();
      await anchor.reconcile();
      expect(anchor.notice()).toContain('cut off behind position 2');
      expect(await readKeptHeads(eventLog)).toHaveLength(1);
    },
  );

  it('S9: finds after a restart that the event at the head was rewritten where it stood', async () => {
    await append(3);
    await anchors().reconcile();
    const [head] = await readKeptHeads(eventLog);
    expect(head?.hash).toMatch(/^[0-9a-f]{64}$/);
    await db.database.transaction(async (tx) => {
      await tx.query('alter table event disable trigger user');
      await tx.query(`update event set hash = repeat('a', 64) where position = 3`);
      await tx.query('alter table event enable trigger user');
    });
    await append(1);
    const again = anchors();
    await again.reconcile();
    expect(again.notice()).toContain('cut off behind position 2');
    expect(await readKeptHeads(eventLog)).toHaveLength(1);
  });

  it('S9: goes on from a head that was kept before heads had the hash of their event', async () => {
    await append(3);
    const { head } = await verifyChains(db.database);
    await keepHead(eventLog, head);
    await append(2);
    await anchors().reconcile();
    const keptHeads = await readKeptHeads(eventLog);
    expect(keptHeads.map(({ position, hash }) => [position, hash !== undefined])).toEqual([
      [3, false],
      [5, true],
    ]);
    expect((await verifyChains(db.database, { keptHeads })).broken).toEqual([]);
  });

  it('passes over what is no head', async () => {
    await eventLog.append('audit-anchor', [{ key: null, value: Buffer.from('{"position":-1}') }]);
    await eventLog.append('audit-anchor', [{ key: null, value: Buffer.from('no JSON') }]);
    expect(await readKeptHeads(eventLog)).toEqual([]);
  });
});
