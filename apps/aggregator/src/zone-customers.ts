import type { ZoneCatalogue } from '#domain';
import type { CatalogueFollower } from '#runtime';

/**
 * The zones of the catalogue as the fold asks for them, always of the newest catalogue: the fold asks for the version with each batch,
 * so a change takes effect with the next one. `onUnknownId` is told of every look-up of an id that this process does not know; its
 * outcomes count for `other`. Agents are told ids long after aggregators, so that none is met before Postgres is out of reach.
 */
export const followZones = (
  follower: CatalogueFollower,
  onUnknownId: () => void,
): ZoneCatalogue & { readonly stop: () => void } => {
  let customerOfZone = new Map<string, string>();
  /** By id; ids are dense, and an array is read without hashing. */
  let zoneById: (string | undefined)[] = [];
  let version = 0;
  const read = ({ customers, registry }: ReturnType<CatalogueFollower['current']>): void => {
    version += 1;
    customerOfZone = new Map(
      customers.flatMap(({ customerId, zones }) => zones.map((zone) => [zone, customerId] as const)),
    );
    zoneById = [undefined];
    for (const { id, zone } of registry) zoneById[id] = zone;
  };
  read(follower.current());
  return {
    customerOf: (zone) => customerOfZone.get(zone),
    zoneOf: (id) => {
      const zone = zoneById[id];
      if (zone === undefined) onUnknownId();
      return zone;
    },
    version: () => version,
    stop: follower.onChange(read),
  };
};
