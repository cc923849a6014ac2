import { z } from 'zod';
import { type Family, FAMILY_NAMES, refuse, type Refusal, SLOT_MS } from '#contracts';
import type { CellTable } from '#domain';
import {
  figuresOf,
  MINUTE_FAMILIES,
  type MinuteFamily,
  type SegmentMinuteRepository,
  type SegmentRepository,
  sumSegments,
  sumSeries,
  type WindowFigures,
} from '#store';
import { createSlotAnswers } from './slot-answers.js';

/** One step of a key's history. */
export interface WindowStep extends WindowFigures {
  readonly key: string;
  /** Its first moment, ms since the epoch. */
  readonly from: number;
}

/** The windows of a family. */
export interface Windows {
  readonly family: Family;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly stepMs: number;
  /** By key, then time. Of a key asked for by name every step; of all keys those steps in which they occur. */
  readonly windows: readonly WindowStep[];
}

const HOUR_MS = 3_600_000;
/** Longest range of families with few keys: 3,600 slots in four partitions are decoded in well under a second. */
const RANGE_MS_MAX = HOUR_MS;
/** Longest range of families with a key per node, customer or zone: a block of those is a hundred times larger. */
const RANGE_MS_MAX_WIDE = HOUR_MS / 6;
/** Longest range of whole minutes: they are summed once they are over, and kept as long as segments are. */
const RANGE_MS_MAX_MINUTES = 7 * 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const WIDE: ReadonlySet<Family> = new Set([
  'node',
  'probe',
  'customer',
  'customer_region',
  'customer_release',
  'zone',
  'zone_release',
  'nxdomain',
]);
/** Most windows of one answer; ask for one key or longer steps. */
const WINDOWS_MAX = 10_000;
/** Without bounds: the last ten minutes in steps of ten seconds. */
const RANGE_MS_DEFAULT = 600_000;
const STEP_MS_DEFAULT = 10_000;

const MOMENT = 'expected whole seconds: 2026-01-01T00:00:00Z, or ms since the epoch';
const ISO_DATE = z.iso.datetime({ offset: true });

/** People write dates, machines ms since the epoch. */
export const moment = z.preprocess(
  (value) => (ISO_DATE.safeParse(value).success ? Date.parse(String(value)) : Number(value)),
  z.number(MOMENT).int(MOMENT).nonnegative(MOMENT).multipleOf(SLOT_MS, MOMENT),
);

/** Which windows. `from` is included, `to` is not; both whole seconds, as a date or in ms since the epoch. */
export const windowQuery = z.object({
  family: z.enum(FAMILY_NAMES as [Family, ...Family[]]),
  key: z.string().min(1).max(256).optional(),
  from: moment.optional(),
  to: moment.optional(),
  stepMs: z.coerce
    .number()
    .multipleOf(SLOT_MS, 'expected whole seconds, in ms')
    .min(SLOT_MS)
    .max(HOUR_MS)
    .default(STEP_MS_DEFAULT),
});
/** Which windows. */
export type WindowQuery = z.output<typeof windowQuery>;

/** From when to when, and in what it is read: summed minutes, where the family has them and every step is of whole ones. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly minutesOf: MinuteFamily | undefined;
}

const minutesOf = ({ family, stepMs, to }: WindowQuery, from: number): MinuteFamily | undefined =>
  stepMs % MINUTE_MS === 0 && from % MINUTE_MS === 0 && (to ?? 0) % MINUTE_MS === 0
    ? MINUTE_FAMILIES.find((each) => each === family)
    : undefined;

const maxMsOf = (query: WindowQuery, minutes: MinuteFamily | undefined): number => {
  if (minutes !== undefined) return RANGE_MS_MAX_MINUTES;
  return WIDE.has(query.family) ? RANGE_MS_MAX_WIDE : RANGE_MS_MAX;
};

const rangeOf = (query: WindowQuery, nowMs: number): Range | Refusal => {
  const to = query.to ?? Math.floor(nowMs / SLOT_MS) * SLOT_MS;
  const from = query.from ?? Math.max(0, to - RANGE_MS_DEFAULT);
  const minutes = minutesOf(query, from);
  const maxMs = maxMsOf(query, minutes);
  if (from >= to) return refuse('QUERY_INVALID', 'from must lie before to', 'from');
  if (to - from > maxMs)
    return refuse(
      'QUERY_INVALID',
      `family ${query.family} is read for at most ${maxMs / MINUTE_MS} minutes at once in steps of ${query.stepMs} ms`,
      'from',
    );
  if (Math.ceil((to - from) / query.stepMs) > WINDOWS_MAX)
    return refuse('QUERY_INVALID', `more than ${WINDOWS_MAX} steps`, 'stepMs');
  return { from, to, minutesOf: minutes };
};

/** What windows are read from. */
export interface WindowParts {
  readonly segments: Pick<SegmentRepository, 'read'>;
  readonly minutes: Pick<SegmentMinuteRepository, 'read'>;
}

const sumsOf = async (
  { segments, minutes }: WindowParts,
  { family, key, stepMs }: WindowQuery,
  range: Range,
): Promise<readonly CellTable[] | Refusal> => {
  const [fromSlot, toSlot] = [range.from / SLOT_MS, range.to / SLOT_MS - 1];
  if (range.minutesOf === undefined) return sumSegments(segments, { family, key, fromSlot, toSlot }, stepMs / SLOT_MS);
  const [fromMinute, toMinute] = [range.from / MINUTE_MS, Math.ceil(range.to / MINUTE_MS) - 1];
  const asked = { family: range.minutesOf, key, fromMinute, toMinute, stepMinutes: stepMs / MINUTE_MS };
  const sums = await sumSeries(minutes, segments, asked);
  return 'missing' in sums
    ? refuse('QUERY_TOO_SLOW', `${sums.missing} minutes are not summed yet: ask for the last hour, or again in a while`)
    : sums;
};

/** Reads windows from segments, and from the sums of minutes that are over. */
export const readWindows = async (
  parts: WindowParts,
  query: WindowQuery,
  nowMs: number,
): Promise<Windows | Refusal> => {
  const range = rangeOf(query, nowMs);
  if ('refused' in range) return range;
  const { family, key, stepMs } = query;
  const sums = await sumsOf(parts, query, range);
  if ('refused' in sums) return sums;
  const count = key === undefined ? sums.reduce((all, { size }) => all + size, 0) : sums.length;
  if (count > WINDOWS_MAX)
    return refuse('QUERY_INVALID', `more than ${WINDOWS_MAX} windows; name a key or take longer steps`, 'stepMs');
  const windows = sums.flatMap((sum, step) =>
    (key === undefined ? sum.keys : [key]).map((each) => {
      return { key: each, from: range.from + step * stepMs, ...figuresOf(sum, each) };
    }),
  );
  return {
    family,
    from: range.from,
    to: range.to,
    stepMs,
    windows: windows.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))),
  };
};

/** Windows, read once in a second for all who ask for the same. */
export const createWindows = (parts: WindowParts, clock: { readonly nowMs: () => number }) => {
  const shared = createSlotAnswers<Windows | Refusal>(clock);
  return (query: WindowQuery): Promise<Windows | Refusal> =>
    shared(JSON.stringify(query), () => readWindows(parts, query, clock.nowMs()));
};
