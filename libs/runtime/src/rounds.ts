import type { Logger } from './logger.js';

/**
 * Runs one reconciler, never twice at once.
 * - IDLE: a tick or a signal begins a run.
 * - RUNNING: a tick is let go (the run sees what it came for, or the next tick does); a signal asks for one more run after this one.
 * - STOPPED: nothing begins any more.
 * A failed run is told once per reason, and not repeated by itself: the next tick does.
 */
export class Rounds {
  private running: Promise<void> | undefined;
  private isSignalled = false;
  private isStopped = false;
  private failedBecause: string | undefined;

  constructor(
    readonly name: string,
    private readonly reconcile: () => Promise<void>,
    private readonly logger: Logger,
  ) {}

  /** Why the last run failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.failedBecause;
  }

  /** Runs, unless a run is under way. */
  tick(): void {
    if (this.running === undefined) this.signal();
  }

  /** Runs now, or once more after the run that is under way. */
  signal(): void {
    if (this.isStopped) return;
    this.isSignalled = true;
    this.running ??= this.runAll();
  }

  /** Resolves when a run that began after this call has ended. */
  async run(): Promise<void> {
    this.signal();
    await this.running;
  }

  /** Whether a run is under way. */
  get isRunning(): boolean {
    return this.running !== undefined;
  }

  /** Resolves when no run is under way; begins none. */
  async ended(): Promise<void> {
    await this.running;
  }

  /** Begins no run any more; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async runAll(): Promise<void> {
    while (this.isSignalled && !this.isStopped) {
      this.isSignalled = false;
      await this.reconcile().then(
        () => this.told(undefined),
        (error: Error) => this.told(error),
      );
    }
    // In the same breath as the look at the signal: one that comes later begins a run of its own.
    this.running = undefined;
  }

  private told(error: Error | undefined): void {
    const because = error?.message;
    if (error !== undefined && because !== this.failedBecause)
      this.logger.error({ err: error }, `${this.name}: a run failed; the next one tries again`);
    if (error === undefined && this.failedBecause !== undefined) this.logger.info(`${this.name}: runs again`);
    this.failedBecause = because;
  }
}
