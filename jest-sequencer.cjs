const Sequencer = require('@jest/test-sequencer').default;

/**
 * The files that take 35 s and more, the longest first. A clone that never ran has no times of its own, and jest begins with the files
 * that have most text: a day of a fleet, 76 s in 20 lines, came last, and one core waited for the other.
 */
const LONGEST = [
  'apps/simulator/src/day.e2e.spec',
  'apps/standalone/src/console.e2e.spec',
  'apps/rules/src/rules-side-by-side.int.spec',
  'apps/aggregator/src/protocol-simulation.spec',
  'libs/domain/src/rule/engine.spec',
  'apps/standalone/src/rollouts.e2e.spec',
  'apps/simulator/src/rollout-oscillating.spec',
  'apps/standalone/src/drills.e2e.spec',
  'apps/rules/src/rules-doubt.int.spec',
  'apps/rules/src/rules-restart.int.spec',
  'apps/dispatcher/src/receiver-matrix.int.spec',
];

const placeOf = ({ path }) => {
  const place = LONGEST.findIndex((file) => path.endsWith(`/${file}.js`));
  return place === -1 ? LONGEST.length : place;
};

/** By the times of the run before; where there are none, by what is known of the longest files, then by their size. */
module.exports = class extends Sequencer {
  static LONGEST = LONGEST;

  sort(tests) {
    const sorted = super.sort(tests);
    return sorted.some(({ duration }) => duration !== undefined) ? sorted : sorted.sort((a, b) => placeOf(a) - placeOf(b));
  }
};
