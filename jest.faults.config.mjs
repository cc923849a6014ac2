/** Tests that kill processes: minutes, not seconds, so apart from `npm test`; `.ci/run` runs them after it. */
import config from './jest.config.mjs';

export default {
  ...config,
  testMatch: ['**/*.faults.spec.js'],
  testPathIgnorePatterns: [],
  // They measure what happens within seconds of a kill; two at once would disturb each other.
  maxWorkers: 1,
  // A day takes half a minute and its recovery three at most, twice, and they run in real time: a bound for what hangs, nothing else.
  testTimeout: 900_000,
};
