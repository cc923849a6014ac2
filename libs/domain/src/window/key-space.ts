import { OTHER_KEY } from '#contracts';
import { Names } from './names.js';
import type { ZoneCatalogue } from './slot-fold.js';
import { ZoneIds } from './zone-ids.js';

/** The number of `OTHER_KEY` among zones and labels. */
export const OTHER_ID = 0;

/**
 * Names of one sort (zones of nobody, or labels) beyond which a space is full: a scan or a broken node invented them. 100 MB of usual names.
 * The fold then begins a new space; nothing that was counted is lost.
 */
const NAMES_MAX = 1 << 20;
/** Registry ids are dense; above this bound their zones are looked up by name each time. 32 MB. */
const REGISTRY_MAX = 1 << 22;

/**
 * Numbers for names, so that a cell is found by reading arrays; strings come back only when cells are told or packed. Zones and
 * labels (customers, regions, releases) are numbered on their own, as they come. A number stays what it is as long as its space lives.
 */
export class KeySpace {
  readonly zones = new ZoneIds();
  readonly labels = new Names();
  /** Registry id → two numbers: its zone + 1, and the label of its customer. 0 0 for ids of nobody's zones, and those not asked for. */
  registry = new Int32Array(2_048);
  /** Zone → label of its customer; 0 is nobody. */
  private customers = new Int32Array(1_024);
  private readonly labelIds = new Map<string, number>();
  private readonly version: number;

  constructor(private readonly catalogue: ZoneCatalogue) {
    this.version = catalogue.version();
    this.label(OTHER_KEY);
    this.addZone(OTHER_KEY, undefined);
  }

  /** Whether answers may be others by now, or there is no room: time for a new space. */
  get isOutdated(): boolean {
    return Math.max(this.zones.unownedSize, this.labels.size) > NAMES_MAX || this.catalogue.version() !== this.version;
  }

  label(name: string): number {
    const known = this.labelIds.get(name);
    if (known !== undefined) return known;
    const id = this.labels.add(name);
    this.labelIds.set(name, id);
    return id;
  }

  /** The label of a zone's customer. */
  customerOf(zone: number): number {
    return this.customers[zone]!;
  }

  /** The number of a zone that belongs to a customer, or is `OTHER_KEY`; -1 for others. */
  zoneOfCustomer(name: string): number {
    const known = this.zones.find(name);
    if (known >= 0) return known;
    const customer = this.catalogue.customerOf(name);
    return customer === undefined ? -1 : this.addZone(name, customer);
  }

  /** The number of any zone. */
  zoneOf(name: string): number {
    const owned = this.zoneOfCustomer(name);
    const known = owned >= 0 ? owned : this.zones.findUnowned(name);
    return known >= 0 ? known : this.addZone(name, undefined);
  }

  /** The name of a registry id's zone. */
  nameOfRegistry(id: number): string {
    return this.catalogue.zoneOf?.(id) ?? OTHER_KEY;
  }

  /** Remembers the zone of a registry id, which belongs to a customer; false when the id is too large. */
  keepRegistryId(id: number, zone: number): boolean {
    if (id >= REGISTRY_MAX) return false;
    if (2 * id + 1 >= this.registry.length) this.registry = resized(this.registry, 2 * id + 1);
    this.registry[2 * id] = zone + 1;
    this.registry[2 * id + 1] = this.customerOf(zone);
    return true;
  }

  private addZone(name: string, customer: string | undefined): number {
    const zone = this.zones.add(name, customer !== undefined || name === OTHER_KEY);
    if (zone >= this.customers.length) this.customers = resized(this.customers, zone);
    this.customers[zone] = customer === undefined ? OTHER_ID : this.label(customer);
    return zone;
  }
}

const resized = (array: Int32Array<ArrayBuffer>, index: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.max(2 * array.length, index + 1));
  larger.set(array);
  return larger;
};
