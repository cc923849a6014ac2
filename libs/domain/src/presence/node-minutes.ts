import { medianOf } from './rate-buckets.js';

/** Outcomes, good and bad, of one node in one minute of event time, as its first ten seconds show them. */
export interface NodeMinute {
  readonly nodeId: string;
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly outcomes: number;
}

const DAY_MINUTES = 1_440;
/** The earlier days that are asked for the season: yesterday, and the same day of the last week. */
const SEASON_DAYS = [1, 7] as const;
/**
 * Every tenth minute is taken, and of it ten seconds: a start reads some twenty of them from the segments, and traffic does not change
 * faster where nothing is wrong.
 */
export const SAMPLE_MINUTES = 10;
/** The slots of a minute that are taken; the deciders have a window of that length. */
export const SAMPLE_SLOTS = 10;
/** Minutes before and after the same minute of an earlier day that count with it: one sample at least. */
const SEASON_AROUND = SAMPLE_MINUTES / 2;
/** For how many minutes ahead the season is seeded: once an hour, and what a late reading takes. */
const SEASON_AHEAD_MINUTES = 70;
/** Recent minutes are kept for an hour, so that a node that was down for less has an expectation when it comes back. */
const TRAILING_MINUTES = 60;
/** The newest two minutes are left out, as they are of the fleet's baseline. */
const NEWEST_EXCLUDED = 2;
/** Fewer healthy minutes of the last hour than three are no history, and ten are enough. */
const TRAILING_TAKEN = { min: 3, max: 10 } as const;

/** The minutes that are of use at one: of the last hour, and of the same time, and what follows it, on earlier days. */
export const minutesOfUse = (now: number): readonly number[] => {
  const sampled = (from: number, to: number): number[] => {
    const first = Math.ceil(from / SAMPLE_MINUTES) * SAMPLE_MINUTES;
    return Array.from(
      { length: Math.max(0, Math.floor((to - first) / SAMPLE_MINUTES) + 1) },
      (_, at) => first + at * SAMPLE_MINUTES,
    );
  };
  return [
    ...SEASON_DAYS.flatMap((days) => {
      const then = now - days * DAY_MINUTES;
      return sampled(then - SEASON_AROUND, then + SEASON_AHEAD_MINUTES);
    }),
    ...sampled(now - TRAILING_MINUTES, now - NEWEST_EXCLUDED),
  ];
};

/** Minutes of all nodes: of the last hour, and of the same time on earlier days. Holds some twenty of them, at most 220. */
export class NodeMinutes {
  private readonly minutes = new Map<number, Map<string, number>>();
  private newest = -1;
  /** Grows with every change. */
  version = 0;

  has(minute: number): boolean {
    return this.minutes.has(minute);
  }

  record({ nodeId, minute, outcomes }: NodeMinute): void {
    const byNode = this.minutes.get(minute) ?? new Map<string, number>();
    this.minutes.set(minute, byNode.set(nodeId, outcomes));
    this.version += 1;
  }

  /** Drops what no question can reach any more. */
  forget(now: number): void {
    if (now <= this.newest) return;
    this.newest = now;
    for (const minute of this.minutes.keys()) if (!this.isOfUse(minute, now)) this.minutes.delete(minute);
  }

  /** Outcomes per second at the same time of earlier days; undefined when none is known. */
  seasonal(nodeId: string, now: number): number | undefined {
    const counts: number[] = [];
    for (const days of SEASON_DAYS)
      for (let around = -SEASON_AROUND; around <= SEASON_AROUND; around += 1) {
        const count = this.minutes.get(now - days * DAY_MINUTES + around)?.get(nodeId);
        if (count !== undefined && count > 0) counts.push(count);
      }
    const median = medianOf(counts);
    return median === undefined ? undefined : median / 60;
  }

  /** Outcomes per second of the newest healthy minutes of the last hour; undefined when fewer than three are known. */
  trailing(nodeId: string, now: number, isExcluded: (minute: number) => boolean): number | undefined {
    const counts: number[] = [];
    for (let minute = now - NEWEST_EXCLUDED; minute >= now - TRAILING_MINUTES; minute -= 1) {
      const count = this.minutes.get(minute)?.get(nodeId);
      if (count === undefined || isExcluded(minute)) continue;
      counts.push(count);
      if (counts.length === TRAILING_TAKEN.max) break;
    }
    return counts.length < TRAILING_TAKEN.min ? undefined : (medianOf(counts) ?? 0) / 60;
  }

  private isOfUse(minute: number, now: number): boolean {
    if (minute >= now - TRAILING_MINUTES - NEWEST_EXCLUDED) return true;
    return SEASON_DAYS.some((days) => {
      const isFor = minute + days * DAY_MINUTES;
      return isFor >= now - SEASON_AROUND && isFor <= now + SEASON_AHEAD_MINUTES;
    });
  }
}
