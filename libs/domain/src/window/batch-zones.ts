import { dictionaryOf, type OutcomeBatch } from '#contracts';
import { type KeySpace, OTHER_ID } from './key-space.js';

/** Outcomes for which there is room at first, those of a usual batch; it grows with the batches. */
export const OUTCOMES_FIRST = 1_024;

/**
 * Zone and customer of every outcome of a batch, by number. A zone of nobody has no number of its own until a slot admits it: it is
 * negative, -1 - its index in `nobodies`.
 */
export class BatchZones {
  zones = new Int32Array(OUTCOMES_FIRST);
  customers = new Int32Array(OUTCOMES_FIRST);
  /** Names of zones that belong to nobody. */
  readonly nobodies: string[] = [];
  private readonly nobodyOf = new Map<string, number>();
  /** Registry id → zone, of the ids of this batch that the space does not keep. */
  private readonly unkeptIds = new Map<number, number>();
  /** Of the entries of a dictionary. */
  private entryZones = new Int32Array(OUTCOMES_FIRST);
  private entryCustomers = new Int32Array(OUTCOMES_FIRST);

  begin(batch: OutcomeBatch, space: KeySpace): void {
    this.nobodies.length = 0;
    if (this.nobodyOf.size > 0) this.nobodyOf.clear();
    if (this.unkeptIds.size > 0) this.unkeptIds.clear();
    if (batch.n > this.zones.length) {
      this.zones = new Int32Array(2 * batch.n);
      this.customers = new Int32Array(2 * batch.n);
    }
    if (batch.zoneId === undefined) this.readDictionary(batch, space);
    else this.readIds(batch.zoneId, space);
  }

  private readIds(ids: Uint32Array, space: KeySpace): void {
    const { zones, customers } = this;
    let { registry } = space;
    for (let i = 0; i < ids.length; i += 1) {
      const at = 2 * ids[i]!;
      const zone = at < registry.length ? registry[at]! : 0;
      if (zone > 0) {
        zones[i] = zone - 1;
        customers[i] = registry[at + 1]!;
        continue;
      }
      zones[i] = this.lookUpId(ids[i]!, space);
      customers[i] = zones[i]! < 0 ? OTHER_ID : space.customerOf(zones[i]!);
      ({ registry } = space);
    }
  }

  private lookUpId(id: number, space: KeySpace): number {
    const known = this.unkeptIds.get(id);
    if (known !== undefined) return known;
    const zone = this.lookUp(space.nameOfRegistry(id), space);
    if (zone <= OTHER_ID || !space.keepRegistryId(id, zone)) this.unkeptIds.set(id, zone);
    return zone;
  }

  private readDictionary(batch: OutcomeBatch, space: KeySpace): void {
    const { zones, customers } = this;
    this.lookUpEntries(batch, space);
    const { entryZones, entryCustomers } = this;
    const { zoneIx } = batch;
    for (let i = 0; i < zoneIx.length; i += 1) {
      const entry = zoneIx[i]!;
      zones[i] = entryZones[entry]!;
      customers[i] = entryCustomers[entry]!;
    }
  }

  private lookUpEntries(batch: OutcomeBatch, space: KeySpace): void {
    const dictionary = dictionaryOf(batch);
    const size = dictionary?.size ?? batch.zones.length;
    if (size > this.entryZones.length) {
      this.entryZones = new Int32Array(2 * size);
      this.entryCustomers = new Int32Array(2 * size);
    }
    if (dictionary === undefined) this.entryZones.fill(-1, 0, size);
    else space.zones.findEntries(dictionary, this.entryZones);
    for (let entry = 0; entry < size; entry += 1) {
      const known = this.entryZones[entry]!;
      const zone = known >= 0 ? known : this.lookUp(dictionary?.name(entry) ?? batch.zones[entry]!, space);
      this.entryZones[entry] = zone;
      this.entryCustomers[entry] = zone < 0 ? OTHER_ID : space.customerOf(zone);
    }
  }

  private lookUp(name: string, space: KeySpace): number {
    const zone = space.zoneOfCustomer(name);
    return zone >= 0 ? zone : this.nobody(name);
  }

  private nobody(name: string): number {
    let index = this.nobodyOf.get(name);
    if (index === undefined) {
      index = this.nobodies.push(name) - 1;
      this.nobodyOf.set(name, index);
    }
    return -1 - index;
  }
}
