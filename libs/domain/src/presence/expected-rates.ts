import { TICK_MS } from '#contracts';
import type { FleetActivity } from './fleet-activity.js';
import type { NodeActivity } from './node-activity.js';
import type { NodeMinutes } from './node-minutes.js';
import { BUCKET_TICKS, type IsExcluded, medianOf } from './rate-buckets.js';

/** What a node is expected to send. */
export interface ExpectedRate {
  readonly perS: number;
  /** Its own rate alone, whatever its siblings do now. */
  readonly ownPerS: number;
  /** Ticks from one arrival to the next. */
  readonly gapTicks: number;
}

/**
 * What siblings may take off an expectation, and that they may add nothing to it. When clients go elsewhere in a whole PoP, no node
 * is to blame; but where all of its nodes die, something must remain expected, or nobody would miss them. A surge, often retries
 * of what failed elsewhere, would make every healthy node look slow.
 */
const SIBLINGS_RATIO = { min: 0.25, max: 1 } as const;
/** Fewer siblings than two say nothing of their PoP. */
const SIBLINGS_MIN = 2;
/** Outcomes expected of a sibling in the window of the ratio, without which it is not asked. */
const SIBLING_OUTCOMES_MIN = 20;

/** What rates are expected from. */
export interface RateParts {
  readonly activity: FleetActivity;
  readonly minutes: NodeMinutes;
  readonly tick: number;
  /** Nodes of which nothing is expected, because they were told to leave the traffic. */
  readonly quiet: ReadonlySet<string>;
  /** Spans that are no model for a node, because something was wrong in them. */
  readonly isExcludedFor: (node: NodeActivity) => IsExcluded;
  /** Changes when other spans are excluded. */
  readonly exclusion: unknown;
}

interface Base {
  readonly bucket: number;
  readonly version: number;
  readonly exclusion: unknown;
  readonly rate: ExpectedRate | undefined;
}

const MINUTE_TICKS = 60_000 / TICK_MS;

const rateOf = (perS: number, gapTicks: number): ExpectedRate => ({ perS, ownPerS: perS, gapTicks });

/**
 * A node's own rate: as at the same time on earlier days, but never above what it did in the last five minutes nor below half of it
 * (what was odd yesterday is no measure); without recent minutes the season alone, else the last healthy minutes of the hour.
 */
const baseOf = (node: NodeActivity, { minutes, tick, isExcludedFor }: RateParts): ExpectedRate | undefined => {
  const isExcluded = isExcludedFor(node);
  const minute = Math.floor(tick / MINUTE_TICKS);
  const trailing = node.buckets.trailing(tick, isExcluded);
  const seasonal = minutes.seasonal(node.nodeId, minute);
  if (trailing !== undefined) {
    const { perS, gapTicks } = trailing;
    return rateOf(Math.min(perS, Math.max(seasonal ?? perS, perS / 2)), gapTicks);
  }
  const isMinuteExcluded = (each: number): boolean => isExcluded(each * 60_000, (each + 1) * 60_000);
  const perS = seasonal ?? minutes.trailing(node.nodeId, minute, isMinuteExcluded);
  return perS === undefined ? undefined : rateOf(perS, 1);
};

/** What every node is expected to send at a tick: its own rate, by what its siblings in the PoP do of theirs. */
export class ExpectedRates {
  /** Answers that cannot change within a bucket; recomputed they are the same, so a restart decides alike. */
  private readonly bases = new WeakMap<NodeActivity, Base>();

  /** Node → rate; nodes without history are absent, and those of which nothing is expected: no silence of theirs means anything. */
  at(parts: RateParts): ReadonlyMap<string, ExpectedRate> {
    const { activity, tick, quiet } = parts;
    const all = activity.at(tick);
    const nodes = quiet.size === 0 ? all : all.filter(({ nodeId }) => !quiet.has(nodeId));
    const bases = nodes.map((node) => this.base(node, parts));
    const ratios = new Map<string, { readonly nodeId: string; readonly ratio: number }[]>();
    for (const [index, node] of nodes.entries()) {
      const base = bases[index];
      const expected = ((base?.perS ?? 0) * BUCKET_TICKS * TICK_MS) / 1_000;
      if (expected < SIBLING_OUTCOMES_MIN) continue;
      const seen = node.own.all.sum(activity.toldTick(node, tick), BUCKET_TICKS);
      // Who is silent says nothing of what clients do.
      if (seen === 0) continue;
      const ofPop = ratios.get(node.pop) ?? [];
      ofPop.push({ nodeId: node.nodeId, ratio: seen / expected });
      ratios.set(node.pop, ofPop);
    }
    const byPop = new Map([...ratios].map(([pop, list]) => [pop, siblingsOf(list)]));
    const rates = new Map<string, ExpectedRate>();
    for (const [index, node] of nodes.entries()) {
      const base = bases[index];
      if (base === undefined || base.perS <= 0) continue;
      const share = byPop.get(node.pop)?.(node.nodeId) ?? 1;
      rates.set(node.nodeId, share === 1 ? base : { ...base, perS: base.perS * share });
    }
    return rates;
  }

  private base(node: NodeActivity, parts: RateParts): ExpectedRate | undefined {
    const bucket = Math.floor(parts.tick / BUCKET_TICKS);
    const { version } = parts.minutes;
    const { exclusion } = parts;
    const known = this.bases.get(node);
    if (known?.bucket === bucket && known.version === version && known.exclusion === exclusion) return known.rate;
    const rate = baseOf(node, parts);
    this.bases.set(node, { bucket, version, exclusion, rate });
    return rate;
  }
}

/** The middle ratio of the others of a PoP: sorted once for all of them, it is next to the middle without oneself. */
const siblingsOf = (
  list: readonly { readonly nodeId: string; readonly ratio: number }[],
): ((nodeId: string) => number) => {
  const sorted = list.toSorted((a, b) => a.ratio - b.ratio);
  const places = new Map(sorted.map(({ nodeId }, place) => [nodeId, place]));
  const middle = medianOf(list.map(({ ratio }) => ratio)) ?? 1;
  return (nodeId) => {
    const place = places.get(nodeId);
    const others = sorted.length - (place === undefined ? 0 : 1);
    if (others < SIBLINGS_MIN) return 1;
    const half = Math.floor((others - 1) / 2);
    const ratio = sorted[place !== undefined && place <= half ? half + 1 : half]?.ratio ?? middle;
    return Math.min(SIBLINGS_RATIO.max, Math.max(SIBLINGS_RATIO.min, ratio));
  };
};
