import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { Clock } from './clock.js';
import { SEGMENT_BYTES, type Segment, SpoolFolder } from './spool-folder.js';
import { encodeRecord, HEADER_BYTES, readRecord, readRecords, type SpooledBatch } from './spool-record.js';

/** Where batches are kept on disk, and how many. */
export interface SpoolConfig {
  readonly directory: string;
  readonly maxBytes: number;
  /** What is older tells nobody anything any more. */
  readonly maxAgeMs: number;
}

/** What became of batches that were to be kept: `stored` of them are on the disk; `shed` are those that had to go for them. */
export interface Appended {
  readonly stored: number;
  readonly shed: readonly SpooledBatch[];
  readonly failure: Error | undefined;
}

/** A batch from the spool, and its place. */
export interface SpooledHead extends SpooledBatch {
  readonly segment: number;
  readonly nextAt: number;
}

/** A segment goes as a whole when its first batch is too old: it holds no more than this part of the longest age. */
const SEGMENT_AGE_PART = 1 / 24;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/**
 * Batches on disk, first in, first out. A batch is in one of three states.
 * - KEPT: written, and synced before `append` says so; it survives a kill and a restart of the machine.
 * - DELIVERED: `done` was told; its segment is removed when all of it was delivered.
 * - SHED: the spool was full or the batch too old. The oldest segment goes as a whole, and its batches are handed to the caller, who
 *   counts them.
 * Batches keep the number and the boot they were given: what is sent a second time, since the answer or the mark was lost, is
 * recognised by (node, agentBootId, seq). One call works at a time; the others wait.
 */
export class Spool {
  private readonly folder: SpoolFolder;
  private segments: Segment[] = [];
  private writing: { readonly segment: Segment; readonly handle: FileHandle } | undefined;
  private reading: { readonly segment: Segment; readonly handle: FileHandle } | undefined;
  private nextIndex = 1;
  /** The batch that was handed out and not yet done: it is in flight, so it is not shed. */
  private lent: SpooledHead | undefined;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly config: SpoolConfig,
    private readonly clock: Clock,
    private readonly say: (line: string) => void,
  ) {
    this.folder = new SpoolFolder(config.directory, say);
  }

  /** Opens a spool, with what was left in it. Fails when the folder cannot be used at all. */
  static async open(config: SpoolConfig, clock: Clock, say: (line: string) => void): Promise<Spool> {
    const spool = new Spool(config, clock, say);
    try {
      const { segments, nextIndex } = await spool.folder.read();
      spool.segments = segments;
      // What an agent before us wrote last may be torn: never written on.
      spool.nextIndex = nextIndex;
    } catch (cause) {
      throw new Error(`open spool ${config.directory}: ${asError(cause).message}`, { cause });
    }
    if (spool.batches > 0) say(`spool: ${spool.batches} batches were left in ${config.directory}`);
    return spool;
  }

  /** Batches that wait. */
  get batches(): number {
    return this.segments.reduce((sum, { batches }) => sum + batches, 0);
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.segments.reduce((sum, { endAt }) => sum + endAt, 0);
  }

  /** Keeps batches behind all others; without any it only sheds what is too old. */
  append(batches: readonly SpooledBatch[]): Promise<Appended> {
    return this.exclusive(() => this.appendNow(batches));
  }

  /** The oldest batch that waits; the same until it is done. */
  oldest(): Promise<SpooledHead | undefined> {
    return this.exclusive(() => this.oldestNow());
  }

  /** A batch was delivered, or refused for good. */
  done(head: SpooledHead): Promise<void> {
    return this.exclusive(() => this.doneNow(head));
  }

  /** Lets go of the files. */
  close(): Promise<void> {
    return this.exclusive(async () => {
      await this.reading?.handle.close();
      await this.stopWriting();
      this.reading = undefined;
    });
  }

  private exclusive<T>(act: () => Promise<T>): Promise<T> {
    const result = this.last.then(act);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async appendNow(batches: readonly SpooledBatch[]): Promise<Appended> {
    const shed: SpooledBatch[] = [];
    let stored = 0;
    try {
      await this.shedWhile(() => this.isOldestTooOld(), shed);
      while (stored < batches.length) stored += await this.appendGroup(batches.slice(stored), shed);
      return { stored, shed, failure: undefined };
    } catch (error) {
      // What was written in part is not written on.
      await this.stopWriting().catch(() => undefined);
      // By its code: the same trouble is to be told once, whatever file it came from.
      const { code, message } = error as NodeJS.ErrnoException;
      const failure = new Error(`write to ${this.config.directory}: ${code ?? message}`, { cause: error });
      return { stored, shed, failure };
    }
  }

  /** As many as go into one segment, with one sync. */
  private async appendGroup(batches: readonly SpooledBatch[], shed: SpooledBatch[]): Promise<number> {
    const { segment, handle } = await this.segmentToWrite();
    const records: Buffer[] = [];
    let bytes = 0;
    for (const batch of batches) {
      if (records.length > 0 && segment.endAt + bytes > SEGMENT_BYTES) break;
      const record = encodeRecord(batch);
      records.push(record);
      bytes += record.length;
    }
    await this.shedWhile(() => this.bytes + bytes > this.config.maxBytes && this.segments[0] !== segment, shed);
    await handle.write(Buffer.concat(records), 0, bytes, segment.endAt);
    await handle.datasync();
    segment.endAt += bytes;
    segment.batches += records.length;
    return records.length;
  }

  private async segmentToWrite(): Promise<{ readonly segment: Segment; readonly handle: FileHandle }> {
    const nowMs = this.clock.nowMs();
    if (this.writing !== undefined && this.isOpen(this.writing.segment, nowMs)) return this.writing;
    await this.stopWriting();
    this.writing = await this.folder.create(this.nextIndex, nowMs);
    this.nextIndex += 1;
    this.segments.push(this.writing.segment);
    return this.writing;
  }

  private isOpen({ endAt, createdMs }: Segment, nowMs: number): boolean {
    return endAt < SEGMENT_BYTES && nowMs - createdMs < this.config.maxAgeMs * SEGMENT_AGE_PART;
  }

  private async stopWriting(): Promise<void> {
    const { writing } = this;
    this.writing = undefined;
    await writing?.handle.close();
  }

  private isOldestTooOld(): boolean {
    const [oldest] = this.segments;
    return oldest !== undefined && this.clock.nowMs() - oldest.createdMs > this.config.maxAgeMs;
  }

  private async shedWhile(mustGo: () => boolean, shed: SpooledBatch[]): Promise<void> {
    while (mustGo()) {
      const [segment] = this.segments;
      if (segment === undefined) return;
      const fromAt = this.lent?.segment === segment.index ? this.lent.nextAt : segment.headAt;
      // A file that somebody took away is no reason to keep nothing any more.
      const bytes = await readFile(segment.path).catch(() => Buffer.alloc(0));
      shed.push(...readRecords(bytes, fromAt).batches);
      await this.drop(segment);
    }
  }

  private async oldestNow(): Promise<SpooledHead | undefined> {
    for (let [segment] = this.segments; segment !== undefined; [segment] = this.segments) {
      if (this.lent?.segment === segment.index) return this.lent;
      const head = segment.batches > 0 ? await this.read(segment) : undefined;
      if (head !== undefined) {
        this.lent = head;
        return head;
      }
      await this.drop(segment);
    }
    return undefined;
  }

  /** The record at the head of a segment; undefined when it cannot be read, and so nothing behind it can. */
  private async read(segment: Segment): Promise<SpooledHead | undefined> {
    try {
      const handle = await this.handleOf(segment);
      const header = Buffer.alloc(HEADER_BYTES);
      await handle.read(header, 0, HEADER_BYTES, segment.headAt);
      const length = HEADER_BYTES + Math.min(header.readUInt32BE(0), segment.endAt - segment.headAt);
      const bytes = Buffer.alloc(length);
      await handle.read(bytes, 0, length, segment.headAt);
      const found = readRecord(bytes, 0);
      if (found.kind === 'record')
        return { ...found.batch, segment: segment.index, nextAt: segment.headAt + found.nextAt };
      segment.isDamaged = true;
    } catch (error) {
      this.say(`spool: ${segment.path} cannot be read: ${asError(error).message}`);
    }
    return undefined;
  }

  private async handleOf(segment: Segment): Promise<FileHandle> {
    if (this.reading?.segment !== segment) {
      await this.reading?.handle.close();
      this.reading = undefined;
      this.reading = { segment, handle: await open(segment.path) };
    }
    return this.reading.handle;
  }

  private async doneNow(head: SpooledHead): Promise<void> {
    this.lent = undefined;
    const [segment] = this.segments;
    // It was shed while it was in flight.
    if (segment?.index !== head.segment) return;
    segment.headAt = head.nextAt;
    segment.batches -= 1;
    if (segment.batches <= 0) await this.drop(segment);
    else await this.folder.mark(segment).catch((error: unknown) => this.say(`spool: ${asError(error).message}`));
  }

  private async drop(segment: Segment): Promise<void> {
    this.segments = this.segments.filter((one) => one !== segment);
    if (this.writing?.segment === segment) await this.stopWriting();
    if (this.reading?.segment === segment) {
      await this.reading.handle.close();
      this.reading = undefined;
    }
    await this.folder
      .remove(segment)
      .catch((error: unknown) => this.say(`spool: remove ${segment.path}: ${asError(error).message}`));
  }
}
