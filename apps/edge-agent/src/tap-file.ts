import { createReadStream } from 'node:fs';
import { FrameReader, type FrameFound } from '#domain';

/** How a recording ended. */
export type FileEnd =
  | { readonly kind: 'stopped' | 'without_stop' }
  | Extract<FrameFound, { readonly kind: 'truncated' | 'refused' }>;

/**
 * Reads a recording to its end, or to where it is damaged. `take` gets each data frame; `afterPiece` is awaited between pieces, so
 * that a large file does not outrun what takes its outcomes away.
 */
export const readTapFile = async (
  path: string,
  take: (payload: Uint8Array) => void,
  afterPiece: () => Promise<void>,
): Promise<FileEnd> => {
  const reader = new FrameReader();
  const stream = createReadStream(path);
  const damage = (found: readonly FrameFound[]): FileEnd | undefined => {
    for (const one of found) {
      if (one.kind === 'data') take(one.payload);
      else if (one.kind !== 'control') return one;
    }
    return undefined;
  };
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      const refused = damage(reader.push(piece));
      if (refused !== undefined) return refused;
      await afterPiece();
    }
  } catch (error) {
    throw new Error(`read tap file ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
  return damage(reader.end()) ?? { kind: reader.isStopped ? 'stopped' : 'without_stop' };
};
