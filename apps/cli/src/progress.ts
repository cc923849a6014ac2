import { formatCount, formatDuration } from './figures.js';

/** Where progress is shown. */
export interface ProgressScreen {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

/** A line is drawn at most so often: a terminal takes no more. */
const EVERY_MS = 200;
const WIDTH = 24;

/** How far long work is, its rate and when it will be done, on one line of a terminal; elsewhere nothing, so that no log fills with it. */
export class Progress {
  private readonly startedMs: number;
  private drawnMs = -Infinity;

  constructor(
    private readonly screen: ProgressScreen,
    /** What is counted: `outcomes`. */
    private readonly unit: string,
    private readonly nowMs: () => number,
  ) {
    this.startedMs = nowMs();
  }

  /** So much is done, of how much (undefined: nobody knows), and so many things were counted by it. */
  readonly at = (done: number, of: number | undefined, counted = done): void => {
    if (this.screen.isTTY !== true) return;
    const nowMs = this.nowMs();
    if (nowMs - this.drawnMs < EVERY_MS) return;
    this.drawnMs = nowMs;
    this.screen.write(`\r\u001b[K${this.textOf(done, of, counted, Math.max(nowMs - this.startedMs, 1))}`);
  };

  private textOf(done: number, of: number | undefined, counted: number, takenMs: number): string {
    const rate = `${formatCount(Math.round((counted * 1_000) / takenMs))} ${this.unit}/s`;
    if (of === undefined || of === 0 || done === 0) return `${formatCount(counted)} ${this.unit}  ${rate}`;
    const part = Math.min(done / of, 1);
    const bar = '#'.repeat(Math.round(part * WIDTH)).padEnd(WIDTH, '.');
    return `[${bar}] ${Math.floor(100 * part)} %  ${rate}  ${formatDuration((takenMs * (1 - part)) / part)} left`;
  }

  /** Takes the line away. */
  end(): void {
    if (this.screen.isTTY === true) this.screen.write('\r\u001b[K');
  }
}
