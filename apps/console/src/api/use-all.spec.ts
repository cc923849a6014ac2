import { readAll } from './use-all.js';

const pagesOf = (pages: number) => async (after: string | null) => {
  const page = after === null ? 0 : Number(after);
  const hasNextPage = page + 1 < pages;
  return { nodes: [page], pageInfo: { hasNextPage, endCursor: hasNextPage ? String(page + 1) : null } };
};

describe('a list that is read to its end', () => {
  it('has the rows of every page, in their order', async () => {
    expect(await readAll(pagesOf(3))).toEqual({ rows: [0, 1, 2], isCut: false });
  });

  it('stops somewhere, and says so', async () => {
    expect(await readAll(pagesOf(3), 2)).toEqual({ rows: [0, 1], isCut: true });
  });
});
