import type { JournalFile } from './command-journal.js';

/** A journal's file in memory, whose disk can lose power after any byte. */
export interface FakeJournalFile extends JournalFile {
  text: string;
  /** Bytes that still reach the disk; what is written beyond is lost, and the writer never hears of it again. */
  bytesLeft: number;
  readonly isCut: () => boolean;
}

/** Makes a file with a text. */
export const createFakeJournalFile = (text = '', bytesLeft = Number.POSITIVE_INFINITY): FakeJournalFile => {
  let isCut = false;
  const never = (): Promise<never> => new Promise(() => undefined);
  const file: FakeJournalFile = {
    text,
    bytesLeft,
    isCut: () => isCut,
    close: async () => undefined,
    read: async () => file.text,
    append: async (added) => {
      if (isCut) return never();
      const written = added.slice(0, file.bytesLeft);
      file.text += written;
      file.bytesLeft -= written.length;
      isCut = written.length < added.length;
      return isCut ? never() : undefined;
    },
    // A rename is there or not: it costs a byte to be either.
    replace: async (next) => {
      if (isCut || file.bytesLeft < 1) {
        isCut = true;
        return never();
      }
      file.bytesLeft -= 1;
      file.text = next;
      return undefined;
    },
  };
  return file;
};
