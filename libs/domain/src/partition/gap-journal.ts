import { TICK_MS } from '#contracts';
import type { TelemetryGap } from '../window/partition-tick.js';
import type { OpenGap, PendingLedger } from './ledger-pending.js';
import type { GapCause, OffsetGap } from './offset-gap.js';
import type { TickSource } from './tick-builder.js';

/** Offsets that are lost, as they are found: `to` is exclusive. */
export interface FoundGap {
  readonly from: number;
  readonly to: number;
  readonly cause: GapCause;
}

/** For how long a loss is told: a process that takes over tells at most some seconds again, which readers ignore. */
const GAP_TOLD_MS = 60_000;
/** A batch that others show to be missing may be on its way: a node sends it again for minutes, but within seconds when all is well. */
const BATCH_AWAITED_MS = 60_000;
/** Most losses one tick tells; further ones are in Postgres. A fleet that loses more is told of by the first. */
export const GAPS_TOLD_MAX = 20;

/** The records of one partition that are lost: found, written with the next flush, told for a minute. */
export class GapJournal {
  private undated: FoundGap[];
  private unwritten: OffsetGap[] = [];
  private told: OffsetGap[];

  constructor(
    private readonly source: TickSource,
    written: readonly OffsetGap[],
    found: readonly FoundGap[],
  ) {
    this.undated = [...found];
    this.told = [...written];
  }

  find(lost: readonly FoundGap[]): void {
    this.undated.push(...lost);
  }

  /** Log time: what was found since it was last told was found now. */
  timeIs(atMs: number): void {
    if (this.undated.length === 0) return;
    const dated = this.undated.map((gap) => ({ ...this.source, ...gap, foundAtMs: atMs }));
    this.undated = [];
    this.unwritten.push(...dated);
    this.told = [...dated, ...this.told].slice(0, GAPS_TOLD_MAX);
  }

  /** Whether something was found at a time that is not known yet: until then no position may pass it. */
  get isUndated(): boolean {
    return this.undated.length > 0;
  }

  /** What was found since the last time. */
  take(): readonly OffsetGap[] {
    const taken = this.unwritten;
    this.unwritten = [];
    return taken;
  }

  /** What a tick tells. */
  recent(tick: number): readonly OffsetGap[] {
    if (this.told.length > 0) this.told = this.told.filter(({ foundAtMs }) => tick * TICK_MS < foundAtMs + GAP_TOLD_MS);
    return this.told;
  }
}

/** Batches that are missing for a minute, and not yet for two. */
export const missingBatches = (ledger: PendingLedger, tick: number): readonly OpenGap[] => {
  const openedBeforeMs = tick * TICK_MS - BATCH_AWAITED_MS;
  return ledger.missing(openedBeforeMs - GAP_TOLD_MS, openedBeforeMs);
};

const perNode = (missing: readonly OpenGap[]): readonly TelemetryGap[] => {
  const nodes = new Map<string, { batches: number; outcomes: number | null }>();
  for (const { nodeId, from, to, publishedBefore, publishedAfter } of missing) {
    const { batches, outcomes } = nodes.get(nodeId) ?? { batches: 0, outcomes: 0 };
    const size = publishedBefore === null || publishedAfter === null ? null : publishedAfter - publishedBefore;
    nodes.set(nodeId, {
      batches: batches + to - from + 1,
      outcomes: outcomes === null || size === null ? null : outcomes + size,
    });
  }
  return Array.from(nodes, ([nodeId, lost]) => ({ kind: 'batches', nodeId, ...lost }));
};

/** Losses as a tick tells them. */
export const gapsOf = (records: readonly OffsetGap[], batches: readonly OpenGap[]): readonly TelemetryGap[] => [
  ...records.map(({ from, to, cause }): TelemetryGap => ({ kind: 'records', from, to, cause })),
  ...perNode(batches).slice(0, GAPS_TOLD_MAX),
];
