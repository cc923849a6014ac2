const SLOT_US = 1_000_000;
/**
 * Cells of one slot beyond which outcomes are taken to fall into cells that are there: the customers of a large fleet. A live slot
 * has no more, however many outcomes come; with 768 bytes of histogram and a handful of counts each they are some 10 MB.
 */
const SLOT_CELLS = 10_000;
/**
 * Cells at which they are packed, in the middle of a tick if need be: some 100 MB, or ten live slots. A live fleet touches three slots
 * between two flushes, and six while a flush waits as long as it may, so none of its slots is written in pieces. What a spool brings is
 * spread over hours, and each outcome of it may be a cell, 50 times its bytes on the wire.
 */
const CELLS_MAX = 10 * SLOT_CELLS;

/**
 * How many cells the fold holds that are not packed yet, from above: memory grows with them and not with outcomes. A packed cell has a
 * thirtieth of the bytes.
 */
export class UnpackedCells {
  private readonly outcomesOf = new Map<number, number>();
  private cells = 0;

  /** Whether they are to be packed now. */
  get isFull(): boolean {
    return this.cells >= CELLS_MAX;
  }

  /** A batch was folded, up to its newest event time, µs. Its outcomes are taken to be spread evenly over its slots. */
  see({ t0Us, n }: { readonly t0Us: number; readonly n: number }, watermarkUs: number | undefined): void {
    if (watermarkUs === undefined) return;
    const first = Math.floor(t0Us / SLOT_US);
    const last = Math.floor(watermarkUs / SLOT_US);
    const share = Math.ceil(n / (last - first + 1));
    for (let slot = first; slot <= last; slot += 1) {
      const before = this.outcomesOf.get(slot) ?? 0;
      if (before >= SLOT_CELLS) continue;
      const after = Math.min(before + share, SLOT_CELLS);
      this.outcomesOf.set(slot, after);
      this.cells += after - before;
    }
  }

  /** They were packed. */
  reset(): void {
    this.outcomesOf.clear();
    this.cells = 0;
  }
}
