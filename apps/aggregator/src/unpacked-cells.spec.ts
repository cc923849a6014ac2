import { UnpackedCells } from './unpacked-cells.js';

const T0_US = 1_626_954_420_000_000;

/** So many seconds of a fleet: a batch of 1,000 outcomes per node and second, in two slots; `skewed` nodes have a clock of their own. */
const afterFleet = ({ seconds, nodes, skewed }: { seconds: number; nodes: number; skewed: number }): UnpackedCells => {
  const cells = new UnpackedCells();
  for (let second = 0; second < seconds; second += 1)
    for (let node = 0; node < nodes; node += 1) {
      const clockS = node < skewed ? -60 * (node + 1) : 0;
      const t0Us = T0_US + (second + clockS) * 1_000_000 + Math.floor((node * 1_000_000) / nodes);
      cells.see({ t0Us, n: 1_000 }, t0Us + 999_999);
    }
  return cells;
};

describe('cells that are not packed', () => {
  it('of a live fleet are few, however much it sends, while a flush waits for five seconds', () => {
    expect(afterFleet({ seconds: 5, nodes: 1_000, skewed: 0 }).isFull).toBe(false);
  });

  it('are not many because some nodes have wrong clocks', () => {
    expect(afterFleet({ seconds: 1, nodes: 1_000, skewed: 50 }).isFull).toBe(false);
  });

  it('are to be packed when as many outcomes are spread over hours, and counted anew then', () => {
    const cells = new UnpackedCells();
    const spool = { t0Us: T0_US, n: 50_000 };
    cells.see(spool, T0_US + 3_600_000_000);
    expect(cells.isFull).toBe(false);
    cells.see(spool, T0_US + 3_600_000_000);
    expect(cells.isFull).toBe(true);
    cells.reset();
    expect(cells.isFull).toBe(false);
  });

  it('are none of a batch of which nothing was folded', () => {
    const cells = new UnpackedCells();
    cells.see({ t0Us: T0_US, n: 10_000_000 }, undefined);
    expect(cells.isFull).toBe(false);
  });
});
