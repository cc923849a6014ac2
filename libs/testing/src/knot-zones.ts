/** Zones of customers, with about the share that each has of the queries. */
const ZONES = [
  ['skyways-air.test', 0.46],
  ['northbank.test', 0.25],
  ['playforge.test', 0.17],
  ['worldnews.test', 0.12],
] as const;
/** Every zone of the server. */
export const KNOT_ZONES: readonly string[] = ZONES.map(([zone]) => zone);

/** Six strings of the most octets that one may have: too long for an answer over UDP. */
const LONG_TEXT = 'abcdef'
  .split('')
  .map((letter) => `"${letter.repeat(250)}"`)
  .join(' ');

/** The text of a zone file. */
export const knotZoneText = (zone: string): string => `$ORIGIN ${zone}.
$TTL 300
@ IN SOA ns1.edge-dns.test. hostmaster.${zone}. 2026010101 3600 600 604800 60
@ IN NS ns1.edge-dns.test.
@ IN A 192.0.2.10
@ IN AAAA 2001:db8::10
@ IN TXT "v=spf1 -all"
www IN A 192.0.2.11
www IN AAAA 2001:db8::11
api IN A 192.0.2.12
mail IN A 192.0.2.13
cdn IN CNAME www.${zone}.
*.wild IN A 192.0.2.99
big IN TXT ${LONG_TEXT}
sub IN NS ns1.child.${zone}.
ns1.child IN A 192.0.2.53
`;

const zoneAt = (share: number): string => {
  let rest = share;
  for (const [zone, weight] of ZONES) if ((rest -= weight) < 0) return zone;
  return ZONES[0][0];
};

/** A query. */
export interface MixedQuery {
  readonly name: string;
  readonly type: number;
}

const TYPES = [1, 1, 1, 1, 28, 28, 15, 16] as const;
const HOSTS = ['www.', 'api.', 'mail.', 'cdn.', ''] as const;
// The longest name there is: 253 characters.
const longName = (zone: string): string => {
  const labels = ['a', 'b', 'c'].map((letter) => letter.repeat(60)).join('.');
  return `${labels}.${'d'.repeat(253 - labels.length - zone.length - 2)}.${zone}`;
};

/**
 * A query of what clients ask: 15 % of names that do not exist, 4 % of foreign zones, referrals, answers that do not fit, and names of the
 * greatest length; nothing that a sound server fails on. `random` gives numbers from 0 to 1.
 */
export const mixedQuery = (random: () => number): MixedQuery => {
  const zone = zoneAt(random());
  const kind = random();
  const number = Math.floor(random() * 1e5);
  const type = TYPES[Math.floor(random() * TYPES.length)] ?? 1;
  if (kind < 0.04) return { name: `www.notours${number % 100}.test`, type: 1 };
  if (kind < 0.219) return { name: `nx${number}.${zone}`, type };
  if (kind < 0.248) return { name: longName(zone), type: 1 };
  if (kind < 0.36) return { name: `h${number}.wild.${zone}`, type };
  if (kind < 0.385) return { name: `host.sub.${zone}`, type: 1 };
  if (kind < 0.405) return { name: `big.${zone}`, type: 16 };
  return { name: `${HOSTS[number % HOSTS.length]}${zone}`, type };
};
