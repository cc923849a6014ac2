import { IMPACT_WINDOW_MS } from '../impact/covered.js';
import { impactScoreOfAll } from '../impact/impact.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import type { Gate } from './gate.js';
import { beginGate, decideGate } from './gate.decide.js';
import { armedGates } from './gate-folds.js';
import { judgedByOf } from './judged-by.js';
import type { StageFacts } from './judge.js';

const liveNodes = ({ nodes, release }: Gate, { tick, node }: TickView): number => {
  let live = 0;
  for (const nodeId of nodes.keys()) {
    const seen = node(nodeId);
    if (seen?.release === release && isLive(seen, tick)) live += 1;
  }
  return live;
};

/** The customers whom the release hurts; `isBeside` leaves out those whom another release hurts as well. */
const impactScore = ({ release }: Gate, { affected, placement, endSlot }: TickView, isBeside: boolean): number => {
  const hurtBy = (key: string) => affected.covered([{ scope: 'release', key }], IMPACT_WINDOW_MS, endSlot);
  const own = hurtBy(release);
  if (own.length === 0 || !isBeside) return impactScoreOfAll(own, affected.settings);
  const others = new Set([...placement.values()].flatMap((releases) => [...releases]));
  others.delete(release);
  const hurtElsewhere = new Set([...others].flatMap(hurtBy).map(({ customer }) => customer.customerId));
  const beside = own.filter(({ customer }) => !hurtElsewhere.has(customer.customerId));
  return impactScoreOfAll(beside, affected.settings);
};

const factsOf = (gate: Gate, view: TickView): StageFacts => ({
  named: gate.nodes.size,
  get live() {
    return liveNodes(gate, view);
  },
  get impact() {
    return impactScore(gate, view, false);
  },
  get impactBeside() {
    return impactScore(gate, view, true);
  },
  get escalations() {
    return [...view.escalations.values()].filter(({ state }) => state === 'open').length;
  },
});

/** Decides what a tick says of the gate of each rollout that is under way. */
export const decideGates = (draft: Draft, { view, sumsOf }: Deciding): void => {
  for (const gate of armedGates(draft.state.gates)) {
    if (gate.judgedBy === undefined) {
      draft.add([beginGate(gate, judgedByOf(gate, view.fleet.length), view.at)]);
      continue;
    }
    const sums = sumsOf(gate);
    if (sums !== undefined)
      draft.add(decideGate(gate, gate.judgedBy, { sums, facts: factsOf(gate, view), at: view.at }));
  }
};
