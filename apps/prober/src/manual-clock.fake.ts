import type { Clock } from './clock.js';

/** A clock that a test moves; what was to be called by then is called, in order. */
export class ManualClock implements Clock {
  private waiting: { atUs: number; call: () => void }[] = [];

  /** What the clock of the machine was set by. */
  private setUs = 0;

  constructor(private us = 1_800_000_000_000_000) {}

  readonly nowUs = (): number => this.us + this.setUs;
  readonly elapsedUs = (): number => this.us;

  readonly after = (waitMs: number, call: () => void): (() => void) => {
    const entry = { atUs: this.us + waitMs * 1_000, call };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((each) => each !== entry);
    };
  };

  /** Sets the clock of the machine; no time passes. */
  set(byMs: number): void {
    this.setUs += byMs * 1_000;
  }

  advance(ms: number): void {
    const endUs = this.us + ms * 1_000;
    for (;;) {
      const [next] = this.waiting.filter(({ atUs }) => atUs <= endUs).toSorted((a, b) => a.atUs - b.atUs);
      if (next === undefined) break;
      this.waiting = this.waiting.filter((each) => each !== next);
      this.us = Math.max(this.us, next.atUs);
      next.call();
    }
    this.us = endUs;
  }
}
