import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJournalFile } from './command-journal-file.js';
import type { JournalFile } from './command-journal.js';

let folder: string;
let path: string;
const files: JournalFile[] = [];
const openFile = (at = path): JournalFile => {
  const file = createJournalFile(at);
  files.push(file);
  return file;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-journal-'));
  path = join(folder, 'commands.journal');
});
afterEach(async () => {
  await Promise.all(files.splice(0).map((file) => file.close()));
  rmSync(folder, { recursive: true });
});

describe('a journal file', () => {
  it('is empty before it is there, grows, and is replaced whole', async () => {
    const file = openFile();
    expect(await file.read()).toBe('');
    await file.append('a\n');
    await file.append('é\n');
    expect(readFileSync(path, 'utf8')).toBe('a\né\n');
    await file.replace('c\n');
    await file.append('d\n');
    await file.replace('e\n');
    await file.append('f\n');
    expect(await openFile().read()).toBe('e\nf\n');
    expect(readdirSync(folder)).toEqual(['commands.journal']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('names itself and the operation when it cannot', async () => {
    const missing = join(folder, 'missing', 'commands.journal');
    await expect(openFile(missing).read()).rejects.toThrow(new RegExp(`^journal ${missing}: read: .*ENOENT`));
    await expect(openFile(missing).replace('a\n')).rejects.toThrow(
      new RegExp(`^journal ${missing}: replace: .*ENOENT`),
    );
    await expect(openFile(folder).read()).rejects.toThrow(new RegExp(`^journal ${folder}: read: .*EISDIR`));
    await expect(openFile().append('a\n')).rejects.toThrow(`journal ${path}: append: it was not read`);
  });

  it('is no longer the first agent’s when a second one has opened it: nothing may be done on what it writes', async () => {
    const [first, second] = [openFile(), openFile()];
    await first.replace(await first.read());
    await first.append('a\n');
    await second.replace(await second.read());
    await expect(first.append('b\n')).rejects.toThrow('another agent has replaced it');
    await second.append('c\n');
    expect(readFileSync(path, 'utf8')).toBe('a\nc\n');
  });

  it('is not the second agent’s when the first one writes while it opens', async () => {
    const [first, second] = [openFile(), openFile()];
    await first.replace(await first.read());
    const text = await second.read();
    await first.append('a\n');
    await expect(second.replace(text)).rejects.toThrow('another agent writes it');
  });

  it('is nobody’s when somebody else appends to it', async () => {
    const file = openFile();
    await file.read();
    await file.append('a\n');
    appendFileSync(path, 'x\n');
    await expect(file.append('b\n')).rejects.toThrow('another agent writes it');
    await expect(file.replace('c\n')).rejects.toThrow('another agent writes it');
  });
});
