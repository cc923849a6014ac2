/** A signal, read: its value in the unit of the rule's threshold, and the counts it rests on. */
export interface Measure {
  /** `unknown` = too little data to say anything; never taken for healthy. */
  readonly value: number | 'timeout' | 'unknown';
  /** What the value is at least (success: at most), with the confidence of the rule; where it is given, a breach is judged by it. */
  readonly atLeast?: number | 'timeout' | 'unknown';
  readonly good: number;
  readonly bad: number;
  /** Who or what makes the value, in words: customers, regions, nodes. At most `DETAIL_MAX` characters. */
  readonly detail?: string;
}

/**
 * Outcomes below which success and percentiles are unknown: with fewer than 100 a single failure alone takes more than the 1 %
 * that stands between 100 % and the page (R17), and a p95 would rest on fewer than five queries.
 */
export const OUTCOMES_MIN = 100;

/** Things that a detail names; it tells how many there are. A page is read, not studied. */
export const NAMED_MAX = 20;
/** Characters of a detail, so that it fits a text of an alert. */
const DETAIL_MAX = 1_000;

/** `3 regions: asia 12 %, europe 3 %`, with the first of them named; undefined of none. */
export const detailOf = (total: number, what: string, named: readonly string[]): string | undefined => {
  if (total === 0) return undefined;
  const more = total > named.length ? ` and ${total - named.length} more` : '';
  const text = `${total} ${what}: ${named.join(', ')}`;
  return `${text.length + more.length <= DETAIL_MAX ? text : `${text.slice(0, DETAIL_MAX - more.length - 1)}…`}${more}`;
};

/** A measure with its detail, where there is one. */
export const withDetail = (measure: Measure, detail: string | undefined): Measure =>
  detail === undefined ? measure : { ...measure, detail };
