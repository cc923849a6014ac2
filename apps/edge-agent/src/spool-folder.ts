import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BODY_BYTES_MAX, readRecords, SEGMENT_MAGIC } from './spool-record.js';

/** A segment that is this long is followed by a new one; a full spool is shed by segments, about half a minute of a busy node each. */
export const SEGMENT_BYTES = 4 * 1024 * 1024;
/** No segment is longer; a longer file was not written by us, and is not read into memory. */
const SEGMENT_BYTES_MAX = SEGMENT_BYTES + BODY_BYTES_MAX;
/** Damaged segments are kept for who wants to look at them: this many, the newest. */
const DAMAGED_MAX = 4;
const SEGMENT_NAME = /^(\d{12})-(\d{1,15})\.segment$/;
/** The place up to which batches were delivered; written anew each time, and only a hint: what is sent again is recognised. */
const MARK = 'delivered';

/** A file of batches. Those before `headAt` were delivered, those from there to `endAt` wait. */
export interface Segment {
  readonly index: number;
  readonly createdMs: number;
  readonly path: string;
  headAt: number;
  endAt: number;
  /** Batches that wait in it. */
  batches: number;
  /** What is behind `endAt` cannot be read: the file is set aside in the end. */
  isDamaged: boolean;
}

interface Mark {
  readonly index: number;
  readonly at: number;
}

/** What of a segment waits. A mark that points between two records would make all of it look damaged: then it is not believed. */
const undelivered = (bytes: Buffer, markedAt = 0) => {
  const startAt = SEGMENT_MAGIC.length;
  const marked = markedAt > startAt ? readRecords(bytes, markedAt) : undefined;
  const isBelieved = marked !== undefined && (marked.batches.length > 0 || marked.endAt === bytes.length);
  const { batches, endAt, end } = isBelieved ? marked : readRecords(bytes, startAt);
  return { headAt: isBelieved ? markedAt : startAt, batches: batches.length, endAt, end };
};

const readInto = async (room: Buffer, path: string): Promise<Buffer> => {
  const handle = await open(path);
  try {
    let length = 0;
    for (let last = -1; last !== 0 && length < room.length; length += last)
      last = (await handle.read(room, length, room.length - length, length)).bytesRead;
    return room.subarray(0, length);
  } finally {
    await handle.close();
  }
};

/** The folder of a spool: names, the mark, and what is set aside. Nothing but batches of this agent is in it, readable for it alone. */
export class SpoolFolder {
  constructor(
    private readonly path: string,
    private readonly say: (line: string) => void,
  ) {}

  /** What an agent before us left behind, oldest first, and a number above all that were ever marked. */
  async read(): Promise<{ readonly segments: Segment[]; readonly nextIndex: number }> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.path)).filter((name) => SEGMENT_NAME.test(name)).toSorted();
    const mark = await this.readMark();
    const segments: Segment[] = [];
    // One for all: a full spool is several times the memory that the agent may take.
    const room = Buffer.allocUnsafeSlow(names.length === 0 ? 0 : SEGMENT_BYTES_MAX);
    for (const name of names) {
      const segment = await this.readSegment(name, mark, room);
      if (segment !== undefined) segments.push(segment);
    }
    const [, newest = 0] = SEGMENT_NAME.exec(names.at(-1) ?? '')?.map(Number) ?? [];
    // A mark that is left must not be taken for one of a new segment.
    return { segments, nextIndex: Math.max(newest, mark?.index ?? 0) + 1 };
  }

  /** A new segment; it is on the disk under its name before anything is written into it. */
  async create(index: number, nowMs: number): Promise<{ readonly segment: Segment; readonly handle: FileHandle }> {
    const path = join(this.path, `${String(index).padStart(12, '0')}-${nowMs}.segment`);
    // `wx`: two agents on one folder must not write into one file.
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.write(SEGMENT_MAGIC);
      await this.sync();
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
    const at = SEGMENT_MAGIC.length;
    return {
      segment: { index, createdMs: nowMs, path, headAt: at, endAt: at, batches: 0, isDamaged: false },
      handle,
    };
  }

  /** A segment of which nothing is needed any more. */
  async remove(segment: Segment): Promise<void> {
    if (segment.isDamaged) await this.setAside(segment.path);
    else await rm(segment.path, { force: true });
  }

  /** Remembers how far was delivered. Not synced: after a crash of the machine some batches are sent twice, and recognised. */
  async mark({ index, headAt }: Segment): Promise<void> {
    const path = join(this.path, MARK);
    await writeFile(`${path}.new`, `${index} ${headAt}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  private async readMark(): Promise<Mark | undefined> {
    const text = await readFile(join(this.path, MARK), 'utf8').catch(() => '');
    const [, index, at] = /^(\d{1,12}) (\d{1,12})\n$/.exec(text) ?? [];
    return index === undefined || at === undefined ? undefined : { index: Number(index), at: Number(at) };
  }

  private async readSegment(name: string, mark: Mark | undefined, room: Buffer): Promise<Segment | undefined> {
    const path = join(this.path, name);
    const [, index = 0, createdMs = 0] = SEGMENT_NAME.exec(name)?.map(Number) ?? [];
    try {
      const { size } = await stat(path);
      const bytes = size > SEGMENT_BYTES_MAX ? undefined : await readInto(room, path);
      if (bytes?.subarray(0, SEGMENT_MAGIC.length).equals(SEGMENT_MAGIC) !== true) {
        // Shorter than its own beginning: killed while it was made.
        if (size < SEGMENT_MAGIC.length) await rm(path);
        else await this.setAside(path);
        return undefined;
      }
      const { headAt, batches, endAt, end } = undelivered(bytes, mark?.index === index ? mark.at : undefined);
      const segment = { index, createdMs, path, headAt, endAt, batches, isDamaged: end === 'damaged' };
      if (segment.isDamaged)
        this.say(`spool: ${path}: damaged from byte ${endAt} on; ${batches} batches before it are sent`);
      if (batches > 0) return segment;
      await this.remove(segment);
    } catch (error) {
      this.say(`spool: ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    }
    return undefined;
  }

  /** Out of the way, and still there to be looked at. */
  private async setAside(path: string): Promise<void> {
    this.say(`spool: ${path} is damaged: set aside as ${path}.damaged`);
    await rename(path, `${path}.damaged`);
    const damaged = (await readdir(this.path)).filter((name) => name.endsWith('.damaged')).toSorted();
    for (const name of damaged.slice(0, -DAMAGED_MAX)) await rm(join(this.path, name), { force: true });
  }

  private async sync(): Promise<void> {
    const folder = await open(this.path);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
