/** Campaigns too long for every run, one after the other; each prints a table of what it did: `npm run soak`. */
import config from './jest.config.mjs';

export default {
  ...config,
  testMatch: ['**/*.soak.spec.js'],
  testPathIgnorePatterns: [],
  maxWorkers: 1,
  // A bound for what hangs, nothing else: a campaign of kills takes half an hour.
  testTimeout: 3_600_000,
};
