import { z } from 'zod';

/**
 * How long an id is known to Tocsin before any agent is told it. Aggregators look for new ones four times a second, so that none
 * meets an id it does not know, unless it has been cut off from Postgres for this long; it then counts the zone for `other`.
 */
export const ZONE_TOLD_AFTER_MS = 10_000;

/**
 * Zones that an agent holds, those with the lowest ids: 4.4 MB of heap (measured), of the 80 that an agent may have. Zones beyond are named by the
 * dictionary of each batch, which costs more and counts the same. Tocsin itself holds every zone, as it does those of its customers.
 */
export const ZONES_HELD_MAX = 50_000;

/** Zones of one answer of `GET /v1/registry/zones`: 40 KB of usual names, 270 KB of the longest. */
export const ZONE_PAGE_MAX = 1_000;

/** From 1, as `zone_id` of batches; never given to another zone. */
const idSchema = z.number().int().min(1).max(0xffff_ffff);
/** Lower case, no trailing dot. */
const zoneSchema = z.string().max(253);

const zoneEntrySchema = z.object({ id: idSchema, zone: zoneSchema });

/** A zone and its id: a record of `registry.zones`, as JSON, with the id in decimal as its key. */
export type ZoneEntry = Readonly<z.output<typeof zoneEntrySchema>>;

/** What `GET /v1/registry/zones?after=<id>` answers; as columns, which an agent reads without an object per zone. */
export const zonePageSchema = z
  .object({
    /** Those above `after`, ascending: at most `ZONE_PAGE_MAX`. */
    ids: z.array(idSchema),
    /** The zone of each id. */
    zones: z.array(zoneSchema),
    /** The highest id there is, told already or not; 0 when there is none. Below what was got, it is another registry. */
    newest: z.number().int().nonnegative(),
  })
  .refine(({ ids, zones }) => ids.length === zones.length, 'as many zones as ids');

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
