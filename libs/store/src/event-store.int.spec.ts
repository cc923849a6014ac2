import { event, type Event, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { readStreamsAfter } from './event-read.js';
import { createEventStore, type EventStore, type StreamAppend } from './event-store.js';

const NOW_MS = 1_700_000_000_000;
const METADATA = { actor: 'user:alice', cause: 'test' };
const revoke = (keyId: string): Event => event('ApiKeyRevoked', { keyId });
const append = (keyId: string, expectedVersion: number, count = 1): StreamAppend => ({
  stream: streamOf.key(keyId),
  expectedVersion,
  events: Array.from({ length: count }, () => revoke(keyId)),
});

describe('event store', () => {
  let db: TestDatabase;
  let store: EventStore;
  beforeEach(async () => {
    db = await openTestDatabase();
    store = createEventStore(db.database, () => NOW_MS);
  });
  afterEach(() => db.close());

  it('gives positions, versions, actor, cause and a chained hash, and reads back what it appended', async () => {
    const result = await store.append([append('a', 0, 2), append('b', 0)], METADATA);
    const read = await store.readAll(0, 10);
    expect(result).toEqual({ appended: read });
    expect(read.map(({ position, stream, version }) => [position, stream, version])).toEqual([
      [1, 'key-a', 1],
      [2, 'key-a', 2],
      [3, 'key-b', 1],
    ]);
    expect(read.every(({ metadata, recordedAtMs }) => metadata.actor === 'user:alice' && recordedAtMs === NOW_MS)).toBe(
      true,
    );
    expect(new Set(read.map(({ hash }) => hash)).size).toBe(3);
    expect(await store.readStream('key-a')).toEqual(read.slice(0, 2));
    expect(await store.readAll(2, 10)).toEqual(read.slice(2));
    expect(await store.head()).toBe(3);
  });

  it('keeps what is known of an act beside its actor, and gives nothing where nothing is known', async () => {
    const audit = { reason: 'left\ud800 us', subject: 'key:k0', keyId: 'k0', requestId: 'r1', via: 'rest' } as const;
    await store.append([append('a', 0)], { ...METADATA, audit });
    await store.append([append('a', 1)], METADATA);
    const [told, untold] = await store.readAll(0, 10);
    expect(told?.metadata).toEqual({ ...METADATA, audit: { ...audit, reason: 'left\ufffd us' } });
    expect(untold?.metadata).toEqual(METADATA);
  });

  it('gives the events of some streams page by page from anywhere, and reads of each no more than a page', async () => {
    const of = ['a', 'b', 'a', 'c', 'b', 'a', 'a', 'c', 'b', 'a'];
    const versions: Record<string, number> = {};
    for (const key of of) {
      await store.append([append(key, versions[key] ?? 0)], METADATA);
      versions[key] = (versions[key] ?? 0) + 1;
    }
    const all = await store.readAll(0, of.length);
    const wanted = ['key-a', 'key-b', 'key-none'];
    const own = all.filter(({ stream }) => wanted.includes(stream));
    for (const limit of [1, 3, 100])
      for (let after = 0; after <= of.length; after += 1)
        expect(await readStreamsAfter(db.database, wanted, after, limit)).toEqual(
          own.filter(({ position }) => position > after).slice(0, limit),
        );
    // As it would be read of a stream of 50,000.
    const plan = await db.database.transaction(async (tx) => {
      const queries: [string, readonly unknown[]][] = [];
      await readStreamsAfter({ query: async (text, values = []) => (queries.push([text, values]), []) }, wanted, 0, 3);
      const [[text, values] = ['', []]] = queries;
      await tx.query('set local enable_seqscan = off');
      return tx.query(`explain ${text}`, values);
    });
    const told = JSON.stringify(plan);
    expect(told).toContain('event_stream_version_key');
    expect(told).not.toContain('Seq Scan on event');
  });

  it('writes nothing at all when one of the streams has another version', async () => {
    await store.append([append('a', 0)], METADATA);
    expect(await store.append([append('b', 0), append('a', 0)], METADATA)).toEqual({ conflict: 'key-a' });
    expect(await store.readAll(0, 10)).toHaveLength(1);
  });

  it('lets one of two appends with the same expected version win', async () => {
    const results = await Promise.all([
      store.append([append('a', 0)], METADATA),
      store.append([append('a', 0)], METADATA),
    ]);
    expect(results.filter((result) => 'conflict' in result)).toHaveLength(1);
    expect(await store.readStream('key-a')).toHaveLength(1);
  });

  it('forgets an append whose transaction rolls back, and gives its positions again', async () => {
    const failing = db.database.transaction(async (tx) => {
      await store.appendIn(tx, [append('a', 0, 3)], METADATA);
      throw new Error('planned');
    });
    await expect(failing).rejects.toThrow('planned');
    await store.append([append('b', 0)], METADATA);
    expect((await store.readAll(0, 10)).map(({ position, stream }) => [position, stream])).toEqual([[1, 'key-b']]);
  });

  it('refuses a wrong program: invalid data, a stream named twice', async () => {
    const invalid = { type: 'ApiKeyRevoked', data: { keyId: '' } } as Event;
    await expect(store.append([{ ...append('a', 0), events: [invalid] }], METADATA)).rejects.toThrow(
      'append to key-a: not a valid ApiKeyRevoked',
    );
    await expect(store.append([append('a', 0), append('a', 1)], METADATA)).rejects.toThrow('named twice');
    expect(await store.readAll(0, 10)).toEqual([]);
  });

  it('stores text that PostgreSQL cannot hold, with the characters replaced', async () => {
    const halted = event('RolloutHalted', { rolloutId: 'r', because: 'a\0b\ud800c', at: 1 });
    await store.append([{ stream: streamOf.rollout('r'), expectedVersion: 0, events: [halted] }], METADATA);
    const [read] = await store.readAll(0, 1);
    expect(read?.event).toEqual(event('RolloutHalted', { rolloutId: 'r', because: 'a\ufffdb\ufffdc', at: 1 }));
  });

  it.each([
    ['update', `update event set actor = 'user:mallory'`],
    ['delete', 'delete from event'],
    ['truncate', 'truncate event'],
  ])('refuses to %s events', async (_name, statement) => {
    await store.append([append('a', 0)], METADATA);
    await expect(db.database.query(statement)).rejects.toThrow('append-only');
    expect(await store.readAll(0, 10)).toHaveLength(1);
  });

  it('gives eight parallel appenders one gapless order, and a polling reader never misses an event', async () => {
    let done = false;
    const seen: number[] = [];
    const poll = async (): Promise<void> => {
      for (;;) {
        const finished = done;
        const events = await store.readAll(seen.at(-1) ?? 0, 7);
        seen.push(...events.map(({ position }) => position));
        if (finished && events.length === 0) return;
      }
    };
    const appendAll = async (name: string): Promise<void> => {
      for (let version = 0; version < 25; version++) await store.append([append(name, version)], METADATA);
    };
    const reader = poll();
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(appendAll));
    done = true;
    await reader;
    expect(seen).toEqual(Array.from({ length: 200 }, (_unused, index) => index + 1));
  });
});
