/** Before it and after it: what one must see to know what was usual, and that it was over. */
const MARGIN_MS = 600_000;

/** From when to when something was, ISO 8601. */
export interface Stretch {
  /** When it began, where that is known to be before it was told. */
  readonly onsetAt: string | null;
  readonly openedAt: string;
  /** Null while it goes on. */
  readonly resolvedAt: string | null;
}

/** The time of something from its beginning to its end, or to `now` in ms while it goes on, with ten minutes on each side. */
export const timeAround = (
  { onsetAt, openedAt, resolvedAt }: Stretch,
  now: number,
): { readonly from: string; readonly to: string } => {
  const begin = Date.parse(onsetAt ?? openedAt);
  const end = resolvedAt === null ? now : Math.min(now, Date.parse(resolvedAt) + MARGIN_MS);
  const from = begin - MARGIN_MS;
  return { from: new Date(from).toISOString(), to: new Date(Math.max(end, begin + MARGIN_MS / 10)).toISOString() };
};
