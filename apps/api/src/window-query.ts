import { z } from 'zod';
import { type Family, FAMILY_NAMES, refuse, type Refusal, SLOT_MS } from '#contracts';
import { figuresOf, type SegmentRepository, sumSegments, type WindowFigures } from '#store';

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

const rangeOf = (query: WindowQuery, nowMs: number): { from: number; to: number } | Refusal => {
  const to = query.to ?? Math.floor(nowMs / SLOT_MS) * SLOT_MS;
  const from = query.from ?? Math.max(0, to - RANGE_MS_DEFAULT);
  const maxMs = WIDE.has(query.family) ? RANGE_MS_MAX_WIDE : RANGE_MS_MAX;
  if (from >= to) return refuse('QUERY_INVALID', 'from must lie before to', 'from');
  if (to - from > maxMs)
    return refuse(
      'QUERY_INVALID',
      `family ${query.family} is read for at most ${maxMs / 60_000} minutes at once`,
      'from',
    );
  if (Math.ceil((to - from) / query.stepMs) > WINDOWS_MAX)
    return refuse('QUERY_INVALID', `more than ${WINDOWS_MAX} steps`, 'stepMs');
  return { from, to };
};

/** Reads windows from segments. */
export const readWindows = async (
  segments: Pick<SegmentRepository, 'read'>,
  query: WindowQuery,
  nowMs: number,
): Promise<Windows | Refusal> => {
  const range = rangeOf(query, nowMs);
  if ('refused' in range) return range;
  const { family, key, stepMs } = query;
  const slots = { family, key, fromSlot: range.from / SLOT_MS, toSlot: range.to / SLOT_MS - 1 };
  const sums = await sumSegments(segments, slots, stepMs / SLOT_MS);
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
    ...range,
    stepMs,
    windows: windows.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))),
  };
};
