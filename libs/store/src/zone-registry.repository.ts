import { ZONE_TOLD_AFTER_MS, type ZoneEntry } from '#contracts';
import type { Queryable } from './database.js';

/** A zone with its id, and when it got it, ms since the epoch. */
export interface RegisteredZone extends ZoneEntry {
  readonly addedAtMs: number;
}

/** Reads the registry of zones. */
export interface ZoneRegistryRepository {
  /** Up to `max` zones with ids above `afterId`, ascending by id. */
  readonly after: (afterId: number, max: number) => Promise<readonly RegisteredZone[]>;
}

const ALL = 'select zone_id as id, zone, added_at_ms as "addedAtMs" from zone_registry';

/** Every zone of the registry, ascending by id. */
export const readZoneRegistry = (tx: Queryable): Promise<readonly RegisteredZone[]> =>
  tx.query<RegisteredZone>(`${ALL} order by zone_id`);

/** The registry in PostgreSQL. */
export const createZoneRegistryRepository = (database: Queryable): ZoneRegistryRepository => ({
  after: (afterId, max) =>
    database.query<RegisteredZone>(`${ALL} where zone_id > $1 order by zone_id limit $2`, [afterId, max]),
});

/**
 * Of zones ascending by id those that agents may be told, `ZONE_TOLD_AFTER_MS` after they got their ids. It is a beginning of the
 * list: readers ask for what comes after the highest id they have, and must not be led past one that was held back.
 */
export const tellable = (zones: readonly RegisteredZone[], nowMs: number): readonly RegisteredZone[] => {
  const held = zones.findIndex(({ addedAtMs }) => addedAtMs > nowMs - ZONE_TOLD_AFTER_MS);
  return held === -1 ? zones : zones.slice(0, held);
};
