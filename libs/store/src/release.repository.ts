import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

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

/** Reads what is known of releases; in lists those in quarantine first, then what changed last; one that changes meanwhile changes its place. */
export interface ReleaseRepository extends List<KnownReleaseRow> {
  /** By service and name. */
  readonly find: (service: string, name: string) => Promise<KnownReleaseRow | undefined>;
}

/** What is known of releases. */
export const SELECT_RELEASES = `
  select service, name, release, attestation, rehearsal, quarantine, lifting, changed_at as "changedAt" from release`;

const ORDER: Order<KnownReleaseRow> = {
  list: 'releases',
  columns: [
    { sql: '(quarantine is not null)', kind: 'boolean', isDescending: true, of: (row) => row.quarantine !== null },
    { sql: 'changed_at', kind: 'number', isDescending: true, of: (row) => row.changedAt },
    { sql: 'service', kind: 'text', of: (row) => row.service },
    { sql: 'name', kind: 'text', of: (row) => row.name },
  ],
};

/** What is known of releases, in PostgreSQL. */
export const createReleaseRepository = (database: Queryable): ReleaseRepository => ({
  ...createList<KnownReleaseRow>(database, ORDER, () => ({ select: SELECT_RELEASES })),
  find: async (service, name) =>
    (await database.query<KnownReleaseRow>(`${SELECT_RELEASES} where service = $1 and name = $2`, [service, name]))[0],
});
