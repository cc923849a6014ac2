import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJournalFile } from './command-journal-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a journal file', () => {
  it('is empty before it is there, grows, and is replaced whole', async () => {
    const file = createJournalFile(join(folder, 'commands.journal'));
    expect(await file.read()).toBe('');
    await file.append('a\n');
    await file.append('b\n');
    expect(await file.read()).toBe('a\nb\n');
    await file.replace('c\n');
    await file.append('d\n');
    expect(await file.read()).toBe('c\nd\n');
    expect(readdirSync(folder)).toEqual(['commands.journal']);
    expect(statSync(join(folder, 'commands.journal')).mode & 0o777).toBe(0o600);
  });

  it('names itself and the operation when it cannot', async () => {
    const path = join(folder, 'missing', 'commands.journal');
    await expect(createJournalFile(path).append('a\n')).rejects.toThrow(
      new RegExp(`^journal ${path}: append: .*ENOENT`),
    );
    await expect(createJournalFile(path).replace('a\n')).rejects.toThrow(
      new RegExp(`^journal ${path}: replace: .*ENOENT`),
    );
    await expect(createJournalFile(folder).read()).rejects.toThrow(new RegExp(`^journal ${folder}: read: .*EISDIR`));
  });
});
