import fc from 'fast-check';
import type { WantedOfList } from './door-arguments.js';
import { ALL_ROWS_MAX, type ListPage, showList } from './list-pages.js';

/** A list of so many numbers, told in pages; what was asked of it, and what was shown. */
const reading = async (
  rows: number,
  wanted: Omit<WantedOfList, 'rows'>,
  total?: number,
): Promise<{ readonly asked: string[]; readonly shown: ListPage[]; readonly told: string[] }> => {
  const [asked, shown, told]: [string[], ListPage[], string[]] = [[], [], []];
  const get = async (path: string): Promise<unknown> => {
    asked.push(path);
    const query = new URL(path, 'http://tocsin.test').searchParams;
    const from = Number(query.get('after') ?? 0);
    const to = Math.min(rows, from + Number(query.get('limit')));
    const numbers = Array.from({ length: to - from }, (_, index) => from + index);
    return { numbers, next: to < rows ? String(to) : null, ...(total === undefined ? {} : { total }) };
  };
  const progress = { at: () => undefined, end: () => undefined };
  const parts = { show: (page: ListPage) => shown.push(page), tell: (text: string) => told.push(text), progress };
  await showList({ get }, '/v1/numbers?status=open', { rows: 'numbers', ...wanted }, parts);
  return { asked, shown, told };
};

describe('a list at the command line', () => {
  it('is read to its limit over as many pages as that takes, and says that there is more', async () => {
    const { asked, shown, told } = await reading(1_500, { limit: 1_200 });
    expect(asked).toEqual([
      '/v1/numbers?status=open&limit=500',
      '/v1/numbers?status=open&limit=500&after=500',
      '/v1/numbers?status=open&limit=200&after=1000',
    ]);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject({ next: '1200' });
    expect(told).toEqual(['1,200 are told, and there are more: --limit, --all, or --after 1200']);
  });

  it('tells each row once whatever the list and its limit, and of more if and only if there is more', async () => {
    const sizes = fc.record({ rows: fc.nat(2_000), limit: fc.integer({ min: 1, max: 1_500 }), after: fc.nat(2_000) });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, limit, after }) => {
        const from = Math.min(after, rows);
        const { shown, told } = await reading(rows, { limit, after: String(from) });
        const to = Math.min(rows, from + limit);
        expect(shown).toEqual([
          {
            numbers: Array.from({ length: to - from }, (_, index) => from + index),
            next: to < rows ? String(to) : null,
          },
        ]);
        expect(told).toHaveLength(to < rows ? 1 : 0);
      }),
      { numRuns: 50 },
    );
  });

  it('--all shows each page as it comes, and stops at its bound with the cursor of what is behind it', async () => {
    const { shown, told } = await reading(ALL_ROWS_MAX + 1, { limit: 'all' }, ALL_ROWS_MAX + 1);
    expect(shown).toHaveLength(ALL_ROWS_MAX / 500);
    expect(shown.at(-1)).toMatchObject({ next: String(ALL_ROWS_MAX) });
    expect(told).toEqual(['100,000 of 100,001 are told, and there are more: --limit, --all, or --after 100000']);
  });

  it('takes its line of progress away also where a page cannot be read', async () => {
    const told: string[] = [];
    const get = async (path: string): Promise<unknown> => {
      if (path.includes('after')) throw new Error('gone');
      return { numbers: [1], next: 'c1' };
    };
    const progress = { at: () => told.push('at'), end: () => told.push('end') };
    const parts = { show: () => told.push('shown'), tell: () => undefined, progress };
    await expect(showList({ get }, '/v1/numbers', { rows: 'numbers', limit: 9 }, parts)).rejects.toThrow('gone');
    expect(told).toEqual(['at', 'end']);
  });

  it('ends with a server that says the same cursor for ever', async () => {
    let asked = 0;
    const get = async (): Promise<unknown> => {
      asked += 1;
      return { numbers: [], next: 'same' };
    };
    const nothing = {
      show: () => undefined,
      tell: () => undefined,
      progress: { at: () => undefined, end: () => undefined },
    };
    await showList({ get }, '/v1/numbers', { rows: 'numbers', limit: 'all' }, nothing);
    expect(asked).toBe(2);
  });
});
