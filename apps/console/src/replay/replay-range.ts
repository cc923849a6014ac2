/** A time that is replayed, ms since the epoch, and in what steps it was counted. */
export interface ReplayRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

interface Times {
  readonly onsetAt: string | null;
  readonly openedAt: string;
  readonly resolvedAt: string | null;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** How it was before, and that it stayed well after. */
const AROUND_MS = 2 * MINUTE_MS;
/** Steps of a chart: more than its pixels are not seen, and twenty regions of them are all that the API answers at once. */
const STEPS_MAX = 400;
/** By seconds the API reads an hour, by whole minutes a week. */
const SECONDS_MS_MAX = 60 * MINUTE_MS;
const MINUTES_MS_MAX = 7 * 24 * 60 * MINUTE_MS;

const down = (ms: number, unit: number): number => Math.floor(ms / unit) * unit;

/** The time of an incident with what was around it, until `now` at the latest; of one that lasts longer than a week its first week. */
export const replayRange = ({ onsetAt, openedAt, resolvedAt }: Times, now: number): ReplayRange => {
  const begin = Math.min(Date.parse(onsetAt ?? openedAt), Date.parse(openedAt)) - AROUND_MS;
  const end = Math.min(now, resolvedAt === null ? now : Date.parse(resolvedAt) + AROUND_MS);
  const isShort = end - begin <= SECONDS_MS_MAX - 2 * SECOND_MS;
  const unit = isShort ? SECOND_MS : MINUTE_MS;
  const from = down(begin, unit);
  const to = Math.min(Math.max(down(end, unit) + unit, from + unit), from + MINUTES_MS_MAX);
  return { from, to, step: Math.max(unit, Math.ceil((to - from) / STEPS_MAX / unit) * unit) };
};
