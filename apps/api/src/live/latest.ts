import type { Clock } from '#runtime';

/** How often a state is told: what a person's eye follows, and as often as there is a new second. */
export const TOLD_EVERY_MS = 1_000;

/**
 * A state that is read once a second for all who look at it. Nothing is queued: who is slow gets the newest when he is there again.
 */
export class Latest<T> {
  private reading: Promise<T> | undefined;
  private readAtMs = -Infinity;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly clock: Clock,
  ) {}

  /** The state, now and then once a second, until `gone` is aborted. While it cannot be read nothing is told, and who looks sees it grow old. */
  async *follow(gone: AbortSignal): AsyncGenerator<readonly T[], void, void> {
    while (!gone.aborted) {
      const newest = await this.newest().catch(() => undefined);
      if (newest !== undefined) yield [newest];
      await this.clock.sleep(TOLD_EVERY_MS, gone);
    }
  }

  private newest(): Promise<T> {
    const nowMs = this.clock.nowMs();
    if (this.reading === undefined || nowMs >= this.readAtMs + TOLD_EVERY_MS) {
      this.readAtMs = nowMs;
      this.reading = this.read();
      // Whoever asks next reads again, rather than hear of the same failure for a second.
      this.reading.catch(() => (this.readAtMs = -Infinity));
    }
    return this.reading;
  }
}
