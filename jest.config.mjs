/** jest runs what tsc wrote to dist; failures still point at the .ts line through source maps. */
export default {
  rootDir: 'dist',
  testEnvironment: '<rootDir>/../jest-environment.cjs',
  runtime: '<rootDir>/../jest-runtime.cjs',
  transform: {},
  testMatch: ['**/*.spec.js'],
  testPathIgnorePatterns: ['\\.(faults|soak)\\.spec\\.js$'],
  snapshotResolver: '<rootDir>/../snapshot-resolver.cjs',
  testSequencer: '<rootDir>/../jest-sequencer.cjs',
  // Before the tests of a file: the seed of what its properties draw.
  setupFiles: ['<rootDir>/libs/testing/src/jest-global-seed.js'],
  globalSetup: '<rootDir>/libs/testing/src/jest-global-setup.js',
  globalTeardown: '<rootDir>/libs/testing/src/jest-global-teardown.js',
  // A bound for what hangs, nothing else: on a busy machine what takes seconds takes minutes.
  testTimeout: 240_000,
  maxWorkers: 2,
  // A worker that has loaded everything once has 400 MB; to replace it means to load all that again.
  workerIdleMemoryLimit: '1GB',
};
