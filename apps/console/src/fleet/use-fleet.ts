import { useMemo } from 'react';
import { useAll } from '../api/use-all.js';
import { useAnswer } from '../api/use-answer.js';
import { useLive } from '../api/live-context.js';
import { grouped } from '../ui/grouped.js';
import { count } from '../ui/figures.js';
import { type FleetAlert, type FleetAnswer, FLEET, type NodeRow, NODES } from './fleet-document.js';
import { usePopMinute } from './pop-minute.js';
import { type PopShown, popsShown, type Presence, presenceOf, serverNow } from './presence.js';
import { releasesTold } from './releases.js';

/** A node with how it is heard and what it runs. */
export interface NodeShown extends NodeRow {
  readonly presence: Presence;
  /** As rollouts told it. */
  readonly release: string | undefined;
}

/** Twenty pages of a large fleet: as often as a person looks again. */
const NODES_EVERY_MS = 15_000;
const FLEET_EVERY_MS = 30_000;
/** Ages are of so many seconds, not of one: ten thousand of them are worked out at once, and not again each second. */
const AGE_STEP_MS = 5_000;
const FOLLOWS = ['alert-', 'rollout-', 'rollback-'];

/** Open alerts by the node that they are about. */
export const alertsByNode = (alerts: readonly FleetAlert[]): ReadonlyMap<string, readonly FleetAlert[]> =>
  grouped(
    alerts.filter(({ scope }) => scope === 'node'),
    ({ key }) => key,
  );

/** What rules and rollouts say of the fleet, for every page of it. */
export const useFleetSaid = () => useAnswer('fleet', FLEET, {}, { follows: FOLLOWS, everyMs: FLEET_EVERY_MS });

/** What is looked through, where that is not all; empty: it is. */
export const boundsOf = ({ alerts, rollouts }: FleetAnswer): string =>
  [
    ...(alerts.pageInfo.hasNextPage ? [`the newest ${count(alerts.nodes.length)} open alerts`] : []),
    ...(rollouts.pageInfo.hasNextPage ? [`the newest ${count(rollouts.nodes.length)} rollouts`] : []),
  ].join(' and ');

/** Nodes and PoPs with everything that the page says of them. */
export const useFleet = () => {
  const live = useLive();
  const nodes = useAll('nodes', NODES, ({ fleetNodes }) => fleetNodes, {
    follows: ['catalogue'],
    everyMs: NODES_EVERY_MS,
  });
  const fleet = useFleetSaid();
  // Of when the nodes were read: what is older than the reading is not known to be silent since.
  const now = Math.round(serverNow(nodes.dataUpdatedAt, live) / AGE_STEP_MS) * AGE_STEP_MS;
  const minute = usePopMinute();
  const releases = useMemo(() => releasesTold(fleet.data?.rollouts.nodes ?? []), [fleet.data]);
  const alerts = useMemo(() => alertsByNode(fleet.data?.alerts.nodes ?? []), [fleet.data]);
  const shown = useMemo(
    (): readonly NodeShown[] =>
      (nodes.data?.rows ?? []).map((node) => ({
        ...node,
        presence: presenceOf(node, alerts.get(node.nodeId) ?? [], now),
        release: releases.get(node.nodeId),
      })),
    [nodes.data, alerts, releases, now],
  );
  const pops = useMemo((): readonly PopShown[] => {
    const presences = new Map(shown.map(({ nodeId, presence }) => [nodeId, presence]));
    return popsShown(shown, presences, minute.data?.windows?.windows ?? [], releases);
  }, [shown, minute.data, releases]);
  const bounds = fleet.data === undefined ? '' : boundsOf(fleet.data);
  return { nodes, shown, pops, bounds, isJudged: fleet.data !== undefined, errors: [fleet.error, minute.error] };
};
