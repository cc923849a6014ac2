/**
 * The families: cells that share a kind of key. `sub` is the histogram's sub-buckets per octave: 32 (1.56 % error) for the few
 * keys of the fleet's shape, 8 (6.25 %) for customers, none for cross products and zones, which hold counts only.
 */
export const FAMILIES = {
  fleet: { sub: 32 },
  region: { sub: 32 },
  pop: { sub: 32 },
  node: { sub: 32 },
  release_region: { sub: 32 },
  customer: { sub: 8 },
  customer_region: { sub: 0 },
  customer_release: { sub: 0 },
  zone: { sub: 0 },
  zone_release: { sub: 0 },
  // What probers saw of a node, by its id: latency as a client has it, and never added to what the node says of itself.
  probe: { sub: 32 },
  // By release and octets of the query name, `v2.1.5+c42|255+`: the fault of 2021 was looked for among long names.
  name_length: { sub: 0 },
  // Those outcomes of `zone_release` that are NXDOMAIN: releases that do not agree which names exist differ in their share.
  nxdomain: { sub: 0 },
  // Outcomes by name, `v2.1.5+c42|us-east|servfail`: the share of each is a signal, of a release, a region and the fleet.
  outcome: { sub: 0 },
} as const;

/** The name of a family. */
export type Family = keyof typeof FAMILIES;
/** All families, in the order in which they stand in a segment. */
export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly Family[];
/** The key of the one cell of the fleet. */
export const FLEET_KEY = 'fleet';
/** Between the parts of a cross product's key: `v2.1.5+c42|us-east`. No name may hold it. */
export const KEY_SEPARATOR = '|';
/** The key of what was beyond a bound: unknown zones past the limit, customers of no zone. */
export const OTHER_KEY = 'other';
/** A slot is one second of event time: the smallest unit anything is decided on. */
export const SLOT_MS = 1_000;
/** A tick is 250 ms of log append time. */
export const TICK_MS = 250;
