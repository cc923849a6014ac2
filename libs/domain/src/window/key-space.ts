import { KEY_SEPARATOR, OTHER_KEY } from '#contracts';
import { PairIds } from './pair-ids.js';
import type { ZoneCatalogue } from './slot-fold.js';
import { ZoneIds } from './zone-ids.js';

/** Families whose cells are kept by number: they have many keys. */
export const NUMBERED_FAMILIES = ['customer', 'customer_region', 'customer_release', 'zone', 'zone_release'] as const;
/** The name of such a family. */
export type NumberedFamily = (typeof NUMBERED_FAMILIES)[number];

/** The number of `OTHER_KEY` in every numbered family. */
export const OTHER_ID = 0;
/** The right part of pairs whose own right part found no room. */
export const BEYOND = -1;

/**
 * Names of one sort (zones of nobody, or labels, or pairs) beyond which a space is full: a scan or a broken node invented them. 40 MB.
 * The fold then begins a new space; nothing that was counted is lost.
 */
const NAMES_MAX = 1 << 20;
/** Registry ids are dense; above this bound they are looked up by hash. 16 MB. */
const DENSE_IDS_MAX = 1 << 22;

/**
 * Numbers for names, so that a cell is found by reading arrays; strings come back only when cells are told or packed. Zones and
 * labels (customers, regions, releases) are numbered on their own, and the cross products as pairs of them. A number stays what it
 * is as long as its space lives; which customer a zone has may change.
 */
export class KeySpace {
  readonly zones = new ZoneIds();
  /** Zone → label of its customer; 0 is nobody. */
  private customers = new Int32Array(1_024);
  private readonly labelNames: string[] = [OTHER_KEY];
  private readonly labelIds = new Map<string, number>([[OTHER_KEY, OTHER_ID]]);
  readonly pairs = { customer_region: new PairIds(), customer_release: new PairIds(), zone_release: new PairIds() };
  /** Pair of `zone_release` → pair of `customer_release`; 0 not known yet. */
  private customerReleases = new Int32Array(1_024);
  /** Registry id → zone + 1; 0 not known. */
  private zoneOfId = new Int32Array(1_024);
  private readonly zoneOfSparseId = new Map<number, number>();
  private readonly version: number;
  private unknownZones = 0;

  constructor(private readonly catalogue: ZoneCatalogue) {
    this.version = catalogue.version();
    this.addZone(OTHER_KEY, undefined);
  }

  /** Whether answers may be others by now, or there is no room: time for a new space. */
  get isOutdated(): boolean {
    const { customer_region: regions, zone_release: releases } = this.pairs;
    const largest = Math.max(this.unknownZones, this.labelNames.length, regions.size, releases.size);
    return largest > NAMES_MAX || this.catalogue.version() !== this.version;
  }

  label(name: string): number {
    const known = this.labelIds.get(name);
    if (known !== undefined) return known;
    const id = this.labelNames.push(name) - 1;
    this.labelIds.set(name, id);
    return id;
  }

  /** The label of a zone's customer. */
  customerOf(zone: number): number {
    return this.customers[zone]!;
  }

  /** The number of a zone that has one, or that belongs to a customer and now gets one; -1 for others. */
  zoneOfCustomer(name: string): number {
    const known = this.zones.find(name);
    if (known >= 0) return known;
    const customer = this.catalogue.customerOf(name);
    return customer === undefined ? -1 : this.addZone(name, customer);
  }

  /** The number of any zone. */
  zoneOf(name: string): number {
    const known = this.zoneOfCustomer(name);
    return known >= 0 ? known : this.addZone(name, undefined);
  }

  /** The zone of a registry id; `OTHER_ID` when there is none, -1 when it belongs to nobody and has no number. */
  zoneOfRegistry(id: number): number {
    const known = id < DENSE_IDS_MAX ? this.zoneOfId[id] : this.zoneOfSparseId.get(id);
    if (known !== undefined && known > 0) return known - 1;
    const name = this.catalogue.zoneOf?.(id);
    if (name === undefined) return OTHER_ID;
    const zone = this.zoneOfCustomer(name);
    if (zone >= 0) this.keepRegistryId(id, zone);
    return zone;
  }

  /** The name of a registry id's zone. */
  nameOfRegistry(id: number): string {
    return this.catalogue.zoneOf?.(id) ?? OTHER_KEY;
  }

  /** The pair of customer and release of a pair of zone and release. */
  customerReleaseOf(zoneRelease: number): number {
    const { zone_release: pairs, customer_release: into } = this.pairs;
    if (zoneRelease >= this.customerReleases.length)
      this.customerReleases = resized(this.customerReleases, zoneRelease);
    const known = this.customerReleases[zoneRelease]!;
    if (known > 0) return known;
    const pair = into.idOf(this.customerOf(pairs.left(zoneRelease)), pairs.right(zoneRelease));
    this.customerReleases[zoneRelease] = pair;
    return pair;
  }

  /** The key of a number. */
  keyOf(family: NumberedFamily, id: number): string {
    if (family === 'zone') return this.zones.names[id]!;
    if (family === 'customer') return this.labelNames[id]!;
    if (id === OTHER_ID) return OTHER_KEY;
    const pairs = this.pairs[family];
    const left = family === 'zone_release' ? this.zones.names[pairs.left(id)] : this.labelNames[pairs.left(id)];
    return `${left}${KEY_SEPARATOR}${this.labelNames[pairs.right(id)]}`;
  }

  /** The number of a key. */
  idOf(family: NumberedFamily, key: string): number {
    if (family === 'zone') return this.zoneOf(key);
    if (family === 'customer') return this.label(key);
    const at = key.indexOf(KEY_SEPARATOR);
    if (at < 0) return OTHER_ID;
    const left = key.slice(0, at);
    const right = this.label(key.slice(at + 1));
    return this.pairs[family].idOf(family === 'zone_release' ? this.zoneOf(left) : this.label(left), right);
  }

  private addZone(name: string, customer: string | undefined): number {
    const zone = this.zones.add(name);
    if (zone >= this.customers.length) this.customers = resized(this.customers, zone);
    this.customers[zone] = customer === undefined ? OTHER_ID : this.label(customer);
    if (customer === undefined) this.unknownZones += 1;
    return zone;
  }

  private keepRegistryId(id: number, zone: number): void {
    if (id >= DENSE_IDS_MAX) return void this.zoneOfSparseId.set(id, zone + 1);
    if (id >= this.zoneOfId.length) this.zoneOfId = resized(this.zoneOfId, id);
    this.zoneOfId[id] = zone + 1;
  }
}

const resized = (array: Int32Array<ArrayBuffer>, index: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.max(2 * array.length, index + 1));
  larger.set(array);
  return larger;
};
