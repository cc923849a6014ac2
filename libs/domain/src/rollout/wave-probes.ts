import { SLOT_MS } from '#contracts';
import { HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { PROPAGATION_ROUNDS, type Propagation } from '../probe/propagation.js';
import { describeWindow } from '../rule/describe-subject.js';
import type { TickView } from '../rule/tick-view.js';

/** What probers say of nodes that were rolled back (R59), and why. */
export interface ProbedRecovery {
  readonly verdict: Propagation;
  readonly reason: string;
}

/** Of the probes of a round the share that must pass: as of a health check, never one of one (R43). */
const PASSING_MIN = HEALTH_PASSES_MIN / HEALTH_PROBES;

type Round = 'good' | 'bad' | 'unknown';

/** The rounds of a node, the newest first: consecutive windows that all begin after the restart. */
interface Rounds {
  readonly roundMs: number;
  readonly endSlots: readonly number[];
}

const roundsOf = (sinceMs: number, verifyMs: number, { endSlot }: TickView): Rounds => {
  const roundMs = Math.max(SLOT_MS, Math.floor(verifyMs / PROPAGATION_ROUNDS / SLOT_MS) * SLOT_MS);
  const ends = Array.from({ length: PROPAGATION_ROUNDS }, (_, age) => endSlot - (age * roundMs) / SLOT_MS);
  return { roundMs, endSlots: ends.filter((end) => (end + 1) * SLOT_MS - roundMs >= sinceMs) };
};

const roundOf = (nodeId: string, endSlot: number, roundMs: number, { windows }: TickView): Round => {
  const { good, bad } = windows.sum('probe', nodeId, roundMs, endSlot);
  if (good + bad === 0) return 'unknown';
  return good >= PASSING_MIN * (good + bad) ? 'good' : 'bad';
};

const regionsOf = (nodeIds: readonly string[], view: TickView): ReadonlySet<string> => {
  const wanted = new Set(nodeIds);
  return new Set(view.fleet.filter(({ nodeId }) => wanted.has(nodeId)).map(({ region }) => region));
};

/**
 * The recovery validator over the nodes of a wave. Probers ask each node for the names that they are told to, the critical domains; an
 * answer that is late, wrong or missing is bad (resolution time, response code). What reaches the rules is how many were good of each
 * node, so it is judged by node: recovered when in every region of the wave one node at least was good in three rounds in a row after
 * the restart, and none that was asked was bad in any of them. Where nobody probes it is unknown, which refuses nothing.
 */
export const readProbedRecovery = (
  nodes: readonly string[],
  sinceMs: number,
  verifyMs: number,
  view: TickView,
): ProbedRecovery => {
  const { roundMs, endSlots } = roundsOf(sinceMs, verifyMs, view);
  const found = nodes.map((nodeId) => ({
    nodeId,
    rounds: endSlots.map((endSlot) => roundOf(nodeId, endSlot, roundMs, view)),
  }));
  const bad = found.filter(({ rounds }) => rounds.includes('bad')).map(({ nodeId }) => nodeId);
  if (bad.length > 0)
    return {
      verdict: 'not_recovered',
      reason: `probers: not recovered, ${bad.length} of ${nodes.length} nodes answer wrongly, as ${bad[0]}`,
    };
  const good = found.filter(
    ({ rounds }) => rounds.length === PROPAGATION_ROUNDS && rounds.every((each) => each === 'good'),
  );
  const [all, seen] = [
    regionsOf(nodes, view),
    regionsOf(
      good.map(({ nodeId }) => nodeId),
      view,
    ),
  ];
  const span = `${PROPAGATION_ROUNDS} rounds of ${describeWindow(roundMs)}`;
  if (all.size > 0 && seen.size === all.size)
    return { verdict: 'recovered', reason: `probers: recovered, ${good.length} nodes good in ${span}` };
  return {
    verdict: 'unknown',
    reason: `probers: unknown, ${seen.size} of ${all.size} regions were looked at in ${span}`,
  };
};
