import { SLOT_MS, TICK_MS } from '#contracts';
import { judgeFleet } from '../presence/judged-fleet.js';
import { isLive, type NodePresence } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { type BlameCell, JUDGE_WINDOW_MS } from './blame.js';
import type { Tally } from './stratified.js';

/**
 * Nodes that say nothing and are shown to have failed by something else: a crash, another boot id, probes that fail. That is evidence
 * against what they run; silence alone is none.
 */
export const provedDead = (view: TickView): ReadonlySet<string> => {
  // Most ticks have nobody to ask about.
  if (view.nodes.every((node) => isLive(node, view.tick))) return new Set();
  const silent = new Set(view.nodes.filter((node) => !isLive(node, view.tick)).map(({ nodeId }) => nodeId));
  const judged = judgeFleet(view).filter(({ node }) => silent.has(node.nodeId));
  return new Set(judged.filter(({ verdict }) => verdict.state === 'outage').map(({ node }) => node.nodeId));
};

/** The first slot of which everything is of the release that a node runs: the one in which it changed holds outcomes of both. */
export const firstSlotOf = ({ sinceTick }: NodePresence): number =>
  sinceTick === undefined ? -Infinity : Math.floor((sinceTick * TICK_MS) / SLOT_MS) + 1;

/** Outcomes of a node since it runs its release, over at most so many milliseconds; what it answered before is not of this release. */
const outcomesOf = (node: NodePresence, windowMs: number, { windows, endSlot }: TickView): Tally => {
  const ownMs = Math.min(windowMs, (endSlot - firstSlotOf(node) + 1) * SLOT_MS);
  if (ownMs < SLOT_MS) return { good: 0, bad: 0 };
  const { good, bad } = windows.sum('node', node.nodeId, ownMs, endSlot);
  return { good, bad };
};

/** What a dead node would have answered: all of it failed. */
export const unanswered = (nodeId: string, windowMs: number, { rates }: TickView): Tally => ({
  good: 0,
  bad: Math.round(((rates.get(nodeId)?.ownPerS ?? 0) * windowMs) / 1_000),
});

const known = new WeakMap<TickView, readonly BlameCell[]>();

const readAnew = (view: TickView): readonly BlameCell[] => {
  const dead = provedDead(view);
  const cells = new Map<string, BlameCell>();
  for (const node of view.nodes) {
    const { nodeId, pop, region, release } = node;
    const { good, bad } = dead.has(nodeId)
      ? unanswered(nodeId, JUDGE_WINDOW_MS, view)
      : outcomesOf(node, JUDGE_WINDOW_MS, view);
    const key = `${region}|${pop}|${release}`;
    const cell = cells.get(key) ?? { pop, region, release, good: 0, bad: 0 };
    cells.set(key, { ...cell, good: cell.good + good, bad: cell.bad + bad });
  }
  return [...cells.values()];
};

/** Where blame is looked for: every node that reports or reported, by PoP and release; read once a tick, when it is first asked for. */
export const blameCells = (view: TickView): readonly BlameCell[] => {
  const cells = known.get(view) ?? readAnew(view);
  known.set(view, cells);
  return cells;
};
