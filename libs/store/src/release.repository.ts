import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

type Told<T> = Omit<T, 'service' | 'release'>;

/** What is known of a release as such; what is null was not told. Times are ms of log time. */
export interface KnownReleaseRow {
  readonly service: string;
  /** `<software version>+<config revision>`. */
  readonly name: string;
  readonly release: EventData<'ReleaseAttested'>['release'];
  readonly attestation: Told<EventData<'ReleaseAttested'>> | null;
  readonly rehearsal: Told<EventData<'RollbackRehearsed'>> | null;
  /** null once it is lifted. */
  readonly quarantine: Told<EventData<'ReleaseQuarantined'>> | null;
  /** The last lifting. */
  readonly lifting: Told<EventData<'QuarantineLifted'>> | null;
  readonly changedAt: number;
}

/** Reads what is known of releases. */
export interface ReleaseRepository {
  /** Those in quarantine first, then what changed last. */
  readonly list: (filter: { readonly limit: number }) => Promise<readonly KnownReleaseRow[]>;
  /** By service and name. */
  readonly find: (service: string, name: string) => Promise<KnownReleaseRow | undefined>;
}

const SELECT = `
  select service, name, release, attestation, rehearsal, quarantine, lifting, changed_at as "changedAt" from release`;

/** What is known of releases, in PostgreSQL. */
export const createReleaseRepository = (database: Queryable): ReleaseRepository => ({
  list: ({ limit }) =>
    database.query<KnownReleaseRow>(
      `${SELECT} order by (quarantine is not null) desc, changed_at desc, service, name limit $1`,
      [listLimit(limit)],
    ),
  find: async (service, name) =>
    (await database.query<KnownReleaseRow>(`${SELECT} where service = $1 and name = $2`, [service, name]))[0],
});
