import fc from 'fast-check';
import { event, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { HISTORY_AT_MS, tellHistory } from '../history/event-history.fixture.js';
import { createEventStore } from '../event-store.js';
import { readChainPage, readHashesAt } from './chain-page.js';
import { openHashingThread } from './chain-hashing.js';
import { linksOf } from './chain-row.js';
import { type ChainProgress, verifyChains } from './verify-chains.js';

/** Bits that are flipped in rows of the database itself; `chain-walk.spec` flips more, of ten thousand. */
const FLIPS = 40;

/** Every column of an event: each is read by somebody. */
const COLUMNS = [
  'position',
  'stream',
  'version',
  'type',
  'data',
  'actor',
  'cause',
  'recorded_at_ms',
  'audit',
  'hash',
] as const;

const flipped = (text: string, at: number, bit: number): string => {
  const bytes = Buffer.from(text, 'utf8');
  const index = at % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
  return bytes.toString('utf8');
};

describe('verifyChains', () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await openTestDatabase();
    await tellHistory(
      db.database,
      createEventStore(db.database, () => HISTORY_AT_MS),
    );
  });
  afterEach(() => db.close());

  /** What the owner of the database can do, and the trigger cannot prevent. */
  const tamper = async (statement: string): Promise<void> => {
    await db.database.transaction(async (tx) => {
      await tx.query('alter table event disable trigger user');
      await tx.query(statement);
      await tx.query('alter table event enable trigger user');
    });
  };

  it('finds nothing where nothing was changed, over more than one page of events', async () => {
    const store = createEventStore(db.database, () => HISTORY_AT_MS);
    const many = Array.from({ length: 1_200 }, () => event('ApiKeyRevoked', { keyId: 'k9' }));
    await store.append([{ stream: streamOf.key('k9'), expectedVersion: 0, events: many }], { actor: 'a', cause: 'c' });
    const told: ChainProgress[] = [];
    const report = await verifyChains(db.database, { onProgress: (progress) => told.push(progress) });
    expect(report.broken).toEqual([]);
    expect(report.events).toBeGreaterThan(1_200);
    expect(report.streams).toBeGreaterThan(15);
    expect(report.head.position).toBe(report.events);
    expect(told.at(-1)).toEqual({ events: report.events, of: report.events });
    expect(await verifyChains(db.database, { keptHeads: [report.head] })).toEqual({ ...report, keptHeads: 1 });
  });

  const positionsOf = async (where: string): Promise<readonly number[]> =>
    (await db.database.query<{ position: number }>(`select position from event where ${where} order by position`)).map(
      ({ position }) => position,
    );
  const broken = async () => (await verifyChains(db.database)).broken;
  const IN1 = `stream = 'incident-in1'`;

  it.each([
    ['data', `data = jsonb_set(data, '{impact,score}', '91')`],
    ['actor', `actor = 'user:mallory'`],
    ['cause', `cause = 'another'`],
    ['time of recording', 'recorded_at_ms = recorded_at_ms + 1'],
    ['audit', `audit = '{"subject":"key:k9","keyId":"k9","via":"rest"}'`],
    ['type', `type = 'IncidentResolved'`],
    ['hash', `hash = repeat('a', 64)`],
  ])('B18: finds an event whose %s was changed, and names it', async (_what, change) => {
    const [position] = await positionsOf(`${IN1} and version = 3`);
    await tamper(`update event set ${change} where ${IN1} and version = 3`);
    expect(await broken()).toEqual([
      { fault: 'changed', stream: 'incident-in1', version: 3, position, until: position },
    ]);
  });

  it('B18: finds an event that was given to another stream, first of all that does not fit by it', async () => {
    const [position] = await positionsOf(`${IN1} and version = 3`);
    await tamper(`update event set stream = 'incident-in1x' where ${IN1} and version = 3`);
    expect((await broken())[0]).toMatchObject({ fault: 'changed', stream: 'incident-in1x', version: 3, position });
  });

  it('B18: finds an event whose position is one that no number holds', async () => {
    const [position] = await positionsOf(`${IN1} and version = 3`);
    await tamper(`update event set position = 9223372036854775807 where ${IN1} and version = 3`);
    expect((await broken())[0]).toMatchObject({ fault: 'missing', position });
  });

  it('B18: finds a cut tail', async () => {
    const positions = await positionsOf(`${IN1} and version >= 5`);
    await tamper(`delete from event where ${IN1} and version >= 5`);
    expect((await broken())[0]).toMatchObject({
      fault: 'missing',
      stream: 'incident-in1',
      version: 5,
      position: positions[0],
    });
  });

  it('B18: finds an event that was taken out of the middle', async () => {
    const [position] = await positionsOf(`${IN1} and version = 2`);
    await tamper(`delete from event where ${IN1} and version = 2`);
    expect(await broken()).toEqual([
      { fault: 'missing', stream: 'incident-in1', version: 2, position, until: position },
    ]);
  });

  it('B18: finds a stream that was removed whole', async () => {
    const [position] = await positionsOf(`stream = 'key-k1'`);
    await tamper(`delete from event where stream = 'key-k1'`);
    expect((await broken())[0]).toMatchObject({ fault: 'missing', stream: 'key-k1', version: 1, position });
  });

  it('B18: finds a stream that was removed with what was kept of its end', async () => {
    const [position] = await positionsOf(`stream = 'key-k1'`);
    await tamper(`delete from event where stream = 'key-k1'`);
    await tamper(`delete from chain_anchor where stream = 'key-k1'`);
    expect((await broken())[0]).toMatchObject({ fault: 'missing', stream: null, version: null, position });
  });

  it('B18: finds what is kept of the end of a stream, or of all events, when that was changed', async () => {
    const [end] = (await positionsOf(IN1)).slice(-1);
    await tamper(`update chain_anchor set hash = repeat('a', 64) where ${IN1}`);
    expect(await broken()).toMatchObject([{ fault: 'stream_head', stream: 'incident-in1', position: end }]);
    await tamper('update event_head set position = position - 1');
    expect((await broken()).at(-1)).toMatchObject({ fault: 'head' });
  });

  it('B18: finds newest events that were cut off with all that is kept of their ends, by a head kept elsewhere', async () => {
    const { head } = await verifyChains(db.database);
    const cut = head.position - 3;
    await tamper(`delete from event where position > ${cut}`);
    await tamper(`delete from chain_anchor where stream not in (select stream from event)`);
    await tamper(`
      update chain_anchor set (version, hash) =
        (select version, hash from event where event.stream = chain_anchor.stream order by version desc limit 1)`);
    await tamper(`update event_head set position = ${cut}`);
    expect(await broken()).toEqual([]);
    expect((await verifyChains(db.database, { keptHeads: [head] })).broken).toEqual([
      { fault: 'kept_head', position: 1, until: head.position, stream: null, version: null },
    ]);
  });

  it('B18: finds two events of different streams that changed places, though each stream is still in order', async () => {
    const [first = -1] = await positionsOf(`stream = 'key-k1' and version = 1`);
    const [second = -1] = await positionsOf(`stream = 'key-k2' and version = 1`);
    expect(second).toBe(first + 1);
    await tamper(`update event set position = 1000001 where position = ${first}`);
    await tamper(`update event set position = ${first} where position = ${second}`);
    await tamper(`update event set position = ${second} where position = 1000001`);
    expect(await broken()).toMatchObject([
      { fault: 'changed', stream: 'key-k2', version: 1, position: first },
      { fault: 'changed', stream: 'key-k1', version: 1, position: second },
    ]);
  });

  it('B18: finds any bit that is flipped in any column of any event, and nothing when it is flipped back', async () => {
    const { events } = await verifyChains(db.database);
    const flips = fc.record({
      position: fc.integer({ min: 1, max: events }),
      column: fc.constantFrom(...COLUMNS),
      at: fc.nat(300),
      bit: fc.nat(6),
    });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(flips, async ({ position, column, at, bit }) => {
        const where = `position = ${position}`;
        const read = `select ${column}::text as text from event where ${where}`;
        const [{ text } = { text: null }] = await db.database.query<{ text: string | null }>(read);
        fc.pre(text !== null);
        const type = { position: 'bigint', version: 'bigint', recorded_at_ms: 'bigint', data: 'jsonb', audit: 'jsonb' };
        const as = type[column as keyof typeof type] ?? 'text';
        const quote = (text: string): string =>
          `convert_from('\\x${Buffer.from(text).toString('hex')}', 'UTF8')::${as}`;
        const set = (text: string, place: string): Promise<boolean> =>
          tamper(`update event set ${column} = ${quote(text)} where ${place}`).then(
            () => true,
            () => false,
          );
        // What the table refuses is not done: text that is no number and no JSON, a place that is taken.
        const other = flipped(text, at, bit);
        fc.pre(await set(other, where));
        const [now] = await db.database.query<{ text: string }>(read);
        // Digits beyond those that a number holds say nothing to anybody.
        const said = (json: string): string => (as === 'jsonb' ? JSON.stringify(JSON.parse(json)) : json);
        const isOther = now === undefined || said(now.text) !== said(text);
        const faults = await broken();
        await set(text, column === 'position' ? `position = ${other}` : where);
        expect(faults.length > 0).toBe(isOther);
        if (isOther) found += 1;
      }),
      { numRuns: FLIPS },
    );
    expect(found).toBeGreaterThan(FLIPS / 2);
    expect(await broken()).toEqual([]);
  });

  it('B18: finds the same where a thread hashes, and says when the thread fails', async () => {
    const whole = await verifyChains(db.database);
    expect(await verifyChains(db.database, { threadFrom: 0 })).toEqual(whole);
    await tamper(`update event set cause = 'another' where ${IN1} and version = 3`);
    const report = await verifyChains(db.database, { threadFrom: 0 });
    expect(report.broken).toMatchObject([{ fault: 'changed', stream: 'incident-in1', version: 3 }]);
    expect(report).toEqual(await verifyChains(db.database));
    const thread = openHashingThread();
    const page = await readChainPage(db.database, null);
    const wrong = { page: { ...page!, data: 'no JSON' }, before: [] };
    await expect(thread.fitting(wrong)).rejects.toThrow('the thread failed');
    await expect(thread.fitting(wrong)).rejects.toThrow('hash events');
    await thread.close();
  });

  it('reads events of many megabytes a few at a time, and each of them', async () => {
    // 2.4 MB each; hex of random bytes does not pack.
    await db.database.query(`
      insert into event (position, stream, version, type, data, actor, cause, recorded_at_ms, hash)
      select 1000 + n, 'long', n, 'Long', jsonb_build_object('text', (
        select string_agg(md5(random()::text), '') from generate_series(1, 75000) where n > 0)), 'a', 'c', 1, 'h'
      from generate_series(1, 3) n`);
    const pages: number[] = [];
    for (let last: string | null = '1000'; last !== null;) {
      const page = await readChainPage(db.database, last);
      if (page !== undefined) pages.push(linksOf(page).length);
      last = page?.last ?? null;
    }
    expect(pages).toEqual([2, 1]);
  });

  it('looks up the hash before a row by its place', async () => {
    const rows = await db.database.query<{ hash: string }>(`select hash from event where ${IN1} order by version`);
    const places = [3, 99, 1].map((version) => ({ stream: 'incident-in1', version }));
    expect(await readHashesAt(db.database, places)).toEqual([rows[2]?.hash, null, rows[0]?.hash]);
  });

  it('gives up when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('planned'));
    await expect(verifyChains(db.database, { signal })).rejects.toThrow('planned');
  });
});
