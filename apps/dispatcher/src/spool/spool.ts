import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFrames, encodeFrame } from './spool-frame.js';
import { type SpoolEntry, spoolEntrySchema } from './spool-entry.js';
import { SpoolIndex } from './spool-index.js';

/** A segment that is this long is followed by a new one, which begins with all that still matters; then the old one goes. */
export const SEGMENT_BYTES = 16 << 20;
/** What still matters may fill this much of a new segment; beyond it nothing is spooled any more, and pages are sent unspooled, with an error. */
export const SPOOL_BYTES_MAX = 12 << 20;

const SEGMENT_NAME = /^(\d{12})\.spool$/;
const nameOf = (index: number): string => `${String(index).padStart(12, '0')}.spool`;

/** No more can be spooled: the disk is full or broken, or as much is open as may be. */
export class SpoolUnwritable extends Error {
  override readonly name = 'SpoolUnwritable';
}

const parse = (payload: Buffer): SpoolEntry | undefined => {
  try {
    return spoolEntrySchema.parse(JSON.parse(payload.toString('utf8')));
  } catch {
    return undefined;
  }
};

/** What a spool is opened with. */
export interface SpoolOptions {
  readonly folder: string;
  readonly nowMs: () => number;
  /** Told of what was cut off at the start. */
  readonly onDamage: (file: string, bytesCut: number) => void;
  readonly segmentBytes?: number;
  readonly bytesMax?: number;
}

/**
 * Pages on their way, on the disk of the dispatcher: an append resolves when it is synced. One file at a time is written; a torn tail, or
 * whatever follows the first damaged record, is cut off at the start. Segments before the newest are only there between the writing of a new
 * one and the removal of the old.
 */
export class Spool {
  private last: Promise<unknown> = Promise.resolve();
  private bytes = 0;
  private index = 0;
  private handle: FileHandle | undefined;
  readonly pages = new SpoolIndex();

  private constructor(private readonly options: SpoolOptions) {}

  static async open(options: SpoolOptions): Promise<Spool> {
    const spool = new Spool(options);
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    for (const name of await spool.segments()) await spool.read(name);
    // More than may be open is no reason to send nothing of it.
    await spool.begin(Infinity);
    return spool;
  }

  /** Resolves when the entry is on the disk. Throws `SpoolUnwritable`; then it is not known, and not here. */
  append(entry: SpoolEntry): Promise<void> {
    const appended = this.last.then(() => this.write(entry));
    this.last = appended.catch(() => undefined);
    return appended;
  }

  /** Whether the disk takes something now, and there is room; writes nothing that stays. */
  async isWritable(): Promise<boolean> {
    const path = join(this.options.folder, 'probe');
    try {
      const handle = await open(path, 'w', 0o600);
      try {
        await handle.write('ok');
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rm(path, { force: true });
      return this.handle !== undefined && !this.isFull();
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.last;
    await this.handle?.close();
    this.handle = undefined;
  }

  private async segments(): Promise<readonly string[]> {
    return (await readdir(this.options.folder)).filter((name) => SEGMENT_NAME.test(name)).toSorted();
  }

  private async read(name: string): Promise<void> {
    const path = join(this.options.folder, name);
    const bytes = await readFile(path);
    const { payloads, endAt, isWhole } = decodeFrames(bytes);
    for (const payload of payloads) {
      const entry = parse(payload);
      if (entry !== undefined) this.pages.apply(entry);
    }
    if (!isWhole) {
      this.options.onDamage(path, bytes.byteLength - endAt);
      await truncate(path, endAt);
    }
    this.index = Math.max(this.index, Number(SEGMENT_NAME.exec(name)?.[1] ?? 0));
  }

  private get bytesMax(): number {
    return this.options.bytesMax ?? SPOOL_BYTES_MAX;
  }

  private isFull(): boolean {
    // What is kept is never more than what was written.
    return this.bytes > this.bytesMax && this.keptBytes().byteLength > this.bytesMax;
  }

  private keptBytes(): Buffer {
    const kept = this.pages.kept(this.options.nowMs());
    return Buffer.concat(kept.map((entry) => encodeFrame(Buffer.from(JSON.stringify(entry)))));
  }

  /** A new segment with all that matters, synced before the ones that it replaces are removed. */
  private async begin(bytesMax = this.bytesMax): Promise<void> {
    const { folder } = this.options;
    const before = await this.segments();
    const bytes = this.keptBytes();
    if (bytes.byteLength > bytesMax) throw new SpoolUnwritable(`the spool is full: ${bytes.byteLength} bytes are open`);
    const index = this.index + 1;
    const path = join(folder, nameOf(index));
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
      await this.syncFolder();
    } catch (error) {
      await handle.close();
      // What is half written holds nothing that the one before does not, and its name is needed for the next try.
      await rm(path, { force: true });
      throw error;
    }
    await this.handle?.close();
    [this.handle, this.index, this.bytes] = [handle, index, bytes.byteLength];
    for (const name of before) await rm(join(folder, name), { force: true });
  }

  private async write(entry: SpoolEntry): Promise<void> {
    const { segmentBytes = SEGMENT_BYTES } = this.options;
    const frame = encodeFrame(Buffer.from(JSON.stringify(entry)));
    try {
      if (this.handle === undefined || this.bytes + frame.byteLength > segmentBytes) await this.begin();
      await this.writeFrame(frame);
    } catch (error) {
      if (error instanceof SpoolUnwritable) throw error;
      throw new SpoolUnwritable(`the spool cannot be written: ${(error as Error).message}`, { cause: error });
    }
    this.pages.apply(entry);
  }

  /** A write that failed half way is cut off, so that what follows can be read. */
  private async writeFrame(frame: Buffer): Promise<void> {
    const { handle, bytes } = this;
    if (handle === undefined) throw new Error('no segment is open');
    try {
      await handle.write(frame, 0, frame.byteLength, bytes);
      await handle.sync();
      this.bytes += frame.byteLength;
    } catch (error) {
      await handle.truncate(bytes).catch(() => undefined);
      throw error;
    }
  }

  private async syncFolder(): Promise<void> {
    const folder = await open(this.options.folder);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
