// A broker takes a record's time before readers can see the record, and a follower's confirmation comes later still: what is
// newer than this may yet appear below the end that a reader sees. Also what the clocks of several brokers may differ.
const CLOCK_MARGIN_MS = 100;
// Two clocks of crystals drift by 0.1 ms a second at most; an older reading says too little.
const DRIFT_PER_MS = 1e-4;
const READING_AGE_MAX_MS = 60_000;

/**
 * The log's clock as far as a client can know it. Kafka has no request for its time, but each answer to an append names the time
 * the broker gave it: the broker's clock is at least that, plus what has passed here since the answer came.
 */
export class LogClock {
  private appendedAtMs = 0;
  private heardAtMs = -Infinity;

  /** `monotonicMs`: milliseconds of a clock that never goes back. */
  constructor(private readonly monotonicMs: () => number) {}

  /** An append was answered just now. */
  hear(appendedAtMs: number): void {
    if (appendedAtMs < 0) return;
    this.appendedAtMs = appendedAtMs;
    this.heardAtMs = this.monotonicMs();
  }

  /** Milliseconds since an append was answered; infinite before the first. */
  ageMs(): number {
    return this.monotonicMs() - this.heardAtMs;
  }

  /**
   * Whole ms: every record with an earlier append time is visible to a fetch that starts now. Undefined when nothing was heard
   * for too long.
   */
  settledMs(): number | undefined {
    const ageMs = this.ageMs();
    if (ageMs > READING_AGE_MAX_MS) return undefined;
    return Math.floor(this.appendedAtMs + ageMs * (1 - DRIFT_PER_MS) - CLOCK_MARGIN_MS);
  }
}
