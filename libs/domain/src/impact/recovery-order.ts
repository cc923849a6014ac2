/** What fails in a region, and what it costs. */
export interface RegionImpact {
  readonly region: string;
  /** Share of its queries that fail, 0..1; undefined without outcomes. */
  readonly failing: number | undefined;
  readonly dollarsPerMinute: number;
}

/**
 * The order in which regions are brought back (R57): the one that loses most money first; among equals the one that fails more, then
 * by name, so that the same figures always give the same order.
 */
export const recoveryOrder = <R extends RegionImpact>(regions: readonly R[]): readonly R[] =>
  regions.toSorted(
    (a, b) =>
      b.dollarsPerMinute - a.dollarsPerMinute || (b.failing ?? 0) - (a.failing ?? 0) || (a.region < b.region ? -1 : 1),
  );
