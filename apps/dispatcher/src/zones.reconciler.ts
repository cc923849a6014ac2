import { readZoneEntry, type ZoneEntry } from '#contracts';
import type { EventLog, NewRecord } from '#event-log';
import type { Clock } from '#runtime';
import { tellable, type ZoneRegistryRepository } from '#store';

/** What publishing the registry needs. */
export interface ZonesParts {
  readonly eventLog: EventLog;
  readonly registry: ZoneRegistryRepository;
  readonly clock: Clock;
}

const TOPIC = 'registry.zones';
const HEADERS = { 'content-type': 'application/json' };
/** Zones of one append, and records of one read: at most 600 KB. */
const ZONES_PER_STEP = 2_000;

/**
 * The record of a zone. Its key is the id: compaction keeps the newest record of each key, an id never gets another zone, so what
 * compaction drops are repetitions.
 */
const recordOf = ({ id, zone }: ZoneEntry): NewRecord => ({
  key: String(id),
  value: Buffer.from(JSON.stringify({ id, zone })),
  headers: HEADERS,
});

/** The zones that the topic holds, by id. */
const readTopic = async (log: EventLog): Promise<Map<number, string>> => {
  const zones = new Map<number, string>();
  for (const { topic, partition, low, high } of await log.offsets(TOPIC)) {
    for (let offset = low; offset < high;) {
      const records = await log.read({ topic, partition, offset }, ZONES_PER_STEP);
      for (const { value } of records) {
        const entry = readZoneEntry(value);
        if (entry !== undefined) zones.set(entry.id, entry.zone);
      }
      offset = (records.at(-1)?.offset ?? high) + 1;
    }
  }
  return zones;
};

/**
 * Publishes the registry of zones to `registry.zones`, at least once.
 * - AT START the whole registry is compared with what the topic holds, and what is missing or differs is published: so the topic is
 *   whole again after it was lost, or after a restart between the commit of a zone and its append.
 * - AFTERWARDS zones with higher ids are published as they come, `ZONE_TOLD_AFTER_MS` after they got their ids.
 * No position is kept: the topic itself tells what is in it. Two dispatchers may publish a zone twice, which compaction undoes. After
 * a failed append the same zones are tried by the next run.
 */
export class ZonesReconciler {
  /** What the topic held at the start; empty once the registry has been compared with it. */
  private inTopic: Map<number, string> | undefined;
  /** Every zone up to this id is in the topic. */
  private publishedId = 0;

  constructor(private readonly parts: ZonesParts) {}

  /** One run: until the topic holds all that may be told. */
  readonly reconcile = async (): Promise<void> => {
    this.inTopic ??= await readTopic(this.parts.eventLog);
    while (await this.publishNext(this.inTopic));
    this.inTopic.clear();
  };

  private async publishNext(inTopic: ReadonlyMap<number, string>): Promise<boolean> {
    const { registry, clock, eventLog } = this.parts;
    const zones = tellable(await registry.after(this.publishedId, ZONES_PER_STEP), clock.nowMs());
    const last = zones.at(-1);
    if (last === undefined) return false;
    const missing = zones.filter(({ id, zone }) => inTopic.get(id) !== zone);
    if (missing.length > 0) await eventLog.append(TOPIC, missing.map(recordOf));
    this.publishedId = last.id;
    return true;
  }
}
