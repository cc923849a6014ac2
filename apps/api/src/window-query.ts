import { z } from 'zod';
import { type Family, FAMILY_NAMES, refuse, type Refusal, SLOT_MS } from '#contracts';
import {
  createSeries,
  figuresOf,
  MINUTE_FAMILIES,
  type MinuteFamily,
  type SegmentRepository,
  type Series,
  type SeriesParts,
  type SeriesRange,
  type StepFigures,
  sumSegments,
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
interface WindowParts {
  readonly segments: Pick<SegmentRepository, 'read'>;
  readonly series: (range: SeriesRange) => Promise<Series>;
}

const TOO_MANY = refuse('QUERY_INVALID', `more than ${WINDOWS_MAX} windows; name a key or take longer steps`, 'stepMs');

const readSeconds = async (
  { segments }: WindowParts,
  { family, key, stepMs }: WindowQuery,
  { from, to }: Range,
): Promise<readonly StepFigures[] | Refusal> => {
  const slots = { family, key, fromSlot: from / SLOT_MS, toSlot: to / SLOT_MS - 1 };
  const sums = await sumSegments(segments, slots, stepMs / SLOT_MS);
  const count = key === undefined ? sums.reduce((all, { size }) => all + size, 0) : sums.length;
  if (count > WINDOWS_MAX) return TOO_MANY;
  return sums.map((sum) => (key === undefined ? sum.keys : [key]).map((each) => [each, figuresOf(sum, each)] as const));
};

const readMinutes = async (
  { series }: WindowParts,
  { key, stepMs }: WindowQuery,
  { from, to }: Range,
  family: MinuteFamily,
): Promise<readonly StepFigures[] | Refusal> => {
  const steps = await series({
    family,
    key,
    fromMinute: from / MINUTE_MS,
    toMinute: Math.ceil(to / MINUTE_MS) - 1,
    stepMinutes: stepMs / MINUTE_MS,
    figuresMax: WINDOWS_MAX,
  });
  if (steps === 'too many') return TOO_MANY;
  return 'missing' in steps
    ? refuse(
        'QUERY_TOO_SLOW',
        `${steps.missing} minutes are not summed yet: ask for the last hour, or again in a while`,
      )
    : steps;
};

/** Reads windows from segments, and from the sums of minutes that are over. */
const readWindows = async (parts: WindowParts, query: WindowQuery, nowMs: number): Promise<Windows | Refusal> => {
  const range = rangeOf(query, nowMs);
  if ('refused' in range) return range;
  const { family, stepMs } = query;
  const { from, to, minutesOf: minutes } = range;
  const steps =
    minutes === undefined ? await readSeconds(parts, query, range) : await readMinutes(parts, query, range, minutes);
  if ('refused' in steps) return steps;
  const windows = steps.flatMap((figures, step) =>
    figures.map(([key, each]) => ({ key, from: from + step * stepMs, ...each })),
  );
  return {
    family,
    from,
    to,
    stepMs,
    windows: windows.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))),
  };
};

/** Windows, read once in a second for all who ask for the same. */
export const createWindows = (
  { segments, minutes }: SeriesParts,
  clock: { readonly nowMs: () => number },
): ((query: WindowQuery) => Promise<Windows | Refusal>) => {
  const shared = createSlotAnswers<Windows | Refusal>(clock);
  const parts = { segments, series: createSeries({ minutes, segments }) };
  return (query) => shared(JSON.stringify(query), () => readWindows(parts, query, clock.nowMs()));
};
