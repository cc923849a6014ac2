import { KEY_SEPARATOR, OTHER_KEY, SLOT_MS } from '#contracts';
import { type Cells, COUNT, COUNTS_PER_CELL, type Disagreement, findDisagreements, type ReleaseAnswers } from '#domain';
import type { Clock } from '#runtime';
import { createRecentSums, type SegmentRepository } from '#store';

/** Two releases that do not agree which names of a zone exist. */
export interface ZoneDisagreement extends Disagreement {
  readonly zone: string;
}

/** The suspects of the last complete minute. */
export interface Disagreements {
  /** The worst first, at most `LISTED_MAX`. */
  readonly disagreements: readonly ZoneDisagreement[];
  /** All there are. */
  readonly total: number;
  readonly windowMs: number;
  /** The end of the window, ms since the epoch. */
  readonly asOf: number;
}

/** The comparison is of one minute, so that a change of a zone meets all releases within it. */
const WINDOW_MS = 60_000;
/** A minute of 50,000 zones is three million cells, seconds of one core: it is read once in ten seconds for everybody who asks. */
const KEPT_SLOTS = 10;
/** Zones that are listed; a release that denies names does so in many, and a hundred show it. */
const LISTED_MAX = 100;

/** Zone → what its releases answered; zones without any NXDOMAIN are left out. */
const answersByZone = (zoneReleases: Cells, nxdomains: Cells): ReadonlyMap<string, ReleaseAnswers[]> => {
  const zoneOf = (key: string): string => key.slice(0, key.indexOf(KEY_SEPARATOR));
  const byZone = new Map(
    nxdomains.keys.filter((key) => key !== OTHER_KEY).map((key) => [zoneOf(key), [] as ReleaseAnswers[]]),
  );
  zoneReleases.keys.forEach((key, row) => {
    const zone = zoneOf(key);
    const nxdomainRow = nxdomains.find(key);
    const at = row * COUNTS_PER_CELL;
    byZone.get(zone)?.push({
      release: key.slice(zone.length + 1),
      answered: zoneReleases.counts[at + COUNT.good]! + zoneReleases.counts[at + COUNT.bad]!,
      nxdomain: nxdomainRow < 0 ? 0 : nxdomains.counts[nxdomainRow * COUNTS_PER_CELL + COUNT.good]!,
    });
  });
  return byZone;
};

/** The disagreements of all zones, the worst first. */
export const disagreementsOf = (zoneReleases: Cells, nxdomains: Cells): readonly ZoneDisagreement[] =>
  [...answersByZone(zoneReleases, nxdomains)]
    .flatMap(([zone, releases]) => findDisagreements(releases).map((each) => ({ zone, ...each })))
    .toSorted((a, b) => b.apartAtLeast - a.apartAtLeast);

/** Reads who disagrees. */
export const createDisagreements = (
  segments: Pick<SegmentRepository, 'read'>,
  clock: Pick<Clock, 'nowMs'>,
): (() => Promise<Disagreements>) => {
  const recent = createRecentSums(segments, clock, { windowMs: WINDOW_MS, keptSlots: KEPT_SLOTS });
  return async () => {
    // Asked for at once, or the second would be of a later minute, after the seconds that the first takes.
    const [zoneReleases, nxdomains] = await Promise.all([recent('zone_release'), recent('nxdomain')]);
    const found = disagreementsOf(zoneReleases.sum, nxdomains.sum);
    const asOf = (zoneReleases.slot + 1) * SLOT_MS;
    return { disagreements: found.slice(0, LISTED_MAX), total: found.length, windowMs: WINDOW_MS, asOf };
  };
};
