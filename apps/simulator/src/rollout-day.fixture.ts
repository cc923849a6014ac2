import { DEFAULT_PLAN, event, type NewRollout, type Release, releaseName, streamOf } from '#contracts';
import { PROBE_FAMILIES } from '#domain';
import { attestationsOf } from '#testing';
import type { EventTimeDay } from './event-time-day.fixture.js';
import { BAD_RELEASE, GOOD_RELEASE, SERVICE } from './fleet.js';

const BY = 'deploy:ci';
/** The impact of a plan is computed from the traffic of a whole minute. */
const KNOWN_AFTER_S = 64;

/** The bad release, by the default plan; others bring the nodes. */
export const BAD_ROLLOUT: NewRollout = {
  service: SERVICE,
  rolloutId: 'v215',
  release: BAD_RELEASE,
  previous: GOOD_RELEASE,
  plan: DEFAULT_PLAN,
  mode: 'advisory',
  nodes: [],
};

/** The deploy tool vouches for a release: that it ran well, and that going back to it was tried. */
export const attest = (day: EventTimeDay, release: Release = GOOD_RELEASE): void => {
  const [name, nodes] = [releaseName(release), day.nodes.size];
  const events = attestationsOf({ service: SERVICE, release: name, nodes, at: day.nowMs });
  day.record(streamOf.release(SERVICE, name), ...events);
};

/** Declares a rollout with everything that its pre-flight asks of people: the risk, and the load test of its first node. */
export const declare = (day: EventTimeDay, wanted: NewRollout): void => {
  const { rolloutId } = wanted;
  const of = { rolloutId, by: BY, at: day.nowMs };
  const nodeId = wanted.nodes[0] ?? [...day.nodes.keys()][0] ?? '';
  const families = PROBE_FAMILIES.map((family) => ({ family, passed: true, detail: '50 of 50 answered' }));
  day.record(
    streamOf.rollout(rolloutId),
    event('RolloutDeclared', { ...wanted, by: BY, at: day.nowMs }),
    event('RiskAssessed', { ...of, risk: 'low', author: 'ann', text: 'a parser of long names' }),
    event('LoadTested', { ...of, nodeId, families }),
  );
};

/** A fleet that ran well for a minute, and a rollout of which nothing is missing any more. */
export const beginDay = (day: EventTimeDay, ...wanted: readonly NewRollout[]): void => {
  attest(day);
  for (const each of wanted) declare(day, each);
  // A second at a time: nothing happens.
  day.play(KNOWN_AFTER_S, 1_000);
};

/** The deploy tool brings the release to nodes, and tells it. */
export const bring = (day: EventTimeDay, wanted: NewRollout, stage: string, nodes: readonly string[]): void => {
  const { rolloutId, release, previous } = wanted;
  const of = { rolloutId, service: SERVICE, release, previous, stage, nodes: [...nodes] };
  day.signal({ type: 'deploy', ...of, atUs: day.nowMs * 1_000 });
  for (const nodeId of nodes) day.node(nodeId).start(release);
};

/** Every node that was commanded to do anything, once. */
export const commanded = (day: EventTimeDay): readonly string[] =>
  [...new Set(day.all('CommandIssued').flatMap(({ data }) => data.command.audience))].toSorted();

/** Seconds from the first failure until something happened; NaN where either did not. */
export const sinceFailure = (day: EventTimeDay, atMs: number | undefined): number =>
  ((atMs ?? Number.NaN) - (day.oracle.firstFailureMs() ?? Number.NaN)) / 1_000;
