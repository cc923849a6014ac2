import { FAMILY_NAMES, isRefusal } from '#contracts';
import { createSlidingWindows, decodeTick, type PartitionTick } from '#domain';
import type { EventLog } from '#event-log';

const WINDOWS_MS = [1_000, 10_000, 60_000];
const PAGE = 1_000;

/** Every record of `slots` from an offset on. */
export const readTold = async (log: EventLog, fromOffset = 0): Promise<readonly PartitionTick[]> => {
  const told: PartitionTick[] = [];
  for (let offset = fromOffset; ;) {
    const records = await log.read({ topic: 'slots', partition: 0, offset }, PAGE);
    for (const { value } of records) {
      const part = decodeTick(value);
      if (isRefusal(part)) throw new Error(part.detail);
      told.push(part);
    }
    if (records.length === 0) return told;
    offset = records.at(-1)!.offset + 1;
  }
};

/** What a reader takes of it: of each source only what is above the last in offset or in tick, as the gate of the rules does. */
export const withoutRepetitions = (told: readonly PartitionTick[]): readonly PartitionTick[] => {
  const last = new Map<string, PartitionTick>();
  return told.filter((part) => {
    const source = `${part.topic}/${part.partition}`;
    const known = last.get(source);
    const isAhead = known === undefined || part.nextOffset > known.nextOffset;
    if (!isAhead && (part.nextOffset < known.nextOffset || part.tick <= known.tick)) return false;
    last.set(source, part);
    return true;
  });
};

const order = (a: PartitionTick, b: PartitionTick): number =>
  a.tick - b.tick || (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition);

/** Tick → what the rules know at its end; only ticks at which something changed. */
export const knownByTick = (told: readonly PartitionTick[]): ReadonlyMap<number, string> => {
  const windows = createSlidingWindows({ windowsMs: WINDOWS_MS, slotsKept: 200 });
  const known = new Map<number, string>();
  let [newest, before] = [0, ''];
  const parts = [...told].sort(order);
  for (let from = 0; from < parts.length;) {
    const tick = parts[from]!.tick;
    const upTo = parts.findIndex((part, index) => index > from && part.tick !== tick);
    const due = parts.slice(from, upTo < 0 ? parts.length : upTo);
    for (const part of due) {
      windows.apply(part);
      newest = Math.max(newest, ...part.slots.map(({ slot }) => slot));
    }
    const sums = FAMILY_NAMES.map((family) =>
      [...windows.keys(family)]
        .toSorted()
        .map((key) => [key, ...WINDOWS_MS.map((windowMs) => windows.sum(family, key, windowMs, newest))]),
    );
    const latency = WINDOWS_MS.map((windowMs) => windows.percentile('fleet', 'fleet', 0.99, windowMs, newest));
    const said = due.flatMap(({ nodes, reports, signals }) => [...nodes, ...reports, ...signals]);
    const now = JSON.stringify([sums, latency]);
    if (now !== before || said.length > 0) known.set(tick, JSON.stringify([now, said]));
    before = now;
    from += due.length;
  }
  return known;
};
