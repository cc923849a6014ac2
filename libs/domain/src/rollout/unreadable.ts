import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';

/** Nodes of which batches are missing may be this part; of more, what is missing may be what failed, or what did not (as RAIL-4). */
const LOSSY_SHARE_MAX = 0.2;
/** So far behind log time is late: a batch each 250 ms and the way here take one or two seconds. */
const LATE_SLOTS_MAX = 5;
/** Part of the nodes that may be late, for the same reason. */
const LATE_SHARE_MAX = 0.2;

/**
 * What of the telemetry of some nodes cannot be relied on now, in words (RAIL-5): records of outcomes are lost, batches of too many nodes
 * are missing, or too many nodes are late. A loss is told for a minute after it was found.
 */
export const unreadableOf = (nodeIds: readonly string[], view: TickView): readonly string[] => {
  const losses = view.losses.current();
  const partitions = losses
    .filter(({ subject }) => subject.scope === 'partition' && subject.key.startsWith('telemetry.outcomes/'))
    .map(({ subject }) => `records of ${subject.key} are lost`);
  const lossy = new Set(losses.filter(({ subject }) => subject.scope === 'node').map(({ subject }) => subject.key));
  const live = nodeIds
    .map((nodeId) => view.node(nodeId))
    .filter((node) => node !== undefined)
    .filter((node) => isLive(node, view.tick));
  const missing = live.filter(({ nodeId }) => lossy.has(nodeId)).length;
  const lateUs = (view.endSlot - LATE_SLOTS_MAX) * 1_000_000;
  const late = live.filter(({ watermarkUs }) => watermarkUs < lateUs).length;
  return [
    ...partitions,
    ...(missing > LOSSY_SHARE_MAX * live.length ? [`batches of ${missing} of ${live.length} nodes are missing`] : []),
    ...(late > LATE_SHARE_MAX * live.length ? [`${late} of ${live.length} nodes report late`] : []),
  ];
};
