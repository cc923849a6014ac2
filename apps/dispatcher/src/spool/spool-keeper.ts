import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#runtime';
import { type SeenOwners, SpoolLock } from './spool-lock.js';
import { makeFolder, segmentsOf } from './spool-segments.js';
import type { Spool } from './spool.js';

/** Processes that may dispatch on one data directory at once; one more sends without a spool, with an error. */
export const FOLDERS_MAX = 16;

/** What keeping needs. */
export interface SpoolKeeperParts {
  readonly spool: Spool;
  readonly dataDir: string;
  readonly logger: Logger;
}

/**
 * Gives the spool a folder that no other process has, again when the disk did not take it or another took it over; and takes over what
 * processes that are gone have left in theirs.
 */
export class SpoolKeeper {
  private own: { readonly folder: string; readonly lock: SpoolLock } | undefined;
  private readonly seen: SeenOwners = new Map();

  constructor(private readonly parts: SpoolKeeperParts) {}

  /** One look, each `BEAT_EVERY_MS`. Throws while the spool has no folder. */
  readonly look = async (): Promise<void> => {
    const { spool, logger } = this.parts;
    if (this.own !== undefined && !(await this.own.lock.beat().catch(() => true))) {
      logger.error({ folder: this.own.folder }, 'another process took the spool for dead, and has it now');
      this.own = undefined;
      await spool.detach();
    }
    if (this.own === undefined) await this.take();
    await this.adopt();
  };

  /** Lets the folder go; the spool is closed before. */
  readonly release = async (): Promise<void> => {
    await this.own?.lock.release();
    this.own = undefined;
  };

  private get root(): string {
    return join(this.parts.dataDir, 'dispatcher-spool');
  }

  private async take(): Promise<void> {
    for (let number = 0; number < FOLDERS_MAX; number += 1) {
      const folder = join(this.root, String(number));
      await makeFolder(folder);
      const lock = await SpoolLock.take(folder, this.seen);
      if (lock === undefined) continue;
      try {
        await this.parts.spool.attach(folder);
      } catch (error) {
        await lock.release().catch(() => undefined);
        throw error;
      }
      this.own = { folder, lock };
      return;
    }
    throw new Error(`open the spool: ${FOLDERS_MAX} processes dispatch in ${this.parts.dataDir} already`);
  }

  private async adopt(): Promise<void> {
    const { spool, logger } = this.parts;
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.root)) {
      const folder = join(this.root, name);
      if (!/^\d+$/.test(name) || folder === this.own?.folder || (await segmentsOf(folder)).length === 0) continue;
      const lock = await SpoolLock.take(folder, this.seen);
      if (lock === undefined) continue;
      try {
        await spool.adopt(folder);
        logger.warn({ folder }, 'the spool of a process that is gone is taken over');
      } finally {
        await lock.release();
      }
    }
  }
}
