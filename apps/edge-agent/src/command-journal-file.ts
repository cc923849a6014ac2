import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalFile } from './command-journal.js';

/** It says what a node was told to do: for its owner's eyes. */
const MODE = 0o600;

const withFile = async (path: string, flags: string, act: (file: FileHandle) => Promise<void>): Promise<void> => {
  const file = await open(path, flags, MODE);
  try {
    await act(file);
  } finally {
    await file.close();
  }
};

const failed = (operation: string, path: string, cause: unknown): Error =>
  new Error(`journal ${path}: ${operation}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });

const isAbsent = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 'ENOENT';

/** A journal's file on disk. It is opened for each record, a handful per command, so that nothing has to be closed. */
export const createJournalFile = (path: string): JournalFile => ({
  read: async () => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (isAbsent(error)) return '';
      throw failed('read', path, error);
    }
  },
  append: async (text) => {
    try {
      await withFile(path, 'a', async (file) => {
        await file.writeFile(text);
        await file.sync();
      });
    } catch (error) {
      throw failed('append', path, error);
    }
  },
  replace: async (text) => {
    const next = `${path}.next`;
    try {
      await withFile(next, 'w', async (file) => {
        await file.writeFile(text);
        await file.sync();
      });
      await rename(next, path);
      // The new name is on disk when its folder is.
      await withFile(dirname(path), 'r', (folder) => folder.sync());
    } catch (error) {
      throw failed('replace', path, error);
    }
  },
});
