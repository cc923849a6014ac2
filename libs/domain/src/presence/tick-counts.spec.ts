import { TickCounts } from './tick-counts.js';

/** The same, counted anew each time. */
const plainSum = (added: ReadonlyMap<number, number>, endTick: number, ticks: number): number => {
  let sum = 0;
  for (let tick = endTick - ticks + 1; tick <= endTick; tick += 1) sum += added.get(tick) ?? 0;
  return sum;
};

describe('counts per tick', () => {
  it('moves a sum on as it would be counted anew, with gaps, stragglers, and spans in turn', () => {
    const counts = new TickCounts();
    const added = new Map<number, number>();
    const add = (tick: number, count: number): void => {
      counts.add(tick, count);
      added.set(tick, (added.get(tick) ?? 0) + count);
    };
    for (let tick = 1_000; tick < 1_600; tick += 1) {
      if (tick % 7 !== 0 && (tick < 1_200 || tick > 1_350)) add(tick, tick % 11);
      if (tick % 5 === 0) add(tick - 3, 2);
      for (const ticks of tick % 13 === 0 ? [40, 8, 40] : [40])
        expect([tick, ticks, counts.sum(tick, ticks)]).toEqual([tick, ticks, plainSum(added, tick, ticks)]);
    }
  });

  it('counts anew for a span that ends earlier, and after one that was not asked for a long time', () => {
    const counts = new TickCounts();
    for (let tick = 0; tick < 100; tick += 1) counts.add(tick, 1);
    expect([counts.sum(50, 40), counts.sum(30, 40), counts.sum(99, 128)]).toEqual([40, 31, 100]);
    for (let tick = 100; tick < 400; tick += 1) counts.add(tick, 2);
    expect([counts.sum(101, 40), counts.sum(399, 40), counts.sum(399, 128)]).toEqual([0, 80, 256]);
  });
});
