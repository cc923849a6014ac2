/**
 * `node tools/ci-summary.mjs [--ci] FILE…`: what jest's results say, as the last line of a run. Lists what was skipped, with its
 * reason in the title. With `--ci` a skipped test of Kafka, PostgreSQL, Knot, Alertmanager, promtool or Chromium counts as failed: CI has all of them.
 */
import { existsSync, readFileSync } from 'node:fs';

const words = process.argv.slice(2);
const isCi = words.includes('--ci');
const files = words.filter((word) => word !== '--ci');

let passed = 0;
let failed = 0;
for (const file of files) {
  if (!existsSync(file)) {
    console.log(`no results in ${file}: its run did not end`);
    failed += 1;
    continue;
  }
  const results = JSON.parse(readFileSync(file, 'utf8'));
  passed += results.numPassedTests;
  // A suite that could not start has no test that failed.
  failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'pending' || status === 'skipped');
  for (const { fullName } of skipped) {
    const mustRun = isCi && /kafka|postgres|chromium|knot|alertmanager|promtool/i.test(fullName);
    if (mustRun) failed += 1;
    console.log(`skipped${mustRun ? ', which CI may not' : ''}: ${fullName}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
