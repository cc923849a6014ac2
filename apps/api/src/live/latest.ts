import type { Clock } from '#runtime';

/** How often a state is told: what a person's eye follows, and as often as there is a new second. */
const TOLD_EVERY_MS = 1_000;
/** After a second has begun, since a timer may fire a millisecond before its time, and would then tell the second before again. */
const MARGIN_MS = 5;

const secondOf = (atMs: number): number => Math.floor(atMs / TOLD_EVERY_MS);

/**
 * A state that is read once a second for all who look at it, as soon as the second has begun: a window closes with a second, so whoever
 * looked at a moment of his own would see it up to a second later. Nothing is queued: who is slow gets the newest when he is there again.
 */
export class Latest<T> {
  private reading: Promise<T> | undefined;
  private readInSecond = -Infinity;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly clock: Clock,
  ) {}

  /** The state, now and then once a second, until `gone` is aborted. While it cannot be read nothing is told, and who looks sees it grow old. */
  async *follow(gone: AbortSignal): AsyncGenerator<readonly T[], void, void> {
    while (!gone.aborted) {
      const newest = await this.newest().catch(() => undefined);
      if (newest !== undefined) yield [newest];
      await this.clock.sleep(TOLD_EVERY_MS - (this.clock.nowMs() % TOLD_EVERY_MS) + MARGIN_MS, gone);
    }
  }

  private newest(): Promise<T> {
    const second = secondOf(this.clock.nowMs());
    if (this.reading === undefined || second > this.readInSecond) {
      this.readInSecond = second;
      this.reading = this.read();
      // Whoever asks next reads again, rather than hear of the same failure for a second.
      this.reading.catch(() => (this.readInSecond = -Infinity));
    }
    return this.reading;
  }
}
