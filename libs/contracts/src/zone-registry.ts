import { z } from 'zod';

/**
 * How long an id is known to Tocsin before any agent is told it. Aggregators look for new ones four times a second, so that none
 * meets an id it does not know, unless it has been cut off from Postgres for this long; it then counts the zone for `other`.
 */
export const ZONE_TOLD_AFTER_MS = 10_000;

/**
 * Zones that an agent holds, those with the lowest ids: about 5 MB, of the 80 that an agent may have. Zones beyond are named by the
 * dictionary of each batch, which costs more and counts the same. Tocsin itself holds every zone, as it does those of its customers.
 */
export const ZONES_HELD_MAX = 50_000;

/** Zones of one answer of `GET /v1/registry/zones`: 90 KB of usual names, 600 KB of the longest. */
export const ZONE_PAGE_MAX = 2_000;

const zoneEntrySchema = z.object({
  /** From 1, as `zone_id` of batches; never given to another zone. */
  id: z.number().int().min(1).max(0xffff_ffff),
  /** Lower case, no trailing dot. */
  zone: z.string().max(253),
});

/** A zone and its id: a record of `registry.zones` (as JSON, the id in decimal as its key), and an entry of a page. */
export type ZoneEntry = Readonly<z.output<typeof zoneEntrySchema>>;

/** What `GET /v1/registry/zones?after=<id>` answers. */
export const zonePageSchema = z.object({
  /** Those with ids above `after`, ascending: at most `ZONE_PAGE_MAX`. */
  zones: z.array(zoneEntrySchema),
  /** The highest id that is told; 0 when there is none. While it is above what was got, there are more. */
  newest: z.number().int().nonnegative(),
});

/** A page of the registry. */
export type ZonePage = z.output<typeof zonePageSchema>;

/** A record of `registry.zones`; undefined when it is none. */
export const readZoneEntry = (value: Uint8Array): ZoneEntry | undefined => {
  try {
    return zoneEntrySchema.safeParse(JSON.parse(new TextDecoder().decode(value))).data;
  } catch {
    return undefined;
  }
};
