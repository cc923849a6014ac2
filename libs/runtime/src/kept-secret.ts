import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keepSecret } from '#config';

/** A secret that a file of the data directory keeps. */
export interface KeptSecret {
  readonly text: string;
  /** It was made just now. */
  readonly isNew: boolean;
}

const read = (file: string): Promise<string | undefined> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`read ${file}`, { cause: error });
  });

const writeDraft = async (draft: string, text: string): Promise<void> => {
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

// Linked into its place whole: of two processes that begin at once one secret is kept, and nobody ever finds half of it.
const write = async (file: string, text: string): Promise<void> => {
  const draft = `${file}.${randomUUID()}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeDraft(draft, text);
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new Error(`write ${file}`, { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
};

/** The secret of a file, readable by its owner alone; made at the first start. A crash leaves it whole or not at all. */
export const keptSecret = async (file: string, make: () => string): Promise<KeptSecret> => {
  const kept = await read(file);
  if (kept !== undefined) return { text: keepSecret(kept), isNew: false };
  await write(file, make());
  const text = await read(file);
  if (text === undefined) throw new Error(`read ${file}: it is gone again`);
  return { text: keepSecret(text), isNew: true };
};
