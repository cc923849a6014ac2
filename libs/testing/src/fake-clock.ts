interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until a test moves it. */
export class FakeClock {
  private readonly sleepers = new Set<Sleeper>();

  constructor(private ms = Date.UTC(2021, 6, 22, 11, 47)) {}

  /** Ms since the epoch. */
  readonly nowMs = (): number => this.ms;

  /** Resolves when the clock has been moved past the wait, or the signal is aborted. */
  readonly sleep = (waitMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((done) => {
      const sleeper: Sleeper = {
        atMs: this.ms + waitMs,
        wake: () => {
          this.sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          done();
        },
      };
      this.sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
      if (signal?.aborted === true || waitMs <= 0) sleeper.wake();
    });

  /** How many wait; a test waits for this before it moves the clock. */
  get sleeping(): number {
    return this.sleepers.size;
  }

  /** Moves the clock; who is due wakes in the order of the due times, each at its own time, also those who begin to wait meanwhile. */
  async advance(byMs: number): Promise<void> {
    const end = this.ms + byMs;
    for (;;) {
      // Lets what runs come to its next wait.
      await new Promise((done) => setImmediate(done));
      const next = this.nextDue(end);
      if (next === undefined) break;
      this.ms = Math.max(this.ms, next.atMs);
      next.wake();
    }
    this.ms = end;
  }

  private nextDue(endMs: number): Sleeper | undefined {
    return [...this.sleepers].filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}
