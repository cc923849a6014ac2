import type { Queryable } from '../database.js';
import { READ_EVENTS_MAX } from '../event-read.js';
import type { StoredPage } from './chain-row.js';
import type { StreamPlace } from './stream-ends.js';

/** Data of one page as the table holds them, packed where they are long: a page of registrations is not a thousand of them. */
const PAGE_BYTES_MAX = 4_000_000;

/**
 * The rows behind a position, $1, from the first where it is null. The subquery gives their order to every column alike. At least one row, so
 * that what one event takes by itself is always read.
 */
const PAGE = `
  select max(position)::text as last, json_agg(position)::text as position, json_agg(stream)::text as stream,
    json_agg(version)::text as version, json_agg(type)::text as type, json_agg(data)::text as data, json_agg(actor)::text as actor,
    json_agg(cause)::text as cause, json_agg(recorded_at_ms)::text as "recordedAtMs", json_agg(audit)::text as audit,
    json_agg(hash)::text as hash
  from (
    select *, sum(pg_column_size(data)) over (order by position rows unbounded preceding) - pg_column_size(data) as before
    from event where ($1::bigint is null or position > $1) order by position limit ${READ_EVENTS_MAX}) rows
  where before < ${PAGE_BYTES_MAX}`;

/** The next rows in the order of positions, at most a thousand, behind the last of the page before; undefined: there are none. */
export const readChainPage = async (tx: Queryable, after: string | null): Promise<StoredPage | undefined> => {
  const [page] = await tx.query<StoredPage | { readonly last: null }>(PAGE, [after]);
  return page === undefined || page.last === null ? undefined : page;
};

const HASHES_AT = `
  select stream, version, hash from event join unnest($1::text[], $2::bigint[]) as asked (stream, version)
    using (stream, version)`;

/** The hashes of rows by their places, null where there is none. */
export const readHashesAt = async (
  tx: Queryable,
  places: readonly StreamPlace[],
): Promise<readonly (string | null)[]> => {
  const found = await tx.query<StreamPlace & { readonly hash: string }>(HASHES_AT, [
    places.map(({ stream }) => stream),
    places.map(({ version }) => version),
  ]);
  const hashes = new Map(found.map(({ stream, version, hash }) => [`${version} ${stream}`, hash]));
  return places.map(({ stream, version }) => hashes.get(`${version} ${stream}`) ?? null);
};
