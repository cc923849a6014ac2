import fc from 'fast-check';
import type { LedgerBoot } from './ledger.js';
import { applySequence, GAPS_MAX } from './sequence-ledger.js';

/** Batch `seq` holds `seq` outcomes, so published is a triangular number. */
const published = (seq: number): number => (seq * (seq + 1)) / 2;
const batch = (seq: number) => ({ nodeId: 'n1', agentBootId: '7', seq, n: seq, published: published(seq) });
const feed = (seqs: readonly number[]) => {
  let boot: LedgerBoot | undefined;
  const verdicts = seqs.map((seq) => {
    const applied = applySequence(boot, batch(seq), 5);
    boot = applied.boot;
    return applied.verdict;
  });
  return { verdicts, boot };
};

describe('applySequence', () => {
  it('counts 1, 2, 3 and not the second 2', () => {
    expect(feed([1, 2, 2, 3]).verdicts).toEqual(['next', 'next', 'duplicate', 'next']);
  });

  it('names what is missing before the first number seen of a boot', () => {
    expect(feed([4]).boot?.gaps).toEqual([{ from: 1, to: 3, publishedBefore: 0, publishedAfter: 6, openedAtMs: 5 }]);
  });

  it('counts a number that arrives into an open gap, once, and shrinks the gap', () => {
    const { verdicts, boot } = feed([1, 6, 3, 3]);
    expect(verdicts).toEqual(['next', 'ahead', 'late', 'duplicate']);
    expect(boot?.gaps).toMatchObject([
      { from: 2, to: 2, publishedBefore: 1, publishedAfter: 3 },
      { from: 4, to: 5, publishedBefore: 6, publishedAfter: 15 },
    ]);
  });

  it('does not know how much is missing where a sender does not say, or contradicts itself', () => {
    const gapAfter = (said: number, before = 1) => {
      const first = applySequence(undefined, { ...batch(1), published: before }, 5).boot;
      return applySequence(first, { ...batch(4), published: said }, 5).boot.gaps[0];
    };
    const unknown = { from: 2, to: 3, publishedBefore: null, publishedAfter: null };
    expect(gapAfter(0)).toMatchObject(unknown);
    expect(gapAfter(10, 0)).toMatchObject(unknown);
    expect(gapAfter(4)).toMatchObject(unknown);
    expect(gapAfter(10)).toMatchObject({ publishedBefore: 1, publishedAfter: 6 });
  });

  it('counts each number exactly once in any order, and names exactly the missing ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 200 }), (seqs) => {
        const { verdicts, boot } = feed(seqs);
        const counted = seqs.filter((_seq, i) => verdicts[i] !== 'duplicate');
        expect(counted.toSorted((a, b) => a - b)).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
        const named = (boot?.gaps ?? []).flatMap(({ from, to }) =>
          Array.from({ length: to - from + 1 }, (_unused, i) => from + i),
        );
        const all = Array.from({ length: Math.max(0, ...seqs) }, (_unused, i) => i + 1);
        expect(named).toEqual(all.filter((seq) => !seqs.includes(seq)));
        const sizes = (boot?.gaps ?? []).map((gap) => gap.publishedAfter! - gap.publishedBefore!);
        const missing = named.reduce((sum, seq) => sum + seq, 0);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(missing);
      }),
    );
  });

  it('keeps a bounded number of gaps, the newest ones', () => {
    const odd = Array.from({ length: 2 * GAPS_MAX }, (_unused, i) => 2 * i + 2);
    const { boot } = feed(odd);
    expect(boot?.gaps).toHaveLength(GAPS_MAX);
    expect(boot?.gaps.at(-1)).toMatchObject({ from: 4 * GAPS_MAX - 1, to: 4 * GAPS_MAX - 1 });
  });
});
