import type { Clock } from './clock.js';

interface Waiting {
  readonly atMs: number;
  readonly call: () => void;
}

/** Lets everything happen that waits for nothing but its turn. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
};

/** A clock that a test moves. */
export class FakeClock implements Clock {
  #nowMs = Date.UTC(2021, 6, 22, 11, 50);
  readonly #waiting = new Set<Waiting>();

  readonly now = (): number => this.#nowMs;
  /** The longest of every wait. */
  readonly chance = (): number => 1;
  readonly after = (ms: number, call: () => void): (() => void) => {
    const waiting = { atMs: this.#nowMs + ms, call };
    this.#waiting.add(waiting);
    return () => void this.#waiting.delete(waiting);
  };

  /** Moves on, and does what is due on the way, the earliest first. */
  async advance(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#waiting].filter(({ atMs }) => atMs <= until).toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#waiting.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.call();
      await settle();
    }
    this.#nowMs = until;
    await settle();
  }
}
