import { TICK_MS } from '#contracts';

/** Ticks that are kept: five minutes, the longest window, and one more minute, as late as a window may end. */
const TICKS_KEPT = 360_000 / TICK_MS;

/** Tickets that were told within a window. */
export interface ToldTickets {
  readonly tickets: number;
  /** How often somebody told a number; zero is one too. */
  readonly tellings: number;
}

/** Support tickets as `telemetry.signals` told them, by tick of log time: six minutes, which a restart reads again. */
export class TicketCounts {
  private readonly tickets = new Float64Array(TICKS_KEPT);
  private readonly tellings = new Float64Array(TICKS_KEPT);
  private readonly ticks = new Float64Array(TICKS_KEPT).fill(-1);

  add(tick: number, count: number): void {
    const at = tick % TICKS_KEPT;
    if (this.ticks[at]! > tick) return;
    if (this.ticks[at] !== tick) {
      this.ticks[at] = tick;
      this.tickets[at] = 0;
      this.tellings[at] = 0;
    }
    this.tickets[at]! += count;
    this.tellings[at]! += 1;
  }

  /** What was told in so many ticks that end with one. */
  sum(endTick: number, ticks: number): ToldTickets {
    let [tickets, tellings] = [0, 0];
    for (let tick = Math.max(0, endTick - Math.min(ticks, TICKS_KEPT) + 1); tick <= endTick; tick += 1) {
      const at = tick % TICKS_KEPT;
      if (this.ticks[at] !== tick) continue;
      tickets += this.tickets[at]!;
      tellings += this.tellings[at]!;
    }
    return { tickets, tellings };
  }
}
