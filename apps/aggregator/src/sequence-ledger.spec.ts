import fc from 'fast-check';
import { applySequence, type BootSequence, GAPS_MAX } from './sequence-ledger.js';

const batch = (seq: number) => ({ nodeId: 'n1', agentBootId: '7', seq });
const feed = (seqs: readonly number[]) => {
  let boot: BootSequence | undefined;
  const verdicts = seqs.map((seq) => {
    const applied = applySequence(boot, batch(seq));
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
    expect(feed([4]).boot?.gaps).toEqual([{ from: 1, to: 3 }]);
  });

  it('counts a number that arrives into an open gap, once, and shrinks the gap', () => {
    const { verdicts, boot } = feed([1, 6, 3, 3]);
    expect(verdicts).toEqual(['next', 'ahead', 'late', 'duplicate']);
    expect(boot?.gaps).toEqual([
      { from: 2, to: 2 },
      { from: 4, to: 5 },
    ]);
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
      }),
    );
  });

  it('keeps a bounded number of gaps, the newest ones', () => {
    const odd = Array.from({ length: 2 * GAPS_MAX }, (_unused, i) => 2 * i + 2);
    const { boot } = feed(odd);
    expect(boot?.gaps).toHaveLength(GAPS_MAX);
    expect(boot?.gaps.at(-1)).toEqual({ from: 4 * GAPS_MAX - 1, to: 4 * GAPS_MAX - 1 });
  });
});
