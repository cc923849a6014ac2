import { refuse, type Refusal } from '#contracts';
import { WrittenAnswer } from '#runtime';
import { createKeptAnswers } from './kept-answers.js';

/** Reads that end when they are told to, in any order. */
const openReads = () => {
  const reads: { readonly id: string; readonly answer: (of: object | Refusal) => void; readonly fail: () => void }[] =
    [];
  const read = (id: string) =>
    new Promise<object | Refusal>((answer, reject) =>
      reads.push({ id, answer, fail: () => reject(new Error('away')) }),
    );
  return { reads, ask: createKeptAnswers(read) };
};
const textOf = (answer: WrittenAnswer | Refusal): string | undefined =>
  answer instanceof WrittenAnswer ? answer.text : undefined;

describe('answers that are kept by position', () => {
  it('are made once for all who ask meanwhile, and once more after the next event', async () => {
    const { reads, ask } = openReads();
    const asked = [ask('in1', 5), ask('in1', 5), ask('in2', 5)];
    expect(reads.map(({ id }) => id)).toEqual(['in1', 'in2']);
    for (const each of reads) each.answer({ of: each.id });
    expect((await Promise.all(asked)).map(textOf)).toEqual(['{"of":"in1"}', '{"of":"in1"}', '{"of":"in2"}']);
    expect(await ask('in1', 5)).toBe(await asked[0]);
    const later = ask('in1', 6);
    expect(reads).toHaveLength(3);
    reads[2]?.answer({ of: 'later' });
    expect(textOf(await later)).toBe('{"of":"later"}');
  });

  it('never tell one who saw an act what was read before it, whichever read ends first', async () => {
    const { reads, ask } = openReads();
    const before = ask('in1', 5);
    const after = ask('in1', 6);
    reads[1]?.answer({ acknowledged: true });
    expect(textOf(await after)).toBe('{"acknowledged":true}');
    reads[0]?.answer({ acknowledged: false });
    expect(textOf(await before)).toBe('{"acknowledged":false}');
    expect(textOf(await ask('in1', 6))).toBe('{"acknowledged":true}');
    // Who asked before the act may know of it.
    expect(textOf(await ask('in1', 5))).toBe('{"acknowledged":true}');
    expect(reads).toHaveLength(2);
  });

  it('are not kept when they failed or were refused', async () => {
    const { reads, ask } = openReads();
    const failed = [ask('in1', 5), ask('in1', 5)];
    reads[0]?.fail();
    for (const each of failed) await expect(each).rejects.toThrow('away');
    const refused = ask('in1', 5);
    reads[1]?.answer(refuse('NOT_FOUND', 'none'));
    expect(await refused).toMatchObject({ refused: 'NOT_FOUND' });
    const found = ask('in1', 5);
    reads[2]?.answer({ found: true });
    expect(textOf(await found)).toBe('{"found":true}');
  });

  it('stay within their bound: the one asked for longest ago is read again', async () => {
    let reads = 0;
    const ask = createKeptAnswers(async (id) => ({ id, read: (reads += 1), text: 'x'.repeat(10_000_000) }));
    for (const id of ['a', 'b', 'c']) await ask(id, 1);
    await ask('a', 1);
    expect(reads).toBe(3);
    await ask('d', 1);
    for (const id of ['a', 'c', 'd']) await ask(id, 1);
    expect(reads).toBe(4);
    await ask('b', 1);
    expect(reads).toBe(5);
  });

  it('are bounded in number, also while they are being made', () => {
    const { reads, ask } = openReads();
    for (let each = 0; each < 300; each += 1) void ask(`in${each}`, 1);
    void ask('in299', 1);
    expect(reads).toHaveLength(300);
    void ask('in0', 1);
    expect(reads).toHaveLength(301);
  });
});
