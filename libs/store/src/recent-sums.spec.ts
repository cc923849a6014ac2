import { FakeClock } from '#testing';
import { createRecentSums, lastCompleteSlot } from './recent-sums.js';

const sumsOf = (keptSlots: number, fails = (): boolean => false) => {
  const clock = new FakeClock(100_000);
  const reads: number[] = [];
  const read = async (_from: number, to: number) => {
    reads.push(to);
    await clock.sleep(1_000);
    if (fails()) throw new Error('away');
    return [];
  };
  return { clock, reads, recent: createRecentSums({ read }, clock, { windowMs: 60_000, keptSlots }) };
};

describe('recent sums', () => {
  it('end with a slot that had time to be flushed', () => {
    expect(lastCompleteSlot(100_000)).toBe(96);
    expect(lastCompleteSlot(100_999)).toBe(96);
  });
  it('are read once for all who ask while the read runs, and for as long as they are kept', async () => {
    const { clock, reads, recent } = sumsOf(5);
    const first = [recent('region'), recent('region')];
    await clock.advance(1_000);
    expect(await Promise.all([...first, recent('region')])).toMatchObject([{ slot: 96 }, { slot: 96 }, { slot: 96 }]);
    await clock.advance(3_000);
    expect((await recent('region')).slot).toBe(96);
    expect(reads).toEqual([96]);
    await clock.advance(1_000);
    const next = recent('region');
    await clock.advance(1_000);
    expect((await next).slot).toBe(101);
    expect(reads).toEqual([96, 101]);
  });
  it('are read again after a read that failed', async () => {
    let failures = 1;
    const { clock, recent } = sumsOf(5, () => failures-- > 0);
    const failed = recent('fleet').catch((error: Error) => error.message);
    await clock.advance(1_000);
    expect(await failed).toBe('away');
    const again = recent('fleet');
    await clock.advance(1_000);
    expect((await again).slot).toBe(97);
  });
});
