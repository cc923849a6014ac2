import { TestCells } from './test-cells.js';

describe('cells of tests', () => {
  it('finds a cell by the number of its key, and another one when the number belongs to another key', () => {
    const cells = new TestCells();
    const [bank, shop, node] = [
      cells.add('customer', 'bank', 1),
      cells.add('customer', 'shop', 1),
      cells.add('node', 'bank', 1),
    ];
    expect([0, 0, 5_000].map((number) => cells.findNumbered('customer', 'bank', number))).toEqual([bank, bank, bank]);
    expect(cells.findNumbered('customer', 'shop', 0)).toBe(shop);
    expect(cells.findNumbered('node', 'bank', 0)).toBe(node);
  });

  it('finds no cell that was forgotten, nor the one that took its place', () => {
    const cells = new TestCells();
    const bank = cells.add('customer', 'bank', 1);
    expect(cells.findNumbered('customer', 'bank', 0)).toBe(bank);
    cells.forgetBefore(2);
    expect(cells.findNumbered('customer', 'bank', 0)).toBe(-1);
    expect(cells.add('customer', 'shop', 3)).toBe(bank);
    expect(cells.findNumbered('customer', 'bank', 0)).toBe(-1);
    const again = cells.add('customer', 'bank', 3);
    expect(cells.findNumbered('customer', 'bank', 0)).toBe(again);
  });
});
