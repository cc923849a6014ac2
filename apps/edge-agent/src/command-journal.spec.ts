import type { ExecutionEvent } from '#domain';
import { createFakeJournalFile } from './command-journal.fake.js';
import { openJournal } from './command-journal.js';

const accepted = (generation: number): ExecutionEvent => ({
  type: 'CommandAccepted',
  commandId: `c-${generation}`,
  generation,
  action: 'rollback',
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  detail: 'rollback to v2.1.4+c41',
  atMs: 1,
});
const started = (generation: number): ExecutionEvent => ({
  type: 'ProgramStarted',
  commandId: `c-${generation}`,
  detail: 'deploy',
  atMs: 2,
});
const taken = (generation: number, status: 'accepted' | 'running'): ExecutionEvent => ({
  type: 'AnswerTaken',
  commandId: `c-${generation}`,
  status,
  atMs: 3,
});
const statesIn = async (text: string): Promise<string[]> => {
  const { executions } = await openJournal(createFakeJournalFile(text));
  return [...executions.values()].map(({ commandId, state }) => `${commandId} ${state}`);
};

describe('a journal', () => {
  it('knows after a restart what it knew before, with every answer that is owed', async () => {
    const file = createFakeJournalFile();
    const journal = await openJournal(file);
    for (const event of [accepted(1), started(1), taken(1, 'accepted'), accepted(2)]) await journal.record(event);
    const again = await openJournal(createFakeJournalFile(file.text));
    expect(again.executions).toEqual(journal.executions);
    const owed = [...again.executions.values()].flatMap((each) => each.owed.map(({ status }) => status));
    expect(owed).toEqual(['running', 'accepted']);
  });

  it('reads a file that was cut off at any byte as far as it goes', async () => {
    const file = createFakeJournalFile();
    const journal = await openJournal(file);
    await journal.record(accepted(1));
    const first = file.text.length;
    await journal.record(started(1));
    for (let bytes = 0; bytes <= file.text.length; bytes += 1) {
      const expected = bytes < first ? [] : ['c-1 accepted'];
      expect(await statesIn(file.text.slice(0, bytes))).toEqual(bytes < file.text.length ? expected : ['c-1 running']);
    }
  });

  it('goes on after what was cut off', async () => {
    const file = createFakeJournalFile(`${JSON.stringify(accepted(1))}\n{"type":"Prog`);
    await (await openJournal(file)).record(started(1));
    expect(await statesIn(file.text)).toEqual(['c-1 running']);
  });

  it('takes a last line of zeros for one that was cut off: a disk may write blocks in any order', async () => {
    expect(await statesIn(`${JSON.stringify(accepted(1))}\n\0\0\0\0"}\n`)).toEqual(['c-1 accepted']);
  });

  it.each([
    ['no JSON', '{"type":'],
    ['no event', '{"type":"ProgramPaused","commandId":"c-1","atMs":1}'],
    ['an event of a command that no contract allows', JSON.stringify({ ...accepted(1), generation: 0 })],
  ])('does not open when a line before the last is %s', async (_, line) => {
    const text = `${JSON.stringify(accepted(1))}\n${line}\n${JSON.stringify(started(1))}\n`;
    await expect(openJournal(createFakeJournalFile(text))).rejects.toThrow('line 2 is damaged');
  });

  it('remembers the 100 highest generations, and its file stays bounded', async () => {
    const file = createFakeJournalFile();
    const journal = await openJournal(file);
    let longest = 0;
    for (let generation = 1; generation <= 1_000; generation += 1) {
      await journal.record(accepted(generation));
      await journal.record(started(generation));
      longest = Math.max(longest, file.text.split('\n').length);
    }
    const ids = [...journal.executions.keys()];
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([100, 'c-901', 'c-1000']);
    expect(longest).toBeLessThanOrEqual(1_401);
    expect((await statesIn(file.text)).length).toBe(100);
  });

  it('forgets the lowest generation first, whatever came last', async () => {
    const journal = await openJournal(createFakeJournalFile());
    for (let generation = 1_000; generation > 899; generation -= 1) await journal.record(accepted(generation));
    expect([journal.executions.has('c-1000'), journal.executions.has('c-900')]).toEqual([true, false]);
  });

  it('takes nothing more after a write that failed: the end of the file is unknown', async () => {
    const file = createFakeJournalFile();
    let isFull = true;
    const append = async (text: string): Promise<void> => {
      if (isFull) throw new Error('no space left');
      await file.append(text);
    };
    const journal = await openJournal({ ...file, append });
    await expect(journal.record(accepted(1))).rejects.toThrow('no space left');
    isFull = false;
    await expect(journal.record(accepted(2))).rejects.toThrow('no space left');
    expect(journal.executions.size).toBe(0);
  });
});
