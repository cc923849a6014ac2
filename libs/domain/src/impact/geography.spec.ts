import { COUNTRY_CODES, countedShares, worldRegionOf } from './geography.js';

describe('the countries', () => {
  it('R90, R91, R92: each of the 249 codes of ISO 3166-1 is in one region, those of the study where it has them', () => {
    expect(new Set(COUNTRY_CODES).size).toBe(249);
    expect(['US', 'CA', 'MX'].map(worldRegionOf)).toEqual(Array(3).fill('North America'));
    expect(['GB', 'DE', 'FR', 'IT'].map(worldRegionOf)).toEqual(Array(4).fill('Europe'));
    expect(['JP', 'AU', 'SG', 'IN'].map(worldRegionOf)).toEqual(Array(4).fill('Asia Pacific'));
    expect(['UK', 'XX', 'us', ''].map(worldRegionOf)).toEqual(Array(4).fill(undefined));
  });
  it('R93, C10: shares are those of the counts', () => {
    const counted = { 'North America': 9_500, Europe: 6_100, 'Asia Pacific': 1_800 };
    const shares = countedShares(Object.entries(counted).map(([place, count]) => ({ place, count })));
    expect(shares.map(({ countedPercent }) => countedPercent)).toEqual([54.6, 35.1, 10.3]);
    expect(countedShares([{ place: 'US', count: 0 }])).toEqual([{ place: 'US', count: 0, countedPercent: 0 }]);
  });
});
