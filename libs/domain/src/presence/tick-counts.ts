/** Ticks that are looked back at, 32 s: the 30 s in which silences and probes count, and two more. A power of two. */
const TICKS_KEPT = 128;

/** Counts per tick of log time, of the last 32 s; an older tick is overwritten by the newer one in its place. */
export class TickCounts {
  private readonly counts = new Float64Array(TICKS_KEPT);
  private readonly ticks = new Float64Array(TICKS_KEPT).fill(-1);

  add(tick: number, count: number): void {
    const at = tick % TICKS_KEPT;
    if (this.ticks[at] !== tick) {
      this.ticks[at] = tick;
      this.counts[at] = 0;
    }
    this.counts[at]! += count;
  }

  at(tick: number): number {
    const at = tick % TICKS_KEPT;
    return this.ticks[at] === tick ? this.counts[at]! : 0;
  }

  /** The sum of so many ticks that end with one, at most of what is kept. */
  sum(endTick: number, ticks: number): number {
    const { counts, ticks: held } = this;
    let sum = 0;
    for (let tick = Math.max(0, endTick - Math.min(ticks, TICKS_KEPT) + 1); tick <= endTick; tick += 1) {
      const at = tick % TICKS_KEPT;
      if (held[at] === tick) sum += counts[at]!;
    }
    return sum;
  }
}
