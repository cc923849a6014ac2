import fc from 'fast-check';
import { type CohortMinute, COHORTS_MAX, MinuteCounts, MINUTES_KEPT } from './minute-counts.js';

const KEYS = ['fleet', 'v1|europe', 'v1|us-east', 'v2|europe'];
const minute = (key: string, at: number, bad = 0): CohortMinute => ({ key, minute: at, good: 10, bad, excluded: 1 });
const fill = (counts: MinuteCounts, all: readonly CohortMinute[]): void => {
  for (const each of all) {
    if (!counts.has(each.minute) && !counts.begin(each.minute)) continue;
    counts.record(each);
  }
};

describe('minutes of cohorts', () => {
  it('sums are what adding up says, whatever minutes are asked for and however often', () => {
    const told = fc.uniqueArray(
      fc.record({
        key: fc.constantFrom(...KEYS),
        minute: fc.nat({ max: 3 * MINUTES_KEPT }),
        good: fc.nat({ max: 1_000 }),
        bad: fc.nat({ max: 1_000 }),
        excluded: fc.nat({ max: 1_000 }),
      }),
      { selector: ({ key, minute: at }) => `${key} ${at}`, maxLength: 50 },
    );
    const spans = fc.array(fc.tuple(fc.nat({ max: 3 * MINUTES_KEPT }), fc.nat({ max: MINUTES_KEPT - 1 })), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(told, spans, (all, asked) => {
        const counts = new MinuteCounts();
        const ascending = all.toSorted((a, b) => a.minute - b.minute);
        fill(counts, ascending);
        const newest = ascending.at(-1)?.minute ?? 0;
        for (const [from, length] of asked) {
          const isAsked = ({ minute: at }: CohortMinute): boolean => at >= from && at <= from + length;
          // What is overwritten by a minute three days later is gone; the newest three days never are.
          if (from <= newest - MINUTES_KEPT) continue;
          for (const key of KEYS) {
            const expected = ascending.filter((each) => each.key === key && isAsked(each));
            const sum = (column: 'good' | 'bad' | 'excluded'): number =>
              expected.reduce((n, each) => n + each[column], 0);
            const wanted = { good: sum('good'), bad: sum('bad'), excluded: sum('excluded') };
            expect(counts.sum([key], from, from + length)).toEqual(wanted);
            expect(counts.sum([key], from, from + length)).toEqual(wanted);
          }
          expect(counts.known(from, from + length)).toBe(
            new Set(ascending.filter(isAsked).map((each) => each.minute)).size,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('what is new since a minute is what makes another one know the same', () => {
    const first = new MinuteCounts();
    fill(first, [minute('fleet', 10), minute('fleet', 11, 3), minute('v1|europe', 11), minute('fleet', 13)]);
    const second = new MinuteCounts();
    fill(second, first.after(-1));
    expect(second.sum(['fleet'], 0, 20)).toEqual(first.sum(['fleet'], 0, 20));
    expect(second.known(0, 20)).toBe(3);
    expect(new Set(first.after(11).map((each) => each.minute))).toEqual(new Set([13]));
    expect(first.after(13)).toEqual([]);
  });

  it('is bounded: a new cohort takes the place of the one that was silent longest, the fleet keeps its own', () => {
    const counts = new MinuteCounts();
    fill(counts, [minute('fleet', 1)]);
    for (let index = 0; index <= COHORTS_MAX; index += 1) fill(counts, [minute(`v${index}|europe`, 2 + index)]);
    expect([...counts.keys()]).toHaveLength(COHORTS_MAX + 1);
    expect([...counts.keys()]).not.toContain('v0|europe');
    expect(counts.sum(['fleet'], 0, 10)).toMatchObject({ good: 10 });
  });
});
