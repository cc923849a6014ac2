import type { Family } from '#contracts';
import { type Cells, COUNTS_PER_CELL, createCells } from '#domain';
import { createDisagreements, disagreementsOf } from './release-disagreements.js';

const cellsOf = (family: Family, goods: Readonly<Record<string, number>>): Cells => {
  const cells = createCells(family);
  for (const [key, good] of Object.entries(goods)) {
    const row = cells.row(key);
    cells.counts[row * COUNTS_PER_CELL] = good;
  }
  return cells;
};

describe('disagreements between releases', () => {
  it('names the zone, both releases and their numbers; a release without any NXDOMAIN is compared too', () => {
    const answered = cellsOf('zone_release', {
      'shop.example|v1+c1': 1_000,
      'shop.example|v2+c1': 200,
      'bank.example|v1+c1': 1_000,
      'bank.example|v2+c1': 1_000,
    });
    const nxdomains = cellsOf('nxdomain', {
      'shop.example|v2+c1': 150,
      'bank.example|v1+c1': 300,
      'bank.example|v2+c1': 320,
    });
    expect(disagreementsOf(answered, nxdomains)).toMatchObject([
      {
        zone: 'shop.example',
        suspect: { release: 'v2+c1', answered: 200, nxdomain: 150 },
        other: { release: 'v1+c1', answered: 1_000, nxdomain: 0 },
      },
    ]);
  });

  it('what is beyond a bound is nobody and compared with nobody', () => {
    const answered = cellsOf('zone_release', { other: 1_000, 'shop.example|v1+c1': 1_000 });
    expect(disagreementsOf(answered, cellsOf('nxdomain', { other: 900, 'shop.example|v1+c1': 1 }))).toEqual([]);
  });

  it('both families are read of the same minute, however long a read takes', async () => {
    let nowMs = Date.UTC(2026, 0, 5, 10);
    const asked: Record<string, Set<number>> = {};
    const read = async (from: number, to: number, family?: Family): Promise<[]> => {
      const slots = (asked[family ?? ''] ??= new Set());
      for (let slot = from; slot <= to; slot += 1) slots.add(slot);
      await Promise.resolve();
      nowMs += 5_000;
      return [];
    };
    expect((await createDisagreements({ read }, { nowMs: () => nowMs })()).total).toBe(0);
    expect(asked['zone_release']?.size).toBe(60);
    expect(asked['nxdomain']).toEqual(asked['zone_release']);
  });
});
