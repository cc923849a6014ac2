import { PROBE_FAMILIES } from '#domain';
import type { DayKeys } from './day-set-up.js';
import { BAD_RELEASE, GOOD_RELEASE, SERVICE } from './fleet.js';
import type { TocsinApi } from './tocsin-api.js';

/** How long the good release is said to run already: twice what the target of a rollback must (RAIL-6). */
const GOOD_FOR_MS = 172_800_000;

/** Who tells what of releases, and whom. */
export interface PreflightParts {
  readonly api: TocsinApi;
  readonly keys: Pick<DayKeys, 'deploy' | 'onCall' | 'commander'>;
}

/** The on-call engineer vouches for what runs; the deploy system has tried to go back to it. Without both nothing is rolled back to it. */
export const vouchForGood = async ({ api, keys }: PreflightParts, nodes: number, nowMs: number): Promise<void> => {
  const of = { service: SERVICE, release: GOOD_RELEASE };
  const attested = { ...of, goodSinceMs: nowMs - GOOD_FOR_MS, nodes, isRollbackSafe: true };
  await api.act(keys.onCall, '/v1/releases/attestations', attested);
  await api.act(keys.deploy, '/v1/releases/rehearsals', { ...of, passed: true, detail: 'one node went back in 41 s' });
};

/**
 * The deploy system declares the bad release with the default plan, and everybody does his part of the pre-flight. What it would cost is
 * overridden by name and reason: that needs a minute of traffic, and the day begins with none.
 */
export const declareBad = async (
  { api, keys }: PreflightParts,
  rolloutId: string,
  firstNode: string,
): Promise<void> => {
  const path = `/v1/rollouts/${encodeURIComponent(rolloutId)}`;
  const releases = { release: BAD_RELEASE, previous: GOOD_RELEASE };
  const families = PROBE_FAMILIES.map((family) => ({ family, passed: true }));
  await api.act(keys.deploy, '/v1/rollouts', { rolloutId, service: SERVICE, ...releases });
  await api.act(keys.deploy, `${path}/risk`, { risk: 'low', author: 'deploy system', text: 'a parser of long names' });
  await api.act(keys.deploy, `${path}/load-tests`, { nodeId: firstNode, families });
  const unknown = { items: ['impact'], comment: 'no minute of traffic is known yet' };
  await api.act(keys.commander, `${path}/overrides`, unknown);
};
