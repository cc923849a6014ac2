import { setImmediate as letOthersRun } from 'node:timers/promises';
import { addCell, addCells, type Cells, createCells, decodeOwnBlock } from '#domain';
import { KeptSteps, type StepFigures } from './kept-steps.js';
import { MINUTE_SLOTS } from './segment-minute-fence.js';
import type { MinuteFamily, SegmentMinuteRepository, SegmentMinuteRow } from './segment-minute.repository.js';
import type { SegmentRepository } from './segment.repository.js';
import { figuresOf, sumSegments } from './segment-windows.js';

/** A series of whole minutes. */
export interface SeriesRange {
  readonly family: MinuteFamily;
  /** Both ends included, minutes since the epoch. */
  readonly fromMinute: number;
  readonly toMinute: number;
  readonly stepMinutes: number;
  /** Only this key; undefined: all. */
  readonly key?: string | undefined;
  /** Figures that are taken at most, of all steps together. */
  readonly figuresMax: number;
}

/** The figures of a series, step by step; or why it cannot be read at once: so many minutes are not summed, or it has more figures than asked. */
export type Series = readonly StepFigures[] | { readonly missing: number } | 'too many';

/** What a series is read from. */
export interface SeriesParts {
  readonly minutes: Pick<SegmentMinuteRepository, 'revisions' | 'read' | 'oldest'>;
  readonly segments: Pick<SegmentRepository, 'read'>;
}

/**
 * Minutes that are read from their segments, since they are not over, or late data came: an hour of them is decoded in well under a
 * second. More are missing only after an upgrade, for as long as old minutes are being summed.
 */
export const MINUTES_FROM_SEGMENTS_MAX = 60;

/** Cells after which others get their turn: about 5 ms of decoding. */
const CELLS_AT_ONCE = 200;

interface Step {
  readonly minutes: readonly number[];
  /** How it is kept; the revisions say by which sums. */
  readonly name: string;
}

const stepsOf = ({ family, fromMinute, toMinute, stepMinutes, key = '' }: SeriesRange): readonly Step[] =>
  Array.from({ length: Math.max(0, Math.ceil((toMinute - fromMinute + 1) / stepMinutes)) }, (_, step) => {
    const first = fromMinute + step * stepMinutes;
    const length = Math.min(stepMinutes, toMinute - first + 1);
    // No key begins with what stands before it: it can hold whatever it likes.
    return {
      minutes: Array.from({ length }, (_each, at) => first + at),
      name: `${family} ${stepMinutes} ${first} ${key}`,
    };
  });

/** undefined unless every minute is summed: only then they can be told from others. */
const revisionsOf = ({ minutes }: Step, revisionOf: (minute: number) => number | undefined): string | undefined => {
  const revisions = minutes.map(revisionOf);
  return revisions.includes(undefined) ? undefined : revisions.join();
};

const runsOf = (minutes: readonly number[]): readonly { readonly from: number; readonly to: number }[] =>
  minutes.reduce<{ from: number; to: number }[]>((runs, minute) => {
    const last = runs.at(-1);
    if (last?.to === minute - 1) last.to = minute;
    else runs.push({ from: minute, to: minute });
    return runs;
  }, []);

const readUnsummed = async (
  segments: SeriesParts['segments'],
  { family, key }: SeriesRange,
  minutes: readonly number[],
): Promise<ReadonlyMap<number, Cells>> => {
  const cells = new Map<number, Cells>();
  for (const { from, to } of runsOf(minutes)) {
    const range = { family, fromSlot: from * MINUTE_SLOTS, toSlot: (to + 1) * MINUTE_SLOTS - 1, key };
    for (const [at, sum] of (await sumSegments(segments, range, MINUTE_SLOTS)).entries()) cells.set(from + at, sum);
  }
  return cells;
};

/** The minutes of steps that are not kept: their sums, and where there is none what their segments come to. */
interface ReadMinutes {
  readonly rows: ReadonlyMap<number, SegmentMinuteRow>;
  readonly unsummed: ReadonlyMap<number, Cells>;
}

const readMinutes = async (
  { minutes, segments }: SeriesParts,
  range: SeriesRange,
  wanted: readonly number[],
  isSummed: (minute: number) => boolean,
): Promise<ReadMinutes> => {
  const read = await minutes.read(range.family, wanted.filter(isSummed));
  const rows = new Map(read.map((row) => [row.minute, row]));
  // With those that late data took away since their revisions were read.
  const unsummed = await readUnsummed(
    segments,
    range,
    wanted.filter((minute) => !rows.has(minute)),
  );
  return { rows, unsummed };
};

/** Waits for others once so many cells were decoded. */
const createTurns = () => {
  let cells = 0;
  return async (more: number): Promise<void> => {
    cells += more;
    if (cells < CELLS_AT_ONCE) return;
    cells = 0;
    await letOthersRun();
  };
};

const figuresOfStep = async (
  { family, key }: SeriesRange,
  { minutes }: Step,
  { rows, unsummed }: ReadMinutes,
  turn: (cells: number) => Promise<void>,
): Promise<StepFigures> => {
  const sum = createCells(family);
  for (const minute of minutes) {
    const body = rows.get(minute)?.body;
    const summed = body === undefined || body.length === 0 ? undefined : decodeOwnBlock(body).get(family);
    const cells = summed ?? unsummed.get(minute);
    if (cells === undefined) continue;
    const row = key === undefined ? -1 : cells.find(key);
    if (key === undefined) addCells(sum, cells);
    else if (row >= 0) addCell(sum, key, cells, row);
    await turn(cells.size);
  }
  return (key === undefined ? sum.keys : [key]).map((each) => [each, figuresOf(sum, each)] as const);
};

/**
 * The first minute of which anything can be known, where more of a range is not summed than is read from segments: what lies before the
 * oldest segment is never summed, and empty. So a fleet of an hour has a day to show, most of it without figures.
 */
const beginOf = async (
  { minutes }: SeriesParts,
  { fromMinute, toMinute }: SeriesRange,
  summed: number,
): Promise<number> => {
  if (toMinute - fromMinute + 1 - summed <= MINUTES_FROM_SEGMENTS_MAX) return fromMinute;
  return Math.max(fromMinute, Math.min((await minutes.oldest()) ?? Number.POSITIVE_INFINITY, toMinute + 1));
};

/**
 * Reads series from summed minutes, and from segments where a minute is not summed. What a step came to is kept for as long as none of
 * its minutes is summed again: a day that is asked for each second costs its newest minute, not its 1,440.
 */
export const createSeries =
  (parts: SeriesParts, kept = new KeptSteps()): ((range: SeriesRange) => Promise<Series>) =>
  async (range) => {
    const { family, fromMinute, toMinute, figuresMax } = range;
    const revisions = await parts.minutes.revisions(family, fromMinute, toMinute);
    const begin = await beginOf(parts, range, revisions.size);
    const summed = [...revisions.keys()].filter((minute) => minute >= begin).length;
    const missing = toMinute - begin + 1 - summed;
    if (missing > MINUTES_FROM_SEGMENTS_MAX) return { missing };
    const steps = stepsOf(range).map((step) => {
      const known = revisionsOf(step, (minute) => revisions.get(minute));
      return { step, figures: known === undefined ? undefined : kept.find(step.name, known) };
    });
    const unknown = steps.flatMap(({ step, figures }) =>
      figures === undefined ? step.minutes.filter((minute) => minute >= begin || revisions.has(minute)) : [],
    );
    const read = await readMinutes(parts, range, unknown, (minute) => revisions.has(minute));
    const turn = createTurns();
    const series: StepFigures[] = [];
    let count = 0;
    for (const { step, figures } of steps) {
      const next = figures ?? (await figuresOfStep(range, step, read, turn));
      const by = figures === undefined ? revisionsOf(step, (minute) => read.rows.get(minute)?.revision) : undefined;
      if (by !== undefined) kept.put(step.name, { revisions: by, figures: next });
      series.push(next);
      count += next.length;
      if (count > figuresMax) return 'too many';
    }
    return series;
  };
