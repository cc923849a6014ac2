import type { BrokenLink, KeptHead } from '#contracts';
import { nextDigest, NO_EVENTS } from '../event-hash.js';
import type { ChainLink } from './chain-row.js';

/** A row whose predecessor in its stream is not there. */
export interface ChainGap {
  readonly stream: string;
  readonly version: number;
  readonly position: number;
  /** Whether rows were missing before it: else it is the row itself that is in a place that is not its own. */
  readonly isAfterHole: boolean;
}

/**
 * Faults that are told: whoever rewrote more than this has rewritten everything, and the first ones are looked at. More are counted, no
 * more.
 */
export const BROKEN_MAX = 1_000;

/**
 * Follows the events in their global order, row by row: each must be the hash of itself and of the one before it in its stream, positions must
 * be 1, 2, 3 without a hole, and the digest over all of them must be that of the heads that were kept elsewhere. Holds the faults, at most
 * `BROKEN_MAX` of each kind, and nothing of the events.
 */
export class ChainWalk {
  readonly changed: BrokenLink[] = [];
  readonly holes: BrokenLink[] = [];
  readonly gaps: ChainGap[] = [];
  events = 0;
  /** More is wrong than is told. */
  isCut = false;
  private reached: KeptHead = NO_EVENTS;
  private readonly brokenStreams = new Set<string>();
  private readonly kept: readonly KeptHead[];
  private nextKept = 0;
  private lastFitting = 0;
  private unfitting: BrokenLink | undefined;

  /** `keptHeads`: heads that were kept elsewhere, in any order. */
  constructor(keptHeads: readonly KeptHead[]) {
    // Before any event every store has the same head.
    this.kept = keptHeads.filter(({ position }) => position > 0).toSorted((a, b) => a.position - b.position);
  }

  /** How far it came, and the digest over what it saw. */
  get head(): KeptHead {
    return this.reached;
  }

  /** The first head kept elsewhere that these events are not of, once all rows were followed. */
  get keptHeadFault(): BrokenLink | undefined {
    return this.unfitting;
  }

  /** Whether a stream is known to be broken. */
  isBroken(stream: string): boolean {
    return this.brokenStreams.has(stream);
  }

  /**
   * The next row in the order of positions. `previousHash`: of the row before it in its stream; null: there is none. `isFitting`: its hash is
   * that of itself and of the one before.
   */
  follow(row: ChainLink, previousHash: string | null, isFitting: boolean): void {
    this.events += 1;
    this.lookAtPosition(row);
    this.lookAtLink(row, previousHash, isFitting);
    const position = row.position > this.reached.position ? row.position : this.reached.position;
    this.reached = { position, digest: nextDigest(this.reached.digest, row.hash) };
    this.compareKept();
  }

  /** After the last row. `head`: how far the events are said to go. */
  finish(head: number): void {
    if (head > this.reached.position) this.hole(this.reached.position + 1, head);
    const beyond = this.kept[this.nextKept];
    if (beyond !== undefined) this.unfit(beyond);
  }

  private lookAtPosition({ position }: ChainLink): void {
    if (position > this.reached.position + 1) this.hole(this.reached.position + 1, position - 1);
  }

  private lookAtLink({ stream, version, position }: ChainLink, previousHash: string | null, isFitting: boolean): void {
    if (this.brokenStreams.has(stream)) return;
    if (version !== 1 && previousHash === null) {
      this.break(stream);
      if (this.gaps.length < BROKEN_MAX)
        this.gaps.push({ stream, version, position, isAfterHole: this.holes.length > 0 });
      return;
    }
    if (isFitting) return;
    this.break(stream);
    const link: BrokenLink = { fault: 'changed', position, until: position, stream, version };
    if (this.changed.length < BROKEN_MAX) this.changed.push(link);
  }

  private break(stream: string): void {
    if (this.brokenStreams.size < BROKEN_MAX) this.brokenStreams.add(stream);
    else this.isCut = true;
  }

  private hole(position: number, until: number): void {
    if (this.holes.length === BROKEN_MAX) this.isCut = true;
    else this.holes.push({ fault: 'missing', position, until, stream: null, version: null });
  }

  private compareKept(): void {
    for (let kept = this.kept[this.nextKept]; kept !== undefined; kept = this.kept[this.nextKept]) {
      if (kept.position > this.reached.position) return;
      if (kept.position === this.reached.position && kept.digest === this.reached.digest)
        this.lastFitting = kept.position;
      else this.unfit(kept);
      this.nextKept += 1;
    }
  }

  private unfit({ position: until }: KeptHead): void {
    const position = this.lastFitting + 1;
    this.unfitting ??= { fault: 'kept_head', position, until, stream: null, version: null };
  }
}
