import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeFrames } from './spool-frame.js';
import { type SpoolEntry, spoolEntrySchema } from './spool-entry.js';
import { SpoolIndex } from './spool-index.js';

/** Segments that hold what could not be read and are kept for people, the newest of a folder; older ones are removed. */
const ASIDE_MAX = 4;
const SEGMENT_NAME = /^(\d{12})\.spool$/;
const ASIDE_NAME = /^\d{12}\.spool\.unread$/;

/** The name of a segment. */
export const segmentName = (index: number): string => `${String(index).padStart(12, '0')}.spool`;

/** Told of what is in a segment and cannot be read. */
export interface SegmentReports {
  /** It ends in what is torn or damaged. */
  readonly onDamage: (file: string, bytesCut: number) => void;
  /** Records that are whole and say nothing that this version knows; the segment is kept aside. */
  readonly onUnread: (file: string, records: number) => void;
}

/** What the segments of a folder hold. */
export interface ReadSegments {
  readonly pages: SpoolIndex;
  /** Of the newest; 0: there is none. */
  readonly newest: number;
  readonly names: readonly string[];
  /** Those of them that hold records that could not be read. */
  readonly unread: ReadonlySet<string>;
}

const parse = (payload: Buffer): SpoolEntry | undefined => {
  try {
    return spoolEntrySchema.parse(JSON.parse(payload.toString('utf8')));
  } catch {
    return undefined;
  }
};

/** Makes what happened to the names in a folder last. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Makes a folder that is still there after a power cut, with the one around it. */
export const makeFolder = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(folder));
  await syncFolder(dirname(dirname(folder)));
};

/** The segments of a folder, oldest first. */
export const segmentsOf = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder)).filter((name) => SEGMENT_NAME.test(name)).toSorted();

/** Reads all segments of a folder: of each its records up to the first that is cut or damaged. Changes nothing. */
export const readSegments = async (folder: string, reports: SegmentReports): Promise<ReadSegments> => {
  const pages = new SpoolIndex();
  const names = await segmentsOf(folder);
  const unread = new Set<string>();
  for (const name of names) {
    const file = join(folder, name);
    const bytes = await readFile(file);
    const { payloads, endAt, isWhole } = decodeFrames(bytes);
    const entries = payloads.map(parse);
    for (const entry of entries) if (entry !== undefined) pages.apply(entry);
    if (!isWhole) reports.onDamage(file, bytes.byteLength - endAt);
    const foreign = entries.filter((entry) => entry === undefined).length;
    if (foreign > 0) {
      reports.onUnread(file, foreign);
      unread.add(name);
    }
  }
  return { pages, names, unread, newest: Number(SEGMENT_NAME.exec(names.at(-1) ?? '')?.[1] ?? 0) };
};

/** Removes segments whose records are kept elsewhere by now; those with records that could not be read are set aside. */
export const dropSegments = async (
  folder: string,
  names: readonly string[],
  unread: ReadonlySet<string>,
): Promise<void> => {
  for (const name of names) {
    const file = join(folder, name);
    if (unread.has(name)) await rename(file, `${file}.unread`);
    else await rm(file, { force: true });
  }
  if (unread.size === 0) return;
  const aside = (await readdir(folder)).filter((name) => ASIDE_NAME.test(name)).toSorted();
  for (const name of aside.slice(0, -ASIDE_MAX)) await rm(join(folder, name), { force: true });
};
