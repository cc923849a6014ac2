import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalFile } from './command-journal.js';

/** It says what a node was told to do: for its owner's eyes. */
const MODE = 0o600;

const writeWhole = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'w', MODE);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};

/** A name in a folder is on disk when the folder is. */
const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

/**
 * A file that only one agent writes, as far as anybody can tell: with two, a command could act twice. Whoever writes looks
 * afterwards whether the file under the name is still his, and as long as he made it. A second agent replaces the file when it
 * starts, and then looks whether the one before has grown: of two that write at once, at least one finds the other and fails.
 */
class OwnFile {
  /** Held open, so that its number is no other file's; undefined until it was read or written. */
  private held: FileHandle | undefined;
  private bytes = 0;

  constructor(private readonly path: string) {}

  async read(): Promise<string> {
    await this.close();
    // Made when it is not there: from here on there is a file to compare with.
    this.held = await open(this.path, 'a+', MODE);
    const text = await this.held.readFile('utf8');
    this.bytes = Buffer.byteLength(text);
    return text;
  }

  async append(text: string): Promise<void> {
    if (this.held === undefined) throw new Error('it was not read');
    await this.held.writeFile(text);
    this.bytes += Buffer.byteLength(text);
    await this.held.sync();
    const named = await stat(this.path, { bigint: true });
    if (named.ino !== (await this.held.stat({ bigint: true })).ino) throw new Error('another agent has replaced it');
    await this.checkLength();
  }

  async replace(text: string): Promise<void> {
    const next = `${this.path}.next`;
    await writeWhole(next, text);
    await rename(next, this.path);
    await syncFolder(this.path);
    await this.checkLength();
    await this.close();
    this.held = await open(this.path, 'a', MODE);
    this.bytes = Buffer.byteLength(text);
    await this.checkLength();
  }

  async close(): Promise<void> {
    const { held } = this;
    this.held = undefined;
    await held?.close();
  }

  private async checkLength(): Promise<void> {
    const size = (await this.held?.stat())?.size;
    if (size !== undefined && size !== this.bytes) throw new Error('another agent writes it');
  }
}

/** A journal's file on disk. */
export const createJournalFile = (path: string): JournalFile => {
  const file = new OwnFile(path);
  const named = async <T>(operation: string, result: Promise<T>): Promise<T> => {
    try {
      return await result;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`journal ${path}: ${operation}: ${why}`, { cause });
    }
  };
  return {
    read: () => named('read', file.read()),
    append: (text) => named('append', file.append(text)),
    replace: (text) => named('replace', file.replace(text)),
    close: () => named('close', file.close()),
  };
};
