/** A step of a series; several keys may have one of the same time. */
export interface Stepped {
  /** Its beginning, ISO 8601 in UTC. */
  readonly from: string;
}

/**
 * A series with its end read anew: of what was there nothing from `begin` on is kept, and nothing that is older than `rangeMs` before the
 * newest step. ISO 8601 in UTC is ordered as its text is.
 */
export const joined = <Step extends Stepped>(
  before: readonly Step[],
  read: readonly Step[],
  begin: string,
  rangeMs: number,
): readonly Step[] => {
  const all = [...before.filter(({ from }) => from < begin), ...read].toSorted((one, other) =>
    one.from < other.from ? -1 : 1,
  );
  const newest = all.at(-1);
  if (newest === undefined) return all;
  const oldest = new Date(Date.parse(newest.from) - rangeMs).toISOString();
  return all.filter(({ from }) => from > oldest);
};
