import { createRandom } from './fleet-history.fixture.js';

/** A process: when it dies, whatever it waits for never comes. */
export interface Life {
  isDead: boolean;
}

interface Turn {
  readonly life: Life;
  readonly dueMs: number;
  readonly go: () => void;
}

/** Longest a step takes, ms: some hundred steps make the seconds in which flushes and ticks come. */
const STEP_MS_MAX = 40;

/** Decides, from a seed, which of all waiting operations comes next, and what time it is. Nothing happens by itself. */
export class Scheduler {
  nowMs = Date.UTC(2026, 0, 5, 10);
  private turns: Turn[] = [];
  private readonly next: () => number;

  constructor(seed: number) {
    this.next = createRandom(seed);
    // Neighbouring seeds begin alike with a generator this simple.
    for (let i = 0; i < 8; i += 1) this.next();
  }

  /** True once in so many times. */
  chance = (probability: number): boolean => this.next() < probability;

  /** A whole number below the limit. */
  below = (limit: number): number => Math.floor(this.next() * limit);

  pick = <T>(items: readonly T[]): T => items[this.below(items.length)]!;

  /** Resolves when it is picked, not before a time; never once its process is dead. */
  turn = (life: Life, waitMs = 0): Promise<void> =>
    new Promise((go) => this.turns.push({ life, dueMs: this.nowMs + waitMs, go }));

  /** Lets one waiting operation go on, and everything that follows from it at once; time passes. */
  async step(): Promise<void> {
    this.nowMs += this.below(STEP_MS_MAX);
    this.turns = this.turns.filter(({ life }) => !life.isDead);
    let due = this.turns.filter(({ dueMs }) => dueMs <= this.nowMs);
    if (due.length === 0 && this.turns.length > 0) {
      this.nowMs = Math.min(...this.turns.map(({ dueMs }) => dueMs));
      due = this.turns.filter(({ dueMs }) => dueMs <= this.nowMs);
    }
    if (due.length > 0) {
      const turn = this.pick(due);
      this.turns.splice(this.turns.indexOf(turn), 1);
      turn.go();
    }
    await new Promise((done) => setImmediate(done));
  }
}
