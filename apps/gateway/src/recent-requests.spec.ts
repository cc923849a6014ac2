import { isRefusal, refuse } from '#contracts';
import { RecentRequests } from './recent-requests.js';

describe('recent requests', () => {
  it('are taken once, also while the first is on its way', async () => {
    const recent = new RecentRequests<number>();
    let taken = 0;
    const take = () => Promise.resolve((taken += 1));
    expect(await Promise.all([recent.once('a', take), recent.once('a', take)])).toEqual([1, 1]);
    expect(await recent.once('b', take)).toBe(2);
    expect(await recent.once('a', take)).toBe(1);
  });

  it('that were refused or failed may come again', async () => {
    const recent = new RecentRequests<number>();
    expect(isRefusal(await recent.once('a', () => Promise.resolve(refuse('LOG_UNAVAILABLE', 'later'))))).toBe(true);
    await expect(recent.once('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await recent.once('a', () => Promise.resolve(3))).toBe(3);
  });

  it('beyond 4,096 are forgotten, the oldest first', async () => {
    const recent = new RecentRequests<number>();
    for (let index = 0; index < 4_097; index += 1) await recent.once(`${index}`, () => Promise.resolve(index));
    const again = () => Promise.resolve(-1);
    expect([await recent.once('1', again), await recent.once('4096', again), await recent.once('0', again)]).toEqual([
      1, 4_096, -1,
    ]);
  });
});
