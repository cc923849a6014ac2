import { TIERS } from '#contracts';
import { CUSTOMERS, STUDY_ROW } from './customers.js';
import { AFFECTED_SHARE, exposedCustomers } from './exposure.js';
import { apportion, buildFleet, NODES_DEFAULT, POPS, rolloutBatches } from './fleet.js';
import { statedAndCounted, WORLD } from './geography.js';

describe('the fleet', () => {
  const fleet = buildFleet(NODES_DEFAULT);

  it('R1: four regions, eight PoPs, 48 nodes, each of its own name', () => {
    expect(new Set(fleet.map(({ region }) => region))).toEqual(new Set(['us-east', 'us-west', 'europe', 'asia']));
    expect(new Set(fleet.map(({ pop }) => pop)).size).toBe(POPS.length);
    expect(new Set(fleet.map(({ nodeId }) => nodeId)).size).toBe(NODES_DEFAULT);
  });

  it.each([16, 48, 100, 400])('the release reaches 5 %%, then 25 %% of %i nodes, in every region', (nodes) => {
    const [first, second] = rolloutBatches(buildFleet(nodes));
    expect(first.length).toBe(Math.max(1, Math.round(nodes * 0.05)));
    expect(first.length + second.length).toBe(Math.round(nodes * 0.25));
    expect(new Set([...first, ...second].map(({ region }) => region)).size).toBe(4);
  });

  it('apportions without losing one', () => {
    expect(apportion(12, [0.3, 0.15, 0.35, 0.2])).toEqual([4, 2, 4, 2]);
    expect(apportion(7, [1, 1])).toEqual([4, 3]);
  });
});

describe('the customers', () => {
  it('R70-R89: the 20 named services are tier 1, each in its row', () => {
    const tier1 = CUSTOMERS.filter(({ tier }) => tier === 'tier1');
    expect(tier1.map(({ customerId }) => STUDY_ROW.get(customerId))).toEqual(
      Array.from({ length: 20 }, (_, index) => `R${70 + index}`),
    );
    expect(tier1.every(({ symptom, sector }) => symptom !== '' && sector !== '')).toBe(true);
  });

  it('R59: the six critical domains are the real ones', () => {
    const zones = new Set(CUSTOMERS.flatMap((customer) => customer.zones));
    for (const domain of ['delta.com', 'ups.com', 'fidelity.com', 'playstation.com', 'bbc.com', 'salesforce.com'])
      expect(zones).toContain(domain);
  });

  it('ids and zones are unique; R11: some are critical', () => {
    const zones = CUSTOMERS.flatMap((customer) => customer.zones);
    expect(new Set(zones).size).toBe(zones.length);
    expect(new Set(CUSTOMERS.map(({ customerId }) => customerId)).size).toBe(520);
    expect(CUSTOMERS.filter(({ critical }) => critical).length).toBe(20);
  });

  it('R67-R69: 45, 35 and 25 % of the tiers are exposed, whatever the seed; which ones follows from the seed', () => {
    for (const seed of [1, 2, 3]) {
      const exposed = exposedCustomers(CUSTOMERS, seed);
      for (const tier of TIERS) {
        const share =
          exposed.filter((customer) => customer.tier === tier).length /
          CUSTOMERS.filter((customer) => customer.tier === tier).length;
        expect(share).toBe(AFFECTED_SHARE[tier]);
      }
      expect(exposedCustomers(CUSTOMERS, seed)).toEqual(exposed);
    }
    expect(exposedCustomers(CUSTOMERS, 1)).not.toEqual(exposedCustomers(CUSTOMERS, 2));
  });
});

describe('the world', () => {
  it.each([
    ['R90', 'North America', ['United States 8000 high', 'Canada 1200 medium', 'Mexico 300 low']],
    ['R91', 'Europe', ['United Kingdom 2500 high', 'Germany 1800 medium', 'France 1200 medium', 'Italy 600 low']],
    ['R92', 'Asia Pacific', ['Japan 900 medium', 'Australia 400 low', 'Singapore 300 low', 'India 200 low']],
  ])('%s: %s was hit in these countries, with so many sites, so hard', (row, name, countries) => {
    const region = WORLD.find((each) => each.row === row);
    expect(region?.name).toBe(name);
    expect(region?.countries.map((each) => `${each.name} ${each.sites} ${each.impact}`)).toEqual(countries);
  });

  it('R90-R93, C10: shares as stated stand beside shares as counted', () => {
    expect(statedAndCounted(WORLD)).toEqual([
      { name: 'North America', statedPercent: 45, countedPercent: 54.6 },
      { name: 'Europe', statedPercent: 35, countedPercent: 35.1 },
      { name: 'Asia Pacific', statedPercent: 20, countedPercent: 10.3 },
    ]);
  });
});
