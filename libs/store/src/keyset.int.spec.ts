import fc from 'fast-check';
import { cursorOf, isRefusal } from '#contracts';
import { openTestDatabase, type TestDatabase } from '#testing';
import { type Order, orderBy, readPage } from './keyset.js';

interface Row {
  readonly open: boolean;
  readonly at: number;
  readonly id: string;
}

const ORDER: Order<Row> = {
  list: 'things',
  columns: [
    { sql: '(ended is null)', kind: 'boolean', isDescending: true, of: (row) => row.open },
    { sql: 'at', kind: 'number', isDescending: true, of: (row) => row.at },
    { sql: 'id', kind: 'text', of: (row) => row.id },
  ],
};
const SELECT = 'select ended is null as open, at, id from thing';

// Few values, so that most rows tie with others in the first columns.
const row = fc.record({ open: fc.boolean(), at: fc.integer({ min: -2, max: 2 }), id: fc.string({ maxLength: 3 }) });
const storable = ({ id }: Row): boolean => !/[\0\ud800-\udfff]/u.test(id);
const rows = (max: number) =>
  fc.uniqueArray(row.filter(storable), { selector: ({ id }) => id, minLength: 0, maxLength: max });

describe('a list read page by page', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await openTestDatabase();
    await db.database.query('create table thing (id text primary key, at bigint not null, ended bigint)');
  });
  afterAll(() => db.close());

  const add = (more: readonly Row[]) =>
    db.database.query(
      'insert into thing (id, at, ended) select * from unnest($1::text[], $2::bigint[], $3::bigint[])',
      [more.map(({ id }) => id), more.map(({ at }) => at), more.map(({ open }) => (open ? null : 1))],
    );
  const inOrder = () => db.database.query<Row>(`${SELECT} ${orderBy(ORDER)}`);
  const page = async (limit: number, after: string | undefined, where?: string, values?: readonly unknown[]) => {
    const query = { select: SELECT, ...(where !== undefined && { where }), ...(values !== undefined && { values }) };
    const read = await readPage(db.database, ORDER, query, { limit, after });
    if (isRefusal(read)) throw new Error(read.detail);
    return read;
  };

  it('gives every row that was there once, in order, and nothing before its cursor, while rows are added', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows(24),
        fc.array(rows(4), { maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (first, later, limit) => {
          await db.database.query('truncate thing');
          await add(first);
          const known = new Set(first.map(({ id }) => id));
          const seen: Row[] = [];
          let after: string | undefined;
          for (let n = 0; ; n += 1) {
            const read = await page(limit, after);
            expect(read.items.length).toBeLessThanOrEqual(limit);
            expect(read.cursors).toHaveLength(read.items.length);
            seen.push(...read.items);
            if (read.next === null) break;
            after = read.next;
            const news = (later[n] ?? []).filter(({ id }) => !known.has(id));
            for (const { id } of news) known.add(id);
            await add(news);
          }
          const now = (await inOrder()).map(({ id }) => id);
          const ids = seen.map(({ id }) => id);
          // In the order of the list, each once …
          expect(ids).toEqual(now.filter((id) => ids.includes(id)));
          // … and none of those that were there is missing.
          expect(first.filter(({ id }) => !ids.includes(id))).toEqual([]);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('filters, and goes on behind any row by its own cursor', async () => {
    await db.database.query('truncate thing');
    await add([0, 1, 2, 3, 4, 5].map((n) => ({ id: `t${n}`, at: n % 3, open: n < 4 })));
    const all = await page(9, undefined, 'at < $1', [2]);
    expect(all.items.map(({ id }) => id)).toEqual(['t1', 't0', 't3', 't4']);
    expect(all.next).toBeNull();
    const rest = await page(2, all.cursors[0], 'at < $1', [2]);
    expect(rest.items.map(({ id }) => id)).toEqual(['t0', 't3']);
    expect(rest.next).toBe(rest.cursors[1]);
  });

  it.each([
    ['no base64url', '***'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['another list', cursorOf('others', [true, 1, 'a'])],
    ['too few values', cursorOf('things', [true, 1])],
    ['a kind that is another', cursorOf('things', [true, '1', 'a'])],
    ['a number that is not whole', cursorOf('things', [true, 0.5, 'a'])],
    ['a character that no text may hold', cursorOf('things', [true, 1, 'a\0'])],
    ['a cursor that is too long', cursorOf('things', [true, 1, 'a'.repeat(1_000)])],
  ])('refuses %s', async (_what, after) => {
    const read = await readPage(db.database, ORDER, { select: SELECT }, { limit: 5, after });
    expect(read).toMatchObject({ refused: 'CURSOR_INVALID' });
  });
});
