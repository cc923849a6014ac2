import type { NewRollout } from '#contracts';
import { EventTimeDay } from './event-time-day.fixture.js';
import { buildFleet, type FleetNode, GOOD_RELEASE, POPS } from './fleet.js';
import { attest, BAD_ROLLOUT, bring, sinceFailure } from './rollout-day.fixture.js';

const fleet = buildFleet(48);
const SOFTWARE: NewRollout = {
  ...BAD_ROLLOUT,
  rolloutId: 'software',
  release: { ...GOOD_RELEASE, softwareVersion: 'v2.1.5' },
};
const CONFIG: NewRollout = { ...BAD_ROLLOUT, rolloutId: 'config', release: { ...GOOD_RELEASE, configRev: 'c42' } };
const BOTH = { ...SOFTWARE.release, configRev: CONFIG.release.configRev };

/** The nth node of each PoP. */
const nth = (place: number): readonly string[] =>
  POPS.flatMap(({ pop }) => fleet.filter((node: FleetNode) => node.pop === pop)[place]?.nodeId ?? []);
const [software, config, both] = [nth(0), nth(1), nth(2)];

/** Two rollouts reach the same PoPs within seconds, and a third of their nodes have both; one of them is bad. */
const playTwo = (bad: NewRollout, seed: number): EventTimeDay => {
  const day = new EventTimeDay({ fleet, seed, queriesPerSecond: 30 });
  attest(day);
  day.play(20, 1_000);
  bring(day, SOFTWARE, 'canary', [...software, ...both]);
  day.play(5, 1_000);
  bring(day, CONFIG, 'canary', [...config, ...both]);
  for (const nodeId of both) day.node(nodeId).start(BOTH);
  day.play(15, 1_000);
  day.corrupt([...(bad === SOFTWARE ? software : config), ...both]);
  return day.play(30);
};

describe('two rollouts at a time, one of them bad', () => {
  const cases = [1, 2, 3].flatMap((seed) => [SOFTWARE, CONFIG].map((bad) => [bad.rolloutId, seed, bad] as const));

  it.each(cases)('B20: the %s is rolled back, and the other is not (seed %d)', (rolloutId, seed, bad) => {
    const day = playTwo(bad, seed);
    const decided = day.all('RollbackDecided');
    expect(decided.map(({ data }) => data.rolloutId)).toEqual([rolloutId]);
    expect(sinceFailure(day, decided[0]?.atMs)).toBeLessThan(30);
    const own = new Set([...(bad === SOFTWARE ? software : config), ...both]);
    expect(decided[0]?.data.waves.flat().toSorted()).toEqual([...own].toSorted());
  });
});
