import { createPlainWindows, plainCells } from '#testing';
import { DEFAULT_IMPACT, type ImpactSettings, impactSettingsSchema } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import { WHOLE_FLEET } from './covered.js';
import { AffectedReader, affectedRatio, failuresMinOf } from './affected.js';
import { impactOf } from './impact.js';
import { impactParts } from './impact-parts.js';
import { recoveryOrder } from './recovery-order.js';
import { wilsonLowerBound } from './wilson.js';

const SLOT = 1_626_951_600;
const customer = (customerId: string, tier: CatalogueCustomer['tier'], sector?: string): CatalogueCustomer => ({
  customerId,
  name: customerId,
  tier,
  critical: false,
  sector,
});
const CUSTOMERS = [
  customer('bank', 'tier1', 'finance'),
  customer('shop', 'tier2', 'retail'),
  customer('blog', 'tier3'),
];

const readerOf = (settings: ImpactSettings): AffectedReader => {
  const windows = createPlainWindows();
  const bad = [20, 80, 0, 0] as const;
  const cells = (family: 'customer' | 'customer_region', keys: readonly string[]) =>
    [family, plainCells(family, new Map(keys.map((key) => [key, [bad[0], bad[1], 0]])))] as const;
  windows.apply({
    incarnation: 1,
    topic: 'telemetry.outcomes',
    partition: 0,
    tick: SLOT * 4,
    nextOffset: 1,
    slots: [
      {
        slot: SLOT,
        closed: false,
        block: new Map([
          cells('customer', ['bank', 'shop', 'blog']),
          cells('customer_region', ['bank|us-east', 'shop|us-east', 'shop|europe', 'blog|europe']),
        ]),
      },
    ],
    nodes: [],
    reports: [],
    signals: [],
  });
  return new AffectedReader(windows, CUSTOMERS, settings);
};

describe('an impact in parts', () => {
  it('R57: by region of the fleet and by sector, the costliest first; a customer counts in each of its regions', () => {
    expect(impactParts(readerOf(DEFAULT_IMPACT), WHOLE_FLEET, ['europe', 'asia', 'us-east'], 60_000, SLOT)).toEqual({
      byRegion: [
        { key: 'us-east', affectedCustomers: 2, dollarsPerMinute: 55_000 },
        { key: 'europe', affectedCustomers: 2, dollarsPerMinute: 5_500 },
      ],
      bySector: [
        { key: 'finance', affectedCustomers: 1, dollarsPerMinute: 50_000 },
        { key: 'retail', affectedCustomers: 1, dollarsPerMinute: 5_000 },
      ],
    });
  });
  it('R67, R68, R69: weights, money, ratio and minimum are those of the settings', () => {
    const tiers = (tier1: number, tier2: number, tier3: number) => ({ tier1, tier2, tier3 });
    const settings = impactSettingsSchema.parse({ weights: tiers(7, 5, 3), dollarsPerMinute: tiers(1, 20, 300) });
    const impact = impactOf(readerOf(settings).fleet(60_000, SLOT), settings);
    expect(impact).toMatchObject({ score: 15, dollarsPerMinute: 321 });
    expect(impact.top.map(({ customerId }) => customerId)).toEqual(['blog', 'shop', 'bank']);
    const strict = impactSettingsSchema.parse({ affectedRatio: 0.9 });
    expect(readerOf(strict).fleet(60_000, SLOT)).toEqual([]);
    const patient = impactSettingsSchema.parse({ affectedOutcomesMin: 101 });
    expect(readerOf(patient).fleet(60_000, SLOT)).toEqual([]);
  });
  it.each([
    [0.01, 50, 3],
    [0.01, 1, 1],
    [0.5, 50, 36],
  ])(
    'C3: above %f over %i outcomes fewer than %i failures are never enough, and so many can be',
    (ratio, least, min) => {
      const settings = impactSettingsSchema.parse({ affectedRatio: ratio, affectedOutcomesMin: least });
      const failures = failuresMinOf(settings);
      expect(failures).toBe(min);
      expect(affectedRatio(Math.max(0, least - failures), failures, settings)).toBeDefined();
      for (let count = least; count < least + 200; count += 1)
        expect(wilsonLowerBound(failures - 1, Math.max(count, failures - 1))).toBeLessThanOrEqual(ratio);
    },
  );
});

describe('the order of recovery', () => {
  it('R57: money first, then what fails, then the name', () => {
    const region = (name: string, dollarsPerMinute: number, failing?: number) => ({
      region: name,
      dollarsPerMinute,
      failing,
    });
    const regions = [
      region('d', 5, undefined),
      region('c', 5, 0.2),
      region('b', 5, 0.2),
      region('a', 0, 1),
      region('e', 9, 0),
    ];
    expect(recoveryOrder(regions).map((each) => each.region)).toEqual(['e', 'b', 'c', 'd', 'a']);
  });
});
