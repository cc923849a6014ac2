/** Snapshots lie beside the .ts file; in dist they would vanish with the next build. */
module.exports = {
  resolveSnapshotPath: (test, ext) => __dirname + test.slice(`${__dirname}/dist`.length) + ext,
  resolveTestPath: (snap, ext) => `${__dirname}/dist${snap.slice(__dirname.length, -ext.length)}`,
  testPathForConsistencyCheck: `${__dirname}/dist/libs/x/src/x.spec.js`,
};
