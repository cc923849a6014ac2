import { deltasOf, lastWeekOf, minuteBefore } from './last-week.js';

const now = { success: 23, p99: 'timeout' as const, customers: 1_204, dollarsPerMinute: 4_200_000 };

describe('the same minute of last week', () => {
  it('is the whole one before, seven days earlier', () => {
    expect(minuteBefore(Date.UTC(2021, 6, 22, 11, 47, 31))).toEqual({
      from: '2021-07-15T11:46:00.000Z',
      to: '2021-07-15T11:47:00.000Z',
    });
  });

  it('is compared with, figure by figure', () => {
    const before = lastWeekOf({
      windows: { windows: [{ success: 99.95, p99: 12_300, good: 1_999, bad: 1 }] },
      affectedCustomers: { affectedCustomers: 4, dollarsPerMinute: 4_200_000 },
    });
    expect(deltasOf(now, before)).toEqual({
      success: '−76.95 points against last week',
      p99: '12.3 ms last week',
      customers: '+1,200 against last week',
      dollarsPerMinute: 'as last week',
    });
    expect(deltasOf({ ...now, p99: 20_300 }, before).p99).toBe('+8.0 ms against last week');
  });

  it('without a query is no data, and no 0 either', () => {
    const before = lastWeekOf({
      windows: { windows: [{ success: null, p99: null, good: 0, bad: 0 }] },
      affectedCustomers: { affectedCustomers: 0, dollarsPerMinute: 0 },
    });
    expect(before).toEqual(lastWeekOf({ windows: { windows: [] }, affectedCustomers: null }));
    expect(new Set(Object.values(deltasOf(now, before)))).toEqual(new Set(['no data of last week']));
  });
});
