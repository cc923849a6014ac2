import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

interface Step {
  readonly name: string;
  readonly close: () => Promise<unknown>;
}

/** One step may take this long; then the next begins, and what hangs dies with the process. Consumers finish a batch in well under it. */
const STEP_MS_MAX = 8_000;

/** How a process ends: what was opened last is closed first, each step named and bounded in time. */
export class ClosingOrder {
  private readonly steps: Step[] = [];
  private closing: Promise<void> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Adds the closing of what was just opened. */
  add(name: string, close: () => Promise<unknown>): void {
    this.steps.push({ name, close });
  }

  /** Closes everything, once. */
  run(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    for (const { name, close } of this.steps.splice(0).toReversed()) {
      const late = new AbortController();
      const closed = close()
        .catch((error: Error) => this.logger.warn({ err: error }, `closing ${name} failed`))
        .finally(() => late.abort());
      const bound = this.clock.sleep(STEP_MS_MAX, late.signal).then(() => {
        if (!late.signal.aborted) this.logger.warn(`closing ${name} takes more than ${STEP_MS_MAX} ms; going on`);
      });
      await Promise.race([closed, bound]);
    }
  }
}
