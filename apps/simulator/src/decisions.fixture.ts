import type { Release, Signal } from '#contracts';
import { EventTimeDay, type EventTimeDayOptions, START_MS, type Told } from './event-time-day.fixture.js';
import { BAD_RELEASE, buildFleet, type FleetNode, GOOD_RELEASE, rolloutBatches, SERVICE } from './fleet.js';
import type { Oracle } from './oracle.js';
import { attest } from './rollout-day.fixture.js';
import type { SimulatedNode } from './simulated-node.js';

/** Healthy time before the fault: enough for windows to know what normal is. */
const LEAD_S = 8;
const VERIFY_MS = 3_000;

/** What happens to a node that has the bad release, once the windows know what normal is. */
export type Strike = (node: SimulatedNode, atUs: number) => void;

/** What was decided, what really failed, and whose queries reach the bad release. */
export interface PlayedDecisions {
  readonly told: readonly Told[];
  readonly oracle: Oracle;
  readonly exposed: ReadonlySet<string>;
}

/** The day's own: the server crashes, and comes back corrupted. */
const corrupt: Strike = (node, atUs) => node.corruptFrom(atUs);

const deploySignals = (fleet: readonly FleetNode[]): Signal[] =>
  rolloutBatches(fleet).map((batch, index) => ({
    type: 'deploy',
    rolloutId: 'rollout-1',
    service: SERVICE,
    release: BAD_RELEASE,
    previous: GOOD_RELEASE,
    stage: `batch-${index + 1}`,
    nodes: batch.map(({ nodeId }) => nodeId),
    atUs: START_MS * 1_000,
  }));

/** The day as it was: the release is on a quarter of the fleet, and nobody declared it. */
export const dayOf2021 = (
  fleet: readonly FleetNode[],
  seed: number,
  queriesPerSecond: number,
  options: Pick<EventTimeDayOptions, 'verifyMs' | 'executor'> = {},
): EventTimeDay => {
  const releaseOf = ({ firstCloud }: FleetNode): Release => (firstCloud ? BAD_RELEASE : GOOD_RELEASE);
  const day = new EventTimeDay({ fleet, seed, queriesPerSecond, releaseOf, ...options });
  attest(day);
  day.signal(...deploySignals(fleet));
  return day;
};

/** The nodes that have the bad release. */
export const struckNodes = (fleet: readonly FleetNode[]): readonly string[] =>
  rolloutBatches(fleet)
    .flat()
    .map(({ nodeId }) => nodeId);

/** Plays so many seconds of the day; 8 s after the start the nodes of the bad release are struck. */
export const playDecisions = (seed: number, seconds: number, strike = corrupt): PlayedDecisions => {
  const fleet = buildFleet(48);
  const day = dayOf2021(fleet, seed, 200, { verifyMs: VERIFY_MS });
  day.play(LEAD_S);
  for (const nodeId of struckNodes(fleet)) strike(day.node(nodeId), day.nowMs * 1_000);
  day.play(seconds - LEAD_S);
  const { told, oracle, exposed } = day;
  return { told, oracle, exposed: new Set(exposed.map(({ customerId }) => customerId)) };
};
