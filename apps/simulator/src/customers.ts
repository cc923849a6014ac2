import type { Tier } from '#contracts';

/** A customer of the replay: a named service of the study, or a synthetic one. */
export interface SimulatedCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly tier: Tier;
  readonly critical: boolean;
  readonly zones: readonly string[];
  readonly sector: string;
  /** What the study says was seen; empty for synthetic customers. */
  readonly symptom: string;
}

type Named = readonly [row: string, name: string, sector: string, symptom: string, domain?: string];

const TRANSPORT = 'airline/transport';
const FINANCE = 'finance';
const GAMING = 'technology/gaming';
const MEDIA = 'media';

/** R70-R89. The study names real domains for six of them (R59); all others get `<slug>.example`. */
const NAMED: readonly Named[] = [
  ['R70', 'Delta Air Lines', TRANSPORT, 'website out, check-in affected', 'delta.com'],
  ['R71', 'American Airlines', TRANSPORT, 'app and booking down'],
  ['R72', 'United Airlines', TRANSPORT, 'flight status, booking'],
  ['R73', 'UPS', TRANSPORT, 'tracking, logistics offline', 'ups.com'],
  ['R74', 'FedEx', TRANSPORT, 'shipping, tracking intermittent'],
  ['R75', 'Fidelity Investments', FINANCE, 'trading inaccessible', 'fidelity.com'],
  ['R76', 'Charles Schwab', FINANCE, 'banking, trading down'],
  ['R77', 'HSBC', FINANCE, 'international banking'],
  ['R78', 'PayPal', FINANCE, 'payment delays'],
  ['R79', 'Coinbase', FINANCE, 'trading offline'],
  ['R80', 'PlayStation Network', GAMING, 'gaming, downloads', 'playstation.com'],
  ['R81', 'Steam', GAMING, 'downloads, community'],
  ['R82', 'Epic Games Store', GAMING, 'Fortnite, games offline'],
  ['R83', 'Salesforce', GAMING, 'CRM access', 'salesforce.com'],
  ['R84', 'Zoom', GAMING, 'meetings'],
  ['R85', 'BBC', MEDIA, 'news intermittent', 'bbc.com'],
  ['R86', 'CNN', MEDIA, 'video, articles'],
  ['R87', 'The Guardian', MEDIA, 'international readers'],
  ['R88', 'Twitter', MEDIA, 'image and link previews'],
  ['R89', 'Reddit', MEDIA, 'intermittent loading'],
];

/** Synthetic customers beside the named ones: enough that 35 % and 25 % of them are whole numbers. */
const TIER2_COUNT = 100;
const TIER3_COUNT = 400;
/** Every how many synthetic customers one is an emergency service or a government (R11). */
const CRITICAL_EVERY = 25;

const slugOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

const namedCustomer = ([, name, sector, symptom, domain]: Named): SimulatedCustomer => {
  const apex = domain ?? `${slugOf(name)}.example`;
  return {
    customerId: slugOf(name),
    name,
    tier: 'tier1',
    critical: false,
    zones: [apex, `api.${apex}`, `static.${apex}`],
    sector,
    symptom,
  };
};

const syntheticCustomer = (tier: Tier, number: number): SimulatedCustomer => {
  const critical = number % CRITICAL_EVERY === 0;
  const kind = critical ? (number % (2 * CRITICAL_EVERY) === 0 ? 'government' : 'emergency') : 'business';
  const customerId = `${tier}-${kind}-${String(number).padStart(3, '0')}`;
  const apex = `${customerId}.example`;
  return {
    customerId,
    name: critical
      ? kind === 'emergency'
        ? `Emergency services (911) ${number}`
        : `Government ${number}`
      : customerId,
    tier,
    critical,
    zones: tier === 'tier2' ? [apex, `shop.${apex}`] : [apex],
    sector: kind,
    symptom: '',
  };
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The row of the study each named service stands in, by customer id. */
export const STUDY_ROW: ReadonlyMap<string, string> = new Map(NAMED.map(([row, name]) => [slugOf(name), row]));

/** Everybody the fleet serves: the 20 named services as tier 1, 100 of tier 2, 400 of tier 3. */
export const CUSTOMERS: readonly SimulatedCustomer[] = [
  ...NAMED.map(namedCustomer),
  ...numbers(TIER2_COUNT).map((number) => syntheticCustomer('tier2', number)),
  ...numbers(TIER3_COUNT).map((number) => syntheticCustomer('tier3', number)),
];
