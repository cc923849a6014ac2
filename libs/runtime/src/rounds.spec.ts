import type { Logger } from './logger.js';
import { Rounds } from './rounds.js';

const silent = { debug() {}, info() {}, warn() {}, error() {}, fatal() {} } as unknown as Logger;

/** A reconciler whose runs end when the test says so. */
const stepwise = () => {
  const ends: ((error?: Error) => void)[] = [];
  let most = 0;
  let underWay = 0;
  const rounds = new Rounds(
    'r',
    async () => {
      most = Math.max(most, ++underWay);
      await new Promise<void>((done, fail) => ends.push((error) => (error === undefined ? done() : fail(error))));
      underWay--;
    },
    silent,
  );
  return { rounds, ends, most: () => most };
};
const breathe = () => new Promise((done) => setImmediate(done));

describe('Rounds', () => {
  it('never runs twice at once: ticks are let go, any number of signals asks for one more run', async () => {
    const { rounds, ends, most } = stepwise();
    rounds.tick();
    rounds.tick();
    rounds.signal();
    rounds.signal();
    await breathe();
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await breathe();
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await breathe();
    expect([ends.length, most()]).toEqual([2, 1]);
    rounds.tick();
    expect(ends).toHaveLength(3);
    ends[2]?.();
  });

  it('keeps the reason of a failed run until one succeeds', async () => {
    const { rounds, ends } = stepwise();
    rounds.tick();
    ends[0]?.(new Error('away'));
    await breathe();
    expect(rounds.failure).toBe('away');
    rounds.tick();
    ends[1]?.();
    await breathe();
    expect(rounds.failure).toBeUndefined();
  });

  it('begins nothing once it was stopped, and waits for the run under way', async () => {
    const { rounds, ends } = stepwise();
    rounds.tick();
    rounds.signal();
    let isStopped = false;
    const stopped = rounds.stop().then(() => (isStopped = true));
    await breathe();
    expect(isStopped).toBe(false);
    ends[0]?.();
    await stopped;
    rounds.tick();
    expect(ends).toHaveLength(1);
  });
});
