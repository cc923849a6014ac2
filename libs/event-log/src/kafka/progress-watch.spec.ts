import { isStuck, longHandlerOf, type Progress, ProgressWatch, suspectOf } from './progress-watch.js';

const reader = (partition: number, other: Partial<Progress> = {}): Progress => ({
  partition: { topic: 'telemetry.outcomes', partition },
  nextOffset: 10,
  progressAtMs: 0,
  isBusy: false,
  isPaused: false,
  ...other,
});

describe('suspectOf', () => {
  it('is the partition that is silent for longest', () => {
    const all = [reader(0, { progressAtMs: 900 }), reader(1, { progressAtMs: 100 }), reader(2, { progressAtMs: 500 })];
    expect(suspectOf(all, 60_000)?.partition.partition).toBe(1);
  });

  it.each([
    ['whose handler runs', { isBusy: true }],
    ['that is paused', { isPaused: true }],
    ['that was read just now', { progressAtMs: 59_000 }],
  ])('is none %s', (_what, other) => {
    expect(suspectOf([reader(0, other)], 60_000)).toBeUndefined();
  });
});

describe('isStuck', () => {
  it.each([
    [0, 0, 30_000, false],
    [0, 0, 30_001, true],
    [0, 5_000, 35_000, false],
    [5_000, 0, 35_000, false],
    [0, 5_000, 35_001, true],
  ])('progress at %i, lagging since %i, at %i: %s', (progressAtMs, laggingSinceMs, nowMs, stuck) => {
    expect(isStuck(progressAtMs, laggingSinceMs, nowMs)).toBe(stuck);
  });
});

describe('longHandlerOf', () => {
  it('is a handler of more than five minutes', () => {
    expect(longHandlerOf([reader(3, { isBusy: true })], 300_001)?.partition.partition).toBe(3);
    expect(longHandlerOf([reader(3, { isBusy: true })], 300_000)).toBeUndefined();
    expect(longHandlerOf([reader(3)], 300_001)).toBeUndefined();
  });
});

/** A watch over one partition that looks once a second; the log's end is 20, or what `ends` says. */
const watching = (partition: Progress = reader(0)) => {
  let nowMs = 0;
  const state = { high: 20 as number | undefined, partition };
  const stuck: string[] = [];
  const errors: string[] = [];
  const watch = new ProgressWatch({
    ends: async () => {
      if (state.high === undefined) throw new Error('the log is away');
      return { high: state.high };
    },
    monotonicMs: () => nowMs,
    onStuck: (error) => stuck.push(error.message),
    onError: (what, error) => errors.push(`${what}: ${error.message}`),
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      nowMs += 1_000;
      await watch.look([state.partition]);
    }
  };
  return { state, stuck, errors, pass };
};

describe('ProgressWatch', () => {
  it('RR10: tells once of a partition that lags and is not read while the log answers', async () => {
    const { stuck, pass } = watching();
    await pass(36);
    expect(stuck).toEqual([]);
    await pass(60);
    expect(stuck).toEqual(['no progress of telemetry.outcomes/0 for 30000 ms, 10 records behind']);
  });

  it('RR10: takes a log that is away for no lack of progress, and begins to count at its return', async () => {
    const { state, stuck, pass } = watching();
    await pass(30);
    state.high = undefined;
    await pass(600);
    state.high = 20;
    await pass(31);
    expect(stuck).toEqual([]);
    await pass(1);
    expect(stuck).toHaveLength(1);
  });

  it.each([
    ['does not lag', reader(0, { nextOffset: 20 })],
    ['is paused', reader(0, { isPaused: true })],
    ['has a handler that waits', reader(0, { isBusy: true })],
  ])('RR10: lets a partition be that %s', async (_what, partition) => {
    const { stuck, pass } = watching(partition);
    await pass(3_600);
    expect(stuck).toEqual([]);
  });

  it('counts anew after progress', async () => {
    const { state, stuck, pass } = watching();
    await pass(30);
    state.partition = reader(0, { progressAtMs: 30_000 });
    await pass(31);
    expect(stuck).toEqual([]);
  });

  it('names a handler that runs for ever, every five minutes', async () => {
    const { errors, pass } = watching(reader(0, { isBusy: true }));
    await pass(700);
    expect(errors).toEqual([
      'handle telemetry.outcomes/0: its handler runs for 301 s',
      'handle telemetry.outcomes/0: its handler runs for 601 s',
    ]);
  });
});
