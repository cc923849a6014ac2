import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeFrame, RECORD_BYTES_MAX } from './spool-frame.js';
import { type SpoolEntry, subjectOf } from './spool-entry.js';
import { openBytesOf, SpoolIndex } from './spool-index.js';
import {
  dropSegments,
  makeFolder,
  readSegments,
  segmentName,
  type SegmentReports,
  segmentsOf,
  syncFolder,
} from './spool-segments.js';

/** A segment that is this long is followed by a new one, which begins with all that still matters; then the old one goes. */
export const SEGMENT_BYTES = 16 << 20;
/** Pages that are open may fill this much; beyond it none is spooled any more, and they are sent unspooled, with an error. Answers always are. */
export const SPOOL_BYTES_MAX = 12 << 20;
/** A segment that begins with much takes a quarter of a segment more, so that it is not written anew for each record. */
const GROWTH_SHARE = 1 / 4;

/** No more can be spooled: the disk is full or broken, as much is open as may be, or the spool has no folder. */
export class SpoolUnwritable extends Error {
  override readonly name = 'SpoolUnwritable';
}

/** What a spool is made with. */
export interface SpoolOptions extends SegmentReports {
  readonly nowMs: () => number;
  readonly segmentBytes?: number;
  readonly bytesMax?: number;
}

interface Segment {
  readonly folder: string;
  readonly handle: FileHandle;
  readonly bytesMax: number;
  bytes: number;
}

const framesOf = (entries: readonly SpoolEntry[]): Buffer =>
  Buffer.concat(entries.map((entry) => encodeFrame(Buffer.from(JSON.stringify(entry)))));

/**
 * Pages on their way, in memory and on the disk of the dispatcher: an append is known at once and resolves when it is synced. What the disk did not
 * take is written with the next that it takes, as all that matters: so a spool without a folder, or on a disk that is full, is only not
 * durable. One file at a time is written; segments before the newest are only there between the writing of a new one and the removal of the old.
 */
export class Spool {
  private last: Promise<unknown> = Promise.resolve();
  /** What is written next, by one write and one sync: so a thousand pages at once wait for some syncs. Each page is in memory anyway. */
  private readonly queued: SpoolEntry[] = [];
  /** The write of what is queued. */
  private writing: Promise<void> | undefined;
  private segment: Segment | undefined;
  private index = 0;
  private isBehind = false;
  private isClosed = false;
  /** Of the page that was refused last: while it would not fit the spool is full. */
  private refusedBytes = 0;
  private unread: ReadonlySet<string> = new Set();
  readonly pages = new SpoolIndex();

  constructor(private readonly options: SpoolOptions) {}

  /** One that writes to a folder, and knows what that holds. */
  static async open({ folder, ...options }: SpoolOptions & { readonly folder: string }): Promise<Spool> {
    const spool = new Spool(options);
    await spool.attach(folder);
    return spool;
  }

  /** Reads what a folder holds and writes there from now on; what is known already is written there as well. */
  attach(folder: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.isClosed) throw new SpoolUnwritable('the spool is closed');
      await this.leave();
      await makeFolder(folder);
      const { pages, newest, unread } = await readSegments(folder, this.options);
      this.pages.adopt(pages.kept(this.options.nowMs()));
      [this.index, this.unread] = [newest, unread];
      await this.begin(folder);
    });
  }

  /** Writes nowhere any more: the folder is another's. */
  detach(): Promise<void> {
    return this.inTurn(() => this.leave());
  }

  /** Takes what a folder holds that nobody writes to: it is synced here before it is removed there. */
  adopt(folder: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.segment === undefined) throw new SpoolUnwritable('the spool has no folder');
      const { pages, names, unread } = await readSegments(folder, this.options);
      this.pages.adopt(pages.kept(this.options.nowMs()));
      await this.begin(this.segment.folder);
      await dropSegments(folder, names, unread);
    });
  }

  /**
   * Resolves when the entries are on the disk, together. Throws `SpoolUnwritable`: a page beyond what may be open is not known then; all else is,
   * and is written once the disk takes something.
   */
  append(...entries: readonly SpoolEntry[]): Promise<void> {
    if (this.isClosed) return Promise.reject(new SpoolUnwritable('the spool is closed'));
    const bytes = this.opening(entries);
    // It would fit into no segment.
    if (bytes > RECORD_BYTES_MAX) return Promise.reject(new SpoolUnwritable(`a page of ${bytes} bytes`));
    if (bytes > 0 && this.pages.openBytes + bytes > this.bytesMax) {
      this.refusedBytes = bytes;
      return Promise.reject(new SpoolUnwritable(`the spool is full: ${this.pages.openBytes} bytes are open`));
    }
    for (const entry of entries) this.pages.apply(entry);
    this.queued.push(...entries);
    this.writing ??= this.inTurn(() => {
      this.writing = undefined;
      return this.write(this.queued.splice(0));
    });
    return this.writing;
  }

  /** Whether the disk takes something now, and there is room; writes nothing that stays but what it did not take before. */
  async isWritable(): Promise<boolean> {
    const folder = this.segment?.folder;
    if (folder === undefined) return false;
    try {
      const path = join(folder, 'probe');
      const handle = await open(path, 'w', 0o600);
      try {
        await handle.write('ok');
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rm(path, { force: true });
      if (this.isBehind) await this.inTurn(() => this.begin(folder));
      return this.pages.openBytes + this.refusedBytes <= this.bytesMax;
    } catch {
      return false;
    }
  }

  /** Takes nothing any more. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.inTurn(() => this.leave());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.then(work);
    this.last = done.catch(() => undefined);
    return done;
  }

  private get bytesMax(): number {
    return this.options.bytesMax ?? SPOOL_BYTES_MAX;
  }

  /** What pages would take that are still to be sent after these entries. */
  private opening(entries: readonly SpoolEntry[]): number {
    const ended = new Set(
      entries
        .filter((each) => each.kind === 'closed' || (each.kind === 'result' && each.outcome !== 'retry'))
        .map(subjectOf),
    );
    return entries.reduce((sum, entry) => {
      const isOpening = entry.kind === 'page' && !ended.has(entry.page.spoolId);
      return isOpening && this.pages.get(entry.page.spoolId) === undefined ? sum + openBytesOf(entry.page) : sum;
    }, 0);
  }

  private async leave(): Promise<void> {
    await this.segment?.handle.close();
    this.segment = undefined;
  }

  /** A new segment with all that matters, synced before the ones that it replaces are removed. */
  private async begin(folder: string): Promise<void> {
    const { segmentBytes = SEGMENT_BYTES, nowMs } = this.options;
    this.isBehind = true;
    const before = await segmentsOf(folder);
    const bytes = framesOf(this.pages.kept(nowMs()));
    // Counted up though it fails: what is half written may not be removable.
    this.index += 1;
    const path = join(folder, segmentName(this.index));
    const handle = await open(path, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
      await syncFolder(folder);
    } catch (error) {
      await handle.close();
      await rm(path, { force: true });
      throw error;
    }
    await this.leave();
    const bytesMax = Math.max(segmentBytes, bytes.byteLength + segmentBytes * GROWTH_SHARE);
    this.segment = { folder, handle, bytes: bytes.byteLength, bytesMax };
    this.isBehind = false;
    // What cannot be removed now is removed with the next.
    await dropSegments(folder, before, this.unread).then(
      () => (this.unread = new Set()),
      () => undefined,
    );
  }

  private async write(entries: readonly SpoolEntry[]): Promise<void> {
    const { segment } = this;
    if (segment === undefined) {
      this.isBehind = true;
      throw new SpoolUnwritable('the spool has no folder');
    }
    const frames = framesOf(entries);
    try {
      if (this.isBehind || segment.bytes + frames.byteLength > segment.bytesMax) await this.begin(segment.folder);
      else await this.writeFrames(segment, frames);
    } catch (error) {
      throw new SpoolUnwritable(`the spool cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  /** A write that failed half way is cut off, so that what follows can be read. */
  private async writeFrames(segment: Segment, frames: Buffer): Promise<void> {
    const { handle, bytes } = segment;
    try {
      for (let written = 0; written < frames.byteLength;) {
        const { bytesWritten } = await handle.write(frames, written, frames.byteLength - written, bytes + written);
        written += bytesWritten;
      }
      await handle.sync();
      segment.bytes += frames.byteLength;
    } catch (error) {
      this.isBehind = true;
      await handle.truncate(bytes).catch(() => undefined);
      throw error;
    }
  }
}
