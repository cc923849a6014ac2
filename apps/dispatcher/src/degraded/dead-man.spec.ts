import type { Logger } from '#runtime';
import { FakeClock } from '#testing';
import { DeadMan, type DeadManParts, PROGRESS_EVERY_MS } from './dead-man.js';

const S = 1_000;
const quiet = Object.fromEntries(['info', 'warn'].map((level) => [level, () => undefined])) as unknown as Logger;

/** A switch whose rules go on by one tick a second, unless they stand. */
class Held {
  readonly clock = new FakeClock();
  private readonly startMs = this.clock.nowMs();
  /** Seconds after the start at which the outside heard of us. */
  readonly beats: number[] = [];
  standsAt: number | undefined;
  isAnswered = true;

  readonly switch: DeadMan;

  constructor(parts: Partial<DeadManParts> = {}) {
    this.switch = new DeadMan({
      url: new URL('https://outside.example/ping'),
      clock: this.clock,
      logger: quiet,
      tickMovedAtMs: this.clock.nowMs,
      decidedTick: async () => this.standsAt ?? this.clock.nowMs() / S,
      deliveriesFailed: () => undefined,
      overdueEscalations: async () => 0,
      isSpoolWritable: async () => true,
      tell: async () => {
        if (!this.isAnswered) throw new Error('nobody answers');
        this.beats.push((this.clock.nowMs() - this.startMs) / S);
      },
      ...parts,
    });
  }

  /** Goes on by so many seconds, as the dispatcher ticks it. */
  async go(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      if ((this.clock.nowMs() - this.startMs) % PROGRESS_EVERY_MS === 0) await this.switch.lookAtProgress();
      await this.switch.beat();
      await this.clock.advance(S);
    }
  }
}

describe('the dead-man switch of a dispatcher', () => {
  it('B17: says every 30 s that all is well, first when the rules were seen to go on', async () => {
    const held = new Held();
    await held.go(66);
    expect(held.beats).toEqual([5, 35, 65]);
  });

  it('S9: tells with it how far the events went, once that was kept', async () => {
    const told: unknown[] = [];
    const kept = { position: 7, digest: 'a'.repeat(64) };
    let keptHead: typeof kept | undefined;
    const held = new Held({ tell: async (_url, _boundMs, head) => void told.push(head), keptHead: () => keptHead });
    await held.go(10);
    keptHead = kept;
    await held.go(30);
    expect(told).toEqual([undefined, kept]);
  });

  it('B17: says nothing of rules that stand, however often it is started', async () => {
    for (let start = 0; start < 3; start += 1) {
      const held = new Held();
      held.standsAt = 4_711;
      await held.go(60);
      expect(held.beats).toEqual([]);
    }
  });

  it('B17: tries again after 5 s what the outside did not hear, and what was not well', async () => {
    const held = new Held();
    held.isAnswered = false;
    await held.go(10);
    held.isAnswered = true;
    await held.go(1);
    expect(held.beats).toEqual([10]);
    const failed: { because: string | undefined } = { because: 'a claim failed' };
    const ill = new Held({ deliveriesFailed: () => failed.because });
    await ill.go(21);
    failed.because = undefined;
    await ill.go(10);
    expect(ill.beats).toEqual([25]);
  });

  it('B17: says nothing while it cannot be read how far the rules are, and asks no second time meanwhile', async () => {
    let asked = 0;
    const held = new Held({
      decidedTick: () => {
        asked += 1;
        return new Promise<number>(() => undefined);
      },
    });
    void held.switch.lookAtProgress();
    await held.switch.lookAtProgress();
    await held.switch.beat();
    expect(asked).toBe(1);
    expect(held.beats).toEqual([]);
  });
});
