import { isLookup, NAME_AT } from './dns-message.js';
import { lower } from './dns-name.js';
import { NameFilter } from './name-filter.js';
import type { ZonedMessage } from './tap-outcome.js';
import type { FoundZone } from './zone-finder.js';

/**
 * How long after a new serial was seen nothing is remembered under it: workers of a server take a new zone up one after the other, and
 * frames that were held back come up to 5 s late. What the old zone still answers must not count as an answer of the new one.
 */
export const SERIAL_SETTLE_US = 10_000_000;
/** Zones whose serial is known; a node with more forgets all of them at once, which costs findings for a while and nothing else. */
const ZONES_MAX = 65_536;

const RCODE = { noerror: 0, nxdomain: 3 } as const;

/** The version of a zone that was seen last. */
interface Version {
  readonly serial: number;
  readonly sinceUs: number;
}

/** FNV does not depend on the seed; this does, so that nobody can make up names that are taken for others. */
const seededHash = (seed: number, bytes: Uint8Array, from: number, octets: number): number => {
  let hash = seed;
  for (let at = from; at < from + octets; at += 1) {
    hash = Math.imul(hash ^ lower(bytes[at] ?? 0), 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash;
};

/**
 * Finds NXDOMAIN for a name that the node itself answered with data in the last 24 h, which was the first symptom of the fault this is
 * built for. Names are deleted every day, and that is no fault: so a name is remembered together with the serial that its zone had,
 * and a contradiction is NXDOMAIN **under the same serial**. One version of a zone cannot both have and not have a name.
 *
 * The serial comes from the SOA of negative answers. A zone goes through these states:
 *
 *   UNKNOWN ──negative answer──▶ SETTLING (10 s) ──▶ KNOWN ──another serial──▶ SETTLING
 *
 * Names are remembered in KNOWN alone. An NXDOMAIN that has no SOA is judged by the serial that is known.
 *
 * What it does not see: a new version of a zone in which names are missing (its serial moved; the comparison of releases sees that),
 * names that were not asked for since the serial moved, zones that are not assigned to the node. Zones whose content depends on who
 * asks (views) under one serial look contradictory: turn it off for those.
 */
export class RecentNames {
  private readonly versions = new Map<FoundZone, Version>();

  /** `seed`: any number that strangers do not know. */
  constructor(
    private readonly seed: number,
    private readonly filter = new NameFilter(),
  ) {}

  /** Generations of names that were full before their time: the node remembers less long than 24 h. */
  get fullGenerations(): number {
    return this.filter.fullGenerations;
  }

  /** Notes the response that stands in `bytes` from `from` on; whether it contradicts an earlier one. */
  note(bytes: Uint8Array, from: number, { dns, zone }: ZonedMessage, nowUs: number): boolean {
    if (zone === undefined || !zone.isAssigned || !isLookup(dns)) return false;
    const isPositive = dns.rcode === RCODE.noerror && dns.answers > 0;
    const isNegative = dns.rcode === RCODE.nxdomain;
    if (dns.soaSerial !== undefined) this.see(zone, dns.soaSerial, nowUs);
    if (!isPositive && !isNegative) return false;
    const version = this.versions.get(zone);
    if (version === undefined || (isPositive && nowUs < version.sinceUs + SERIAL_SETTLE_US)) return false;
    const hash = seededHash(this.seed ^ version.serial, bytes, from + NAME_AT, dns.nameOctets);
    if (isNegative) return this.filter.has(hash, dns.nameHash, nowUs);
    this.filter.add(hash, dns.nameHash, nowUs);
    return false;
  }

  private see(zone: FoundZone, serial: number, nowUs: number): void {
    if (this.versions.get(zone)?.serial === serial) return;
    if (this.versions.size >= ZONES_MAX) this.versions.clear();
    this.versions.set(zone, { serial, sinceUs: nowUs });
  }
}
