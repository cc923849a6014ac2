import { setImmediate as letOthersRun } from 'node:timers/promises';
import { addCell, addCells, type Cells, type CellTable, createCells, decodeOwnBlock } from '#domain';
import { MINUTE_SLOTS } from './segment-minute-fence.js';
import type { MinuteFamily, SegmentMinuteRepository } from './segment-minute.repository.js';
import type { SegmentRepository } from './segment.repository.js';
import { sumSegments } from './segment-windows.js';

/** A series of whole minutes. */
export interface SeriesRange {
  readonly family: MinuteFamily;
  /** Both ends included, minutes since the epoch. */
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly stepMinutes: number;
  /** Only this key; undefined: all. */
  readonly key?: string | undefined;
}

/**
 * Minutes that are read from their segments, since they are not over, or late data came: an hour of them is decoded in well under a
 * second. More are missing only after an upgrade, for as long as old minutes are being summed.
 */
export const MINUTES_FROM_SEGMENTS_MAX = 60;

/** Minutes after which others get their turn: about 5 ms of decoding. */
const MINUTES_AT_ONCE = 200;

const add = (sum: CellTable, cells: Cells, key: string | undefined): void => {
  if (key === undefined) return addCells(sum, cells);
  const row = cells.find(key);
  if (row >= 0) addCell(sum, key, cells, row);
};

const runsOf = (minutes: readonly number[]): readonly { readonly from: number; readonly to: number }[] =>
  minutes.reduce<{ from: number; to: number }[]>((runs, minute) => {
    const last = runs.at(-1);
    if (last?.to === minute - 1) last.to = minute;
    else runs.push({ from: minute, to: minute });
    return runs;
  }, []);

/**
 * Sums of a series, step by step, from summed minutes, and from segments where a minute is not summed. `missing`: so many are not that
 * they cannot be read at once.
 */
export const sumSeries = async (
  minutes: Pick<SegmentMinuteRepository, 'read'>,
  segments: Pick<SegmentRepository, 'read'>,
  { family, fromMinute, toMinute, stepMinutes, key }: SeriesRange,
): Promise<readonly CellTable[] | { readonly missing: number }> => {
  const steps = Math.max(0, Math.ceil((toMinute - fromMinute + 1) / stepMinutes));
  const sums = Array.from({ length: steps }, () => createCells(family));
  const sumOf = (minute: number) => sums[Math.floor((minute - fromMinute) / stepMinutes)];
  const summed = await minutes.read(family, fromMinute, toMinute);
  const known = new Set(summed.map(({ minute }) => minute));
  const length = toMinute - fromMinute + 1;
  const missing = Array.from({ length }, (_, at) => fromMinute + at).filter((minute) => !known.has(minute));
  if (missing.length > MINUTES_FROM_SEGMENTS_MAX) return { missing: missing.length };
  for (const [index, { minute, body }] of summed.entries()) {
    const cells = body.length === 0 ? undefined : decodeOwnBlock(body).get(family);
    const sum = sumOf(minute);
    if (sum !== undefined && cells !== undefined) add(sum, cells, key);
    if (index % MINUTES_AT_ONCE === MINUTES_AT_ONCE - 1) await letOthersRun();
  }
  for (const { from, to } of runsOf(missing)) {
    const range = { family, fromSlot: from * MINUTE_SLOTS, toSlot: (to + 1) * MINUTE_SLOTS - 1, key };
    for (const [at, cells] of (await sumSegments(segments, range, MINUTE_SLOTS)).entries()) {
      const sum = sumOf(from + at);
      if (sum !== undefined) add(sum, cells, key);
    }
  }
  return sums;
};
