import type { FollowedHead, KeptHead } from '#contracts';
import type { EventLog } from '#event-log';
import { keepHead, type Logger, readKeptHeads } from '#runtime';
import { type Database, EventsCutOff, followDigest, NO_EVENTS } from '#store';

/**
 * How often the head of the events is kept: what was rewritten is known to lie within this time. A month of minutes is 43,200 records of
 * 220 bytes.
 */
export const ANCHOR_EVERY_MS = 60_000;

/** What keeping heads needs. */
export interface AuditAnchorParts {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly logger: Logger;
}

const headOf = ({ position, digest }: FollowedHead): KeptHead => ({ position, digest });

/** Heads that are looked through for the newest at the start: those that several processes keep come nearly at once. */
const LOOKED_BACK = 10;

/**
 * Keeps, each minute in which anything was recorded, how far the events went and the digest over all of them: in the topic `audit-anchor`, and
 * by the dead-man's word outside. It goes on from what it kept itself, never from what the database says of the past, so that whoever
 * rewrites the past cannot have it kept anew. After a restart it goes on from the newest head of the topic. Several processes keep the same
 * heads, which is no harm.
 */
export class AuditAnchorReconciler {
  private kept: FollowedHead | undefined;
  private cutAt: number | undefined;

  constructor(private readonly parts: AuditAnchorParts) {}

  /** The head that was kept last; undefined before the first. */
  head(): KeptHead | undefined {
    return this.kept === undefined ? undefined : headOf(this.kept);
  }

  /** Why nothing is kept any more; undefined while the events go on from where they were. */
  notice(): string | undefined {
    return this.cutAt === undefined
      ? undefined
      : `the events were cut off behind position ${this.cutAt}: see tocsin audit verify`;
  }

  /** One run: follows the events, and keeps their head when it moved. */
  readonly reconcile = async (): Promise<void> => {
    // Once cut, what is written in its place is kept by nobody: a person looks, and starts the process anew.
    if (this.cutAt !== undefined) return;
    const { database, eventLog } = this.parts;
    const before = (this.kept ??= await this.newest());
    const head = await followDigest(database, before).catch((error: unknown) => this.told(error));
    if (head === undefined) return;
    if (head.position === before.position) return;
    await keepHead(eventLog, head);
    this.kept = head;
  };

  private async newest(): Promise<FollowedHead> {
    const heads = await readKeptHeads(this.parts.eventLog, LOOKED_BACK);
    return heads.reduce<FollowedHead>((newest, head) => (head.position > newest.position ? head : newest), NO_EVENTS);
  }

  private told(error: unknown): undefined {
    if (!(error instanceof EventsCutOff)) throw error;
    this.parts.logger.error({ head: error.head, known: error.known }, 'the newest events were cut off');
    this.cutAt = error.head;
    return undefined;
  }
}
