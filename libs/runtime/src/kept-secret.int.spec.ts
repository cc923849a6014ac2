import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keptSecret } from './kept-secret.js';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'kept-')), 'data');
});

describe('keptSecret', () => {
  it('makes a secret once, for its owner alone, and leaves nothing else behind', async () => {
    const file = join(directory, 'key');
    expect(await keptSecret(file, () => 'first')).toEqual({ text: 'first', isNew: true });
    expect(await keptSecret(file, () => 'second')).toEqual({ text: 'first', isNew: false });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['key']);
  });

  it('keeps one of those that are made at once', async () => {
    const file = join(directory, 'key');
    const made = await Promise.all(['a', 'b', 'c'].map((text) => keptSecret(file, () => text)));
    expect(new Set(made.map(({ text }) => text))).toEqual(new Set([await readFile(file, 'utf8')]));
  });

  it('names the file that cannot be made', async () => {
    const plain = join(directory, '..', 'plain');
    await writeFile(plain, '');
    await expect(keptSecret(join(plain, 'key'), () => 'x')).rejects.toThrow(`${plain}/key`);
  });
});
