import { TickCounts } from './tick-counts.js';

/** Slots of which the last told state is kept: those that are open, 60 s, and what clocks that run ahead add. A power of two. */
const SLOTS_KEPT = 64;

/**
 * What newly arrived of one node, by the tick that told it. Slots are told as absolute state, so a tick brings what a slot has more
 * than when it was told last; a slot told again by a replaced aggregator brings nothing.
 */
export class Arrivals {
  readonly good = new TickCounts();
  readonly all = new TickCounts();
  private readonly slots = new Float64Array(SLOTS_KEPT).fill(-1);
  private readonly toldGood = new Float64Array(SLOTS_KEPT);
  private readonly toldAll = new Float64Array(SLOTS_KEPT);

  /** Takes the state of a slot; answers how many outcomes are new. */
  take(tick: number, slot: number, good: number, bad: number): number {
    const at = slot % SLOTS_KEPT;
    const held = this.slots[at]!;
    // A slot that was given up for a newer one was counted; whatever is late there is not taken for news of now.
    if (held > slot) return 0;
    if (held !== slot) {
      this.slots[at] = slot;
      this.toldGood[at] = 0;
      this.toldAll[at] = 0;
    }
    const fresh = Math.max(0, good + bad - this.toldAll[at]!);
    if (fresh === 0) return 0;
    this.all.add(tick, fresh);
    this.good.add(tick, Math.max(0, good - this.toldGood[at]!));
    this.toldGood[at] = good;
    this.toldAll[at] = good + bad;
    return fresh;
  }
}
