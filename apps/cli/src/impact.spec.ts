import type { ApiClient } from './api-client.js';
import { readExplained } from './explain.js';
import { formatImpact, type ImpactAnswer } from './impact.js';

const NOTHING: ImpactAnswer = {
  asOf: Date.UTC(2021, 6, 22, 11, 50),
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  dollarsPerMinute: 0,
  score: 0,
  regions: [],
  sectors: [],
  countries: [],
  worldRegions: [],
};

describe('tocsin impact', () => {
  it('R57, R93: names what it divides by: regions, parts of the world, countries, sectors', () => {
    const hurt = { affectedCustomers: 1, dollarsPerMinute: 50_000 };
    const lines = formatImpact({
      ...NOTHING,
      ...hurt,
      score: 100,
      regions: [{ order: 1, region: 'us-east', failing: 0.5, ...hurt }],
      worldRegions: [{ place: 'North America', sites: 900, sitesPercent: 90, ...hurt }],
      countries: [{ place: 'US', sites: 900, sitesPercent: 90, ...hurt }],
      sectors: [{ key: 'transport', ...hurt }],
    });
    expect(lines).toEqual([
      '1 customers, score 100, $50,000 a minute, at 2021-07-22 11:50:00',
      'order  region   failing  customers  $ a minute',
      '    1  us-east  50.00 %          1     $50,000',
      '',
      'part of the world  customers  $ a minute  sites  % of sites',
      'North America              1     $50,000    900          90',
      '',
      'country  customers  $ a minute  sites  % of sites',
      'US               1     $50,000    900          90',
      '',
      'sector     customers  $ a minute',
      'transport          1     $50,000',
    ]);
  });
});

describe('tocsin explain', () => {
  const apiWith = (incidents: readonly unknown[]): ApiClient & { readonly asked: string[] } => {
    const asked: string[] = [];
    const get = (path: string): Promise<unknown> => {
      asked.push(path);
      return Promise.resolve(path.startsWith('/v1/incidents') ? { incidents } : { lines: ['because'] });
    };
    return { asked, get, url: new URL('http://127.0.0.1') } as unknown as ApiClient & { readonly asked: string[] };
  };

  it('B13: an id is asked for as it is', async () => {
    const api = apiWith([]);
    expect(await readExplained(api, { id: 'in/1' })).toEqual({ lines: ['because'] });
    expect(api.asked).toEqual(['/v1/explain/any/in%2F1']);
  });

  it('B13: latest before the first incident is nothing to explain', async () => {
    expect(await readExplained(apiWith([]), { id: 'latest' })).toBeUndefined();
  });
});
