import type { SpilloverLevel, SpilloverSignal } from '#contracts';

/**
 * What other providers see of our trouble. Customers and resolvers that leave us turn up there, and what nobody can refresh is answered
 * from caches past their time. It tells how far an outage reaches, and by when users come back; it says nothing of why. So it goes with an
 * incident and never makes one: no rule reads it.
 *
 * Per incident and provider: nothing → `rising` → `receding`, each told once. A provider that rises again within the same incident is
 * not told again: an incident is not a chart.
 */

/** From here on it is more than a busy hour: the usual figure is of the same hour, and twice that is no day's variation. Study: 4 ×. */
const RATIO_MIN = 2;
/** Share of stale answers from which on it is news: a cache answers past its time only when it cannot refresh (RFC 8767). */
const STALE_SHARE_MIN = 0.01;
/** It recedes when half of what was too much when it was told is gone. */
const RECEDED = 0.5;
/** Providers that are known, and told of in one incident; there are a dozen that anybody moves to. One more is passed over. */
export const SPILLOVER_PROVIDERS_MAX = 16;
/**
 * For how long a counter is news: providers tell each minute or so, and who opens an incident cites the last five. Shorter than what a
 * restart reads again, so a restart changes nothing.
 */
export const SPILLOVER_KNOWN_MS = 300_000;

/** How much a provider has more than usual. */
export interface SpilloverMeasure {
  /** Queries now against usual: 4 is +300 %. */
  readonly ratio: number;
  /** Stale answers against queries, 0 to 1. */
  readonly staleShare: number;
}

/** What an incident was told of a provider. */
export interface ToldSpillover extends SpilloverMeasure {
  readonly level: SpilloverLevel;
}

/** What a signal measures. */
export const measureSpillover = ({
  queriesPerSecond,
  usualPerSecond,
  stalePerSecond,
}: SpilloverSignal): SpilloverMeasure => ({
  ratio: queriesPerSecond / usualPerSecond,
  staleShare: queriesPerSecond === 0 ? 0 : Math.min(1, (stalePerSecond ?? 0) / queriesPerSecond),
});

const isAbove = ({ ratio, staleShare }: SpilloverMeasure): boolean =>
  ratio >= RATIO_MIN || staleShare >= STALE_SHARE_MIN;

const hasReceded = (now: SpilloverMeasure, told: SpilloverMeasure): boolean =>
  now.ratio - 1 <= RECEDED * Math.max(RATIO_MIN - 1, told.ratio - 1) &&
  now.staleShare <= RECEDED * Math.max(STALE_SHARE_MIN, told.staleShare);

/** The level that a measure reaches anew; undefined when there is nothing to tell. */
export const nextLevel = (told: ToldSpillover | undefined, now: SpilloverMeasure): SpilloverLevel | undefined => {
  if (told === undefined) return isAbove(now) ? 'rising' : undefined;
  return told.level === 'rising' && hasReceded(now, told) ? 'receding' : undefined;
};

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** The measure in words: `queries +300 % (8000 a second, usually 2000), 2.0 % stale answers`. */
export const describeSpillover = (signal: SpilloverSignal): string => {
  const { ratio, staleShare } = measureSpillover(signal);
  const change = `${ratio < 1 ? '' : '+'}${(100 * (ratio - 1)).toFixed(0)} %`;
  const stale = signal.stalePerSecond === undefined ? '' : `, ${percent(staleShare)} stale answers`;
  return `queries ${change} (${signal.queriesPerSecond} a second, usually ${signal.usualPerSecond})${stale}`;
};

/** What each provider told last. */
export class Spillovers {
  private readonly byProvider = new Map<string, SpilloverSignal>();

  /** The last one in the order of the log counts, whatever time it claims. */
  apply(signal: SpilloverSignal): void {
    this.byProvider.delete(signal.provider);
    this.byProvider.set(signal.provider, signal);
    const oldest = this.byProvider.size > SPILLOVER_PROVIDERS_MAX ? this.byProvider.keys().next().value : undefined;
    if (oldest !== undefined) this.byProvider.delete(oldest);
  }

  /** What is news at a moment, by provider; neither what is older, nor what claims to come from the future. */
  at(atMs: number): readonly SpilloverSignal[] {
    return [...this.byProvider.values()]
      .filter(({ atUs }) => Math.abs(atMs - atUs / 1_000) <= SPILLOVER_KNOWN_MS)
      .sort((a, b) => (a.provider < b.provider ? -1 : 1));
  }
}
