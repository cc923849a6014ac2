import type { ZoneCatalogue } from '#domain';
import type { CatalogueFollower } from '#runtime';

/**
 * The zones of the catalogue as the fold asks for them, always of the newest catalogue: the fold asks for the version with each
 * batch, so a change takes effect with the next one.
 */
export const followZones = (follower: CatalogueFollower): ZoneCatalogue & { readonly stop: () => void } => {
  let customerOfZone = new Map<string, string>();
  let version = 0;
  const read = ({ customers }: ReturnType<CatalogueFollower['current']>): void => {
    version += 1;
    customerOfZone = new Map(
      customers.flatMap(({ customerId, zones }) => zones.map((zone) => [zone, customerId] as const)),
    );
  };
  read(follower.current());
  return { customerOf: (zone) => customerOfZone.get(zone), version: () => version, stop: follower.onChange(read) };
};
