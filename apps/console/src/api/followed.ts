/** Figures of one window; a percentile is µs, or `timeout` where it is slower than every latency; null: nothing was asked. */
export interface Health {
  readonly key: string;
  readonly success: number | null;
  readonly good: number;
  readonly bad: number;
  readonly timeout: number;
  readonly p50: number | 'timeout' | null;
  readonly p95: number | 'timeout' | null;
  readonly p99: number | 'timeout' | null;
  /** Length in ms, and its last second of event time. */
  readonly window: number;
  readonly slot: number;
}

/** The fleet and its regions, as they are told once a second. */
export interface FleetHealth {
  readonly asOf: string;
  readonly fleet: Health;
  readonly regions: readonly Health[];
}

const prefixesIn = (meta: Record<string, unknown> | undefined): readonly string[] =>
  (meta?.follows ?? []) as readonly string[];

/** Whether what was read rests on events at all. */
export const isFollowing = (meta: Record<string, unknown> | undefined): boolean => prefixesIn(meta).length > 0;

/** How long at least between two readings for events, ms; of what every event changes. 0: as soon as there is one. */
export const restOf = (meta: Record<string, unknown> | undefined): number => (meta?.restMs ?? 0) as number;

/** Whether what was read, with the streams that it rests on in `meta.follows`, may be another after events of these streams. */
export const followed = (meta: Record<string, unknown> | undefined, streams: readonly string[]): boolean => {
  const follows = prefixesIn(meta);
  return streams.some((stream) => follows.some((prefix) => stream.startsWith(prefix)));
};
