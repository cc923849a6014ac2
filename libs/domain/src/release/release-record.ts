import { type Event, type EventData, releaseName } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** That a release ran well, as somebody vouches for it. */
export interface Attestation {
  /** Log time since when. */
  readonly goodSinceMs: number;
  readonly nodes: number;
  /** Whether it may be gone back to: its data and its settings are still read by it. */
  readonly isRollbackSafe: boolean;
}

/**
 * What is known of a release as such, whichever rollout brings it. Each part has its own life:
 *
 *   unattested ──ReleaseAttested──▶ attested (the last one counts)
 *   unrehearsed ──RollbackRehearsed──▶ rehearsed, well or not (the last one counts)
 *   free ──ReleaseQuarantined──▶ quarantined ──QuarantineLifted──▶ free
 */
export interface ReleaseRecord {
  readonly service: string;
  readonly release: EventData<'ReleaseAttested'>['release'];
  readonly attested: Attestation | undefined;
  /** Whether the last rehearsal of going back to it went well; undefined before the first. */
  readonly isRehearsed: boolean | undefined;
  /** Why nothing may bring it again; undefined while it is free. */
  readonly quarantined: { readonly rollbackId: string; readonly because: string } | undefined;
}

/** Release key → what is known of it. */
export type ReleaseRecords = ReadonlyMap<string, ReleaseRecord>;

/**
 * Releases that are remembered: a year of two a day. Beyond that the one goes that was told of longest ago, those in quarantine last; what
 * is forgotten is unattested, so nothing goes back to it.
 */
export const RELEASES_MAX = 730;

/** Events of a release's stream. */
export const isReleaseEvent = isEventOf(
  'ReleaseAttested',
  'RollbackRehearsed',
  'ReleaseQuarantined',
  'QuarantineLifted',
);

/** Under which a release is kept: `dns/v2.1.4+c41`. */
export const releaseKeyOf = (service: string, release: ReleaseRecord['release']): string =>
  `${service}/${releaseName(release)}`;

const changed = (record: ReleaseRecord, event: GuardedEvent<typeof isReleaseEvent>): ReleaseRecord => {
  switch (event.type) {
    case 'ReleaseAttested': {
      const { goodSinceMs, nodes, isRollbackSafe } = event.data;
      return { ...record, attested: { goodSinceMs, nodes, isRollbackSafe } };
    }
    case 'RollbackRehearsed':
      return { ...record, isRehearsed: event.data.passed };
    case 'ReleaseQuarantined': {
      const { rollbackId, because } = event.data;
      return { ...record, quarantined: { rollbackId, because } };
    }
    case 'QuarantineLifted':
      return { ...record, quarantined: undefined };
  }
};

/** The release to forget, of more than may be remembered; the map is in the order in which they were told of. */
const forgettable = (records: ReleaseRecords): string | undefined => {
  const free = [...records].find(([, { quarantined }]) => quarantined === undefined);
  return (free ?? [...records][0])?.[0];
};

/** What is known of releases after an event; undefined when it is no concern of theirs. */
export const evolveReleases = (records: ReleaseRecords, event: Event): ReleaseRecords | undefined => {
  if (!isReleaseEvent(event)) return undefined;
  const { service, release } = event.data;
  const key = releaseKeyOf(service, release);
  const nothing = { service, release, attested: undefined, isRehearsed: undefined, quarantined: undefined };
  const next = new Map(records);
  // Put last: what was told of just now is forgotten last.
  next.delete(key);
  next.set(key, changed(records.get(key) ?? nothing, event));
  const gone = next.size > RELEASES_MAX ? forgettable(next) : undefined;
  if (gone !== undefined) next.delete(gone);
  return next;
};
