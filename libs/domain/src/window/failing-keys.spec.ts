import fc from 'fast-check';
import type { Topic } from '#contracts';
import { createCells } from './cell-table.js';
import { createSlidingWindows } from './sliding-windows.js';
import type { FailingPlace } from './window-sum.js';

const TOPIC: Topic = 'telemetry.outcomes';
/** In no order: the numbers that windows give to keys follow the order in which these come. */
const KEYS = Array.from({ length: 400 }, (_unused, index) => `c${(index * 37) % 400}`);

const cell = fc.record({
  key: fc.constantFrom(...KEYS.slice(0, 60)),
  good: fc.nat({ max: 20 }),
  bad: fc.nat({ max: 6 }),
});
const step = fc.record({
  // A jump empties the windows, so that keys are forgotten and their numbers given again.
  moveOn: fc.oneof({ weight: 9, arbitrary: fc.nat({ max: 2 }) }, { weight: 1, arbitrary: fc.nat({ max: 130 }) }),
  cells: fc.array(cell, { maxLength: 40 }),
  badMin: fc.nat({ max: 4 }),
  ratioAbove: fc.constantFrom(undefined, 0, 0.1, 0.5),
  windowMs: fc.constantFrom(3_000, 7_000, 5_000),
  back: fc.nat({ max: 2 }),
  among: fc.constantFrom(undefined, 3, 16, 17, 30, 200),
});

describe('the keys that fail', () => {
  it('are those of the sums, in the order of the list, however many are asked for', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const windows = createSlidingWindows({ windowsMs: [3_000, 7_000], slotsKept: 12, families: ['customer'] });
        let [slot, told] = [100, 0];
        for (const { moveOn, cells, badMin, ratioAbove, windowMs, back, among: count } of steps) {
          slot += moveOn;
          told += 1;
          const block = createCells('customer');
          for (const { key, good, bad } of cells) {
            const at = 4 * block.row(key);
            [block.counts[at], block.counts[at + 1]] = [good, bad];
          }
          windows.apply({
            topic: TOPIC,
            // A source of its own, so that what it tells is added to the slot.
            partition: told,
            incarnation: 1,
            tick: 4 * slot,
            nextOffset: 1,
            slots: [{ slot, closed: true, block: new Map([['customer', block]]) }],
            nodes: [],
            reports: [],
            signals: [],
          });
          const endSlot = slot - back;
          const among = count === undefined ? undefined : Array.from({ length: count }, (_unused, index) => 2 * index);
          const place: FailingPlace = { badMin, ratioAbove, windowMs, endSlot, among };
          const seen: (readonly [number, number, number])[] = [];
          windows.eachFailing('customer', KEYS, place, (index, good, bad) => seen.push([index, good, bad]));
          const wanted = (among ?? [...KEYS.keys()]).flatMap((index) => {
            const { good, bad } = windows.sum('customer', KEYS[index]!, windowMs, endSlot);
            const isAbove = ratioAbove === undefined || bad > ratioAbove * (good + bad);
            return bad >= badMin && isAbove && good + bad > 0 ? [[index, good, bad] as const] : [];
          });
          // Where nothing failed is enough, those with no outcomes at all may be visited too.
          expect(seen.filter(([, good, bad]) => good + bad > 0)).toEqual(wanted);
        }
      }),
    );
  });
});
