import { FLEET_KEY } from '#contracts';
import { BASELINE_MINUTES, type BaselineMinute, COUNT, COUNTS_PER_CELL, decodeOwnBlock } from '#domain';
import type { SegmentRepository, SegmentRow } from '#store';

const MINUTE_MS = 60_000;
const MINUTE_SLOTS = 60;
/** The windows are read again from within a minute: that one and the next may be known to them in part. */
const PARTIAL_MINUTES = 2;

const addTo = (minutes: Map<number, { good: number; bad: number }>, { slot, body }: SegmentRow): void => {
  const cells = decodeOwnBlock(body).get('fleet');
  const row = cells?.find(FLEET_KEY) ?? -1;
  if (cells === undefined || row < 0) return;
  const minute = Math.floor(slot / MINUTE_SLOTS);
  const sum = minutes.get(minute) ?? { good: 0, bad: 0 };
  sum.good += cells.counts[row * COUNTS_PER_CELL + COUNT.good] ?? 0;
  sum.bad += cells.counts[row * COUNTS_PER_CELL + COUNT.bad] ?? 0;
  minutes.set(minute, sum);
};

/** The fleet's minutes before what the windows are going to hold, from the segments; minutes without data are left out. */
export const readBaseline = async (
  segments: SegmentRepository,
  reapplyFromMs: number,
): Promise<readonly BaselineMinute[]> => {
  const end = Math.floor(reapplyFromMs / MINUTE_MS) + PARTIAL_MINUTES;
  const first = end - BASELINE_MINUTES - PARTIAL_MINUTES;
  const minutes = new Map<number, { good: number; bad: number }>();
  for (let minute = first; minute < end; minute += 1) {
    const slot = minute * MINUTE_SLOTS;
    for (const segment of await segments.read(slot, slot + MINUTE_SLOTS - 1, 'fleet')) addTo(minutes, segment);
  }
  return Array.from(minutes, ([minute, sum]) => ({ minute, ...sum }));
};
