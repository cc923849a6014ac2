import { OUTCOMES, type Release } from '#contracts';
import { createZoneFinder, type RecentNames, Tap, type TapOutcome } from '#domain';
import { BatchBuilder, type BatchRows, type IdOfZone } from './batch-builder.js';
import type { OpenBatch, Origin, Unseen } from './batch-queue.js';
import type { Clock } from './clock.js';
import type { Seen } from './completeness.js';

const NAME_OF = new Map<number, string>(OUTCOMES.map(({ code, name }) => [code, name]));

/** What a line is made of. */
export interface OutcomeLineParts {
  /** That the server answers for. */
  readonly zones: readonly string[];
  /** What says that an NXDOMAIN contradicts an earlier answer; undefined: nothing does. */
  readonly recentNames: RecentNames | undefined;
  readonly clock: Clock;
  readonly offer: (batch: OpenBatch) => void;
  readonly idOfZone: IdOfZone;
}

/** From frames to batches: what a batch holds comes from one start of the server and one release. */
export class OutcomeLine {
  readonly tap: Tap;
  /** Outcomes by name. */
  readonly outcomes: Record<string, number> = {};
  private observed = 0;
  private origin: Origin;
  private readonly builder: BatchBuilder;
  private told: Unseen = { unpairedQueries: 0, orphanResponses: 0, malformed: 0 };

  constructor(
    private readonly parts: OutcomeLineParts,
    release: Release,
  ) {
    this.origin = { serverBootId: '0', ...release };
    this.builder = new BatchBuilder(
      () => parts.clock.nowMs() * 1_000,
      (rows) => this.publish(rows),
      parts.idOfZone,
    );
    const take = (outcome: TapOutcome): void => {
      const name = NAME_OF.get(outcome.outcome) ?? 'unknown';
      this.outcomes[name] = (this.outcomes[name] ?? 0) + 1;
      this.observed += 1;
      this.builder.add(outcome);
    };
    this.tap = new Tap(createZoneFinder(parts.zones), take, parts.recentNames);
  }

  /** What outcomes are said to come from. */
  get from(): Origin {
    return this.origin;
  }

  /** What comes from now on is of another start or release; what was gathered before is not. */
  moveTo(change: Partial<Origin>): void {
    const origin = { ...this.origin, ...change };
    const { serverBootId, softwareVersion, configRev } = this.origin;
    if (
      origin.serverBootId === serverBootId &&
      origin.softwareVersion === softwareVersion &&
      origin.configRev === configRev
    )
      return;
    this.builder.flush();
    this.origin = origin;
  }

  /** The release of what was gathered too: it was read only now. */
  relabel(release: Release): void {
    this.origin = { ...this.origin, ...release };
  }

  /** Closes the batch. Queries that got no answer are told even when there is no outcome beside them. */
  flush(): void {
    const before = this.told;
    this.builder.flush();
    if (before === this.told && Object.values(this.untold()).some((count) => count > 0)) this.publish(this.noRows());
  }

  /** What was seen and not seen so far. */
  seen(dropped: number): Seen {
    const { unpairedQueries, undecodable } = this.tap.counts;
    return { observed: this.observed, dropped, unseen: unpairedQueries + undecodable };
  }

  private publish(rows: BatchRows): void {
    const unseen = this.untold();
    const { unpairedQueries, orphanResponses, malformed } = this.tap.counts;
    this.told = { unpairedQueries, orphanResponses, malformed: malformed + this.tap.counts.undecodable };
    this.parts.offer({ rows, origin: this.origin, unseen });
  }

  private untold(): Unseen {
    const { counts } = this.tap;
    return {
      unpairedQueries: counts.unpairedQueries - this.told.unpairedQueries,
      orphanResponses: counts.orphanResponses - this.told.orphanResponses,
      malformed: counts.malformed + counts.undecodable - this.told.malformed,
    };
  }

  private noRows(): BatchRows {
    return {
      t0Us: this.parts.clock.nowMs() * 1_000,
      n: 0,
      zones: [],
      dtUs: new Uint32Array(0),
      zoneIx: new Uint16Array(0),
      zoneId: undefined,
      latencyUs: new Uint32Array(0),
      outcome: new Uint8Array(0),
      qtype: new Uint16Array(0),
      rcode: new Uint16Array(0),
      transport: new Uint8Array(0),
      flags: new Uint8Array(0),
      qnameLen: new Uint8Array(0),
    };
  }
}
