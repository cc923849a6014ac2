/** Ticks that are looked back at, 32 s: the 30 s in which silences and probes count, and two more. A power of two. */
const TICKS_KEPT = 128;

/**
 * Counts per tick of log time, of the last 32 s; an older tick is overwritten by the newer one in its place. The sum that was asked
 * last is moved on, not counted anew: whoever judges a fleet asks each of its nodes for the same span tick by tick.
 */
export class TickCounts {
  private readonly counts = new Float64Array(TICKS_KEPT);
  private readonly ticks = new Float64Array(TICKS_KEPT).fill(-1);
  /** The span that is summed, by its last tick; 0 ticks are none. */
  private sumEnd = 0;
  private sumTicks = 0;
  private summed = 0;

  add(tick: number, count: number): void {
    const at = tick % TICKS_KEPT;
    const held = this.ticks[at]!;
    if (held !== tick) {
      if (this.isSummed(held)) this.sumTicks = 0;
      this.ticks[at] = tick;
      this.counts[at] = 0;
    }
    this.counts[at]! += count;
    if (this.isSummed(tick)) this.summed += count;
  }

  at(tick: number): number {
    const at = tick % TICKS_KEPT;
    return this.ticks[at] === tick ? this.counts[at]! : 0;
  }

  /** The sum of so many ticks that end with one, at most of what is kept. */
  sum(endTick: number, ticks: number): number {
    const moved = endTick - this.sumEnd;
    if (ticks !== this.sumTicks || moved < 0 || moved >= ticks) return this.sumAnew(endTick, ticks);
    for (let tick = this.sumEnd + 1; tick <= endTick; tick += 1)
      this.summed += this.at(tick) - this.before(tick, ticks);
    this.sumEnd = endTick;
    return this.summed;
  }

  private sumAnew(endTick: number, ticks: number): number {
    let sum = 0;
    for (let tick = Math.max(0, endTick - Math.min(ticks, TICKS_KEPT) + 1); tick <= endTick; tick += 1)
      sum += this.at(tick);
    [this.sumEnd, this.sumTicks, this.summed] = [endTick, ticks <= TICKS_KEPT ? ticks : 0, sum];
    return sum;
  }

  /** What leaves the sum when a tick comes in. */
  private before(tick: number, ticks: number): number {
    return tick < ticks ? 0 : this.at(tick - ticks);
  }

  private isSummed(tick: number): boolean {
    return tick >= 0 && tick <= this.sumEnd && tick > this.sumEnd - this.sumTicks;
  }
}
