import { type Covered, DEFAULT_IMPACT, type Impact, type Scope } from '#contracts';
import type { Catalogue, IncidentRow } from '#store';
import { createAffectedCustomers } from './affected-customers.js';
import { LAST_SLOT, NOW_MS, segmentOf } from './api.fixture.js';

const hurt = { good: 20, bad: 80 };
const well = { good: 100, bad: 0 };
const SEGMENTS = [
  segmentOf('customer', LAST_SLOT - 5, { bank: hurt, shop: hurt, blog: hurt }),
  segmentOf('customer_region', LAST_SLOT - 5, { 'bank|us-east': hurt, 'shop|us-east': hurt, 'blog|europe': hurt }),
  segmentOf('customer_release', LAST_SLOT - 5, { 'bank|v2': hurt, 'shop|v1': hurt, 'blog|v2': hurt, 'shop|v2': well }),
];
const customers = ['bank', 'shop', 'blog'].map((customerId) => ({
  customerId,
  name: customerId,
  tier: 'tier1' as const,
  critical: false,
  zones: [],
}));
const affectedOf = createAffectedCustomers(
  {
    read: async (from, to, family) =>
      SEGMENTS.filter((each) => each.family === family && each.slot >= from && each.slot <= to),
  },
  { current: () => ({ version: 1, registry: [], nodes: [], customers }) satisfies Catalogue },
  { nowMs: () => NOW_MS },
  async () => DEFAULT_IMPACT,
);

/** An open incident about a subject, and what the impact that it told last covers. */
const incident = (scope: Scope, key: string, covers?: Covered[]): IncidentRow => {
  const byTier = { tier1: 0, tier2: 0, tier3: 0 };
  const impact: Impact = { affectedCustomers: 0, byTier, score: 0, dollarsPerMinute: 0, top: [] };
  const told = covers === undefined ? impact : { ...impact, covers };
  return { incidentId: 'in1', status: 'open', scope, key, impact: told, peakImpact: told } as IncidentRow;
};
const namesOf = async (row: IncidentRow): Promise<readonly string[]> =>
  (await affectedOf(row, 100)).customers.map(({ customerId }) => customerId).toSorted();

describe('whom an incident hurts', () => {
  it.each([
    ['region', 'us-east', ['bank', 'shop']],
    ['release', 'v2', ['bank', 'blog']],
    ['release_region', 'v2|us-east', ['bank']],
    ['customer', 'shop', ['shop']],
    ['fleet', 'fleet', ['bank', 'blog', 'shop']],
  ] as const)('R66: of a %s: those that its impact counts', async (scope, key, names) => {
    const row = incident(scope, key, scope === 'fleet' ? undefined : [{ scope, key }]);
    expect(await namesOf(row)).toEqual(names);
    expect(await affectedOf(row, 1)).toMatchObject({
      source: 'windows',
      covers: [{ scope, key }],
      affectedCustomers: names.length,
      dollarsPerMinute: 50_000 * names.length,
    });
  });

  it('R66: of a PoP, whose customers nobody counts: those of the fleet, and it says so', async () => {
    expect(await affectedOf(incident('pop', 'iad1'), 100)).toMatchObject({
      covers: [{ scope: 'fleet', key: 'fleet' }],
      affectedCustomers: 3,
    });
  });

  it('R66: with what joined it, each once', async () => {
    const covers: Covered[] = [
      { scope: 'region', key: 'us-east' },
      { scope: 'release', key: 'v2' },
    ];
    expect(await namesOf(incident('region', 'us-east', covers))).toEqual(['bank', 'blog', 'shop']);
  });

  it('R66: what was told before impacts said what they cover is read of its root', async () => {
    expect(await namesOf(incident('region', 'europe'))).toEqual(['blog']);
  });
});
