import { DEFAULT_RULES } from '#testing';
import { windowsOf } from '../rule/engine.js';
import { TOLD_FAMILIES } from './told-families.js';

describe('what slots tells', () => {
  it('is what the windows of the rules hold, with histograms where percentiles are read', () => {
    const nothing = { catalogue: { nodes: [], customers: [] }, hash: String, sha256: String };
    const { families, percentilesOf } = windowsOf({ rules: DEFAULT_RULES, ...nothing });
    expect([...TOLD_FAMILIES.keys()].toSorted()).toEqual(families?.toSorted());
    const withHistograms = [...TOLD_FAMILIES].filter(([, telling]) => telling === 'latency').map(([family]) => family);
    expect(withHistograms.toSorted()).toEqual(percentilesOf?.toSorted());
  });
});
