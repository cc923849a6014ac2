/** Which rows of a long table are drawn. */
export interface Slice {
  readonly first: number;
  /** Excluded. */
  readonly end: number;
}

/** Rows beyond the edges that are drawn too, so that a fast wheel meets rows and not a hole: two turns of a usual one. */
const BEYOND = 12;

/** The rows that are in sight of a place that is so high and was scrolled so far, and some beyond. All in pixels. */
export const sliceOf = (scrolled: number, height: number, rowHeight: number, count: number): Slice => {
  const first = Math.max(0, Math.min(count, Math.floor(scrolled / rowHeight)) - BEYOND);
  return { first, end: Math.min(count, Math.ceil((scrolled + height) / rowHeight) + BEYOND) };
};
