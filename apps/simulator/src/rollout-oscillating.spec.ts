import type { NewRollout } from '#contracts';
import { CUSTOMERS } from './customers.js';
import { EventTimeDay } from './event-time-day.fixture.js';
import { type FleetNode, GOOD_RELEASE } from './fleet.js';
import { attest, BAD_ROLLOUT, bring } from './rollout-day.fixture.js';

/** Four nodes in each of two PoPs of one region. */
const fleet: readonly FleetNode[] = ['iad', 'jfk'].flatMap((pop) =>
  Array.from({ length: 4 }, (_, place) => ({
    nodeId: `${pop}-0${place + 1}`,
    pop,
    region: 'us-east',
    firstCloud: place < 2,
  })),
);
const cohort = fleet.filter(({ firstCloud }) => firstCloud).map(({ nodeId }) => nodeId);
/** Every 90 minutes, three times as long as the rate rail waits for the same place (RAIL-10), a build is brought, and fails. */
const EVERY_S = 5_400;
const BUILDS = 16;
const BAKED_S = 10;
const FAILING_S = 50;
/** While nothing happens nearly a minute is played at once: all of it arrives with the tick that is evaluated. */
const QUIET_STEP_MS = 50_000;

const buildOf = (index: number): NewRollout => ({
  ...BAD_ROLLOUT,
  rolloutId: `build-${index}`,
  release: { softwareVersion: `v2.2.${index}`, configRev: GOOD_RELEASE.configRev },
});

/** A day on which everything that is brought fails, and everything that is rolled back is brought again as another build. */
const playOscillation = (): EventTimeDay => {
  const day = new EventTimeDay({
    fleet,
    seed: 1,
    queriesPerSecond: 3,
    customers: CUSTOMERS.filter(({ tier }) => tier === 'tier1'),
  });
  attest(day);
  day.play(60, 1_000);
  for (let index = 0; index < BUILDS; index += 1) {
    bring(day, buildOf(index), 'canary', cohort);
    day.play(BAKED_S, 1_000);
    day.corrupt(cohort);
    day.play(FAILING_S, 1_000);
    // Who is paged helps himself: the signal is well again until the next build.
    for (const nodeId of cohort) if (day.node(nodeId).release() !== GOOD_RELEASE) day.node(nodeId).start(GOOD_RELEASE);
    day.play(EVERY_S - BAKED_S - FAILING_S, QUIET_STEP_MS);
  }
  return day;
};

describe('a signal that oscillates for a day', () => {
  it('R32: three automatic rollbacks in 24 h, then the rate rail is open and refuses every further one', () => {
    const day = playOscillation();
    expect(day.afterS).toBeGreaterThan(86_000);
    expect(day.all('RollbackDecided')).toHaveLength(3);
    expect(day.all('RateRailOpened')).toHaveLength(1);
    expect(new Set(day.all('RollbackRefused').map(({ data }) => data.rail))).toContain('rate');
  });
});
