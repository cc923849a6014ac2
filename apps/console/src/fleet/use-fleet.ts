import { useMemo } from 'react';
import { useAll } from '../api/use-all.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { grouped } from '../ui/grouped.js';
import { type FleetAlert, FLEET, type NodeRow, NODES } from './fleet-document.js';
import { usePopMinute } from './pop-minute.js';
import { type PopShown, popsShown, type Presence, presenceOf } from './presence.js';
import { releasesTold } from './releases.js';

/** A node with how it is heard and what it runs. */
export interface NodeShown extends NodeRow {
  readonly presence: Presence;
  /** As rollouts told it. */
  readonly release: string | undefined;
}

const NODES_EVERY_MS = 5_000;
const FLEET_EVERY_MS = 30_000;

/** Open alerts by the node that they are about. */
export const alertsByNode = (alerts: readonly FleetAlert[]): ReadonlyMap<string, readonly FleetAlert[]> =>
  grouped(
    alerts.filter(({ scope }) => scope === 'node'),
    ({ key }) => key,
  );

/** Nodes and PoPs with everything that the page says of them. */
export const useFleet = () => {
  const now = useNow();
  const nodes = useAll('nodes', NODES, ({ fleetNodes }) => fleetNodes, {
    follows: ['catalogue'],
    everyMs: NODES_EVERY_MS,
  });
  const fleet = useAnswer(
    'fleet',
    FLEET,
    {},
    { follows: ['alert-', 'rollout-', 'rollback-'], everyMs: FLEET_EVERY_MS },
  );
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
  return { nodes, shown, pops, errors: [fleet.error, minute.error] };
};
