import { releaseName, SLOT_MS, TICK_MS } from '#contracts';
import { OUTCOMES_MIN } from '../signal/measure.js';
import { successPercent } from '../signal/success-rate.js';
import { describeWindow } from '../rule/describe-subject.js';
import type { TickView } from '../rule/tick-view.js';
import { isLive, type NodePresence } from '../rule/presence.js';
import { type Plan, type Rollback, waveNodes } from './rollback.js';
import type { WaveHealth } from './wave-context.js';

/** Share of a wave's nodes that must report on the target release; a node that never returns must not block the rest. */
const PRESENT_MIN = 0.8;

/** RAIL-6: one that answered, and after the whole verification window still says that it runs something else, was not rolled back. */
const foreignOf = (live: readonly NodePresence[], target: string, fromMs: number): string | undefined => {
  const foreign = live.find(({ release, watermarkUs }) => release !== target && watermarkUs / 1_000 >= fromMs);
  return foreign && `node ${foreign.nodeId} answered done, and its telemetry says that it runs ${foreign.release}`;
};

/**
 * What the nodes of a wave say themselves: their success over a window that begins after the last of them answered, once the
 * slowest of them has passed it. A live node on any release but the target proves that the wave is not through.
 */
export const readWaveHealth = (rollback: Rollback, verifyMs: number, view: TickView): WaveHealth => {
  const names = waveNodes(rollback);
  const target = rollback.plan === undefined ? '' : releaseName(rollback.plan.to);
  const live = names
    .map((nodeId) => view.node(nodeId))
    .filter((node) => node !== undefined)
    .filter((node) => isLive(node, view.tick));
  const present = live.filter(({ release }) => release === target);
  if (present.length < live.length || present.length < PRESENT_MIN * names.length) {
    const detail = `${present.length} of ${names.length} nodes report on ${target}`;
    return { success: undefined, detail, foreign: foreignOf(live, target, rollback.answeredAtMs + verifyMs) };
  }
  const slot = Math.min(...present.map((node) => Math.floor(node.watermarkUs / 1_000_000) - 1), view.endSlot);
  if ((slot + 1) * SLOT_MS < rollback.answeredAtMs + verifyMs) {
    return { success: undefined, detail: `less than ${describeWindow(verifyMs)} since the last answer` };
  }
  let [good, bad] = [0, 0];
  for (const { nodeId } of present) {
    const sum = view.windows.sum('node', nodeId, verifyMs, slot);
    good += sum.good;
    bad += sum.bad;
  }
  const detail = `over ${describeWindow(verifyMs)} on ${present.length} of ${names.length} nodes`;
  return { success: good + bad < OUTCOMES_MIN ? undefined : successPercent(good, bad), detail };
};

/** Whether a node still has something of what a plan takes away: of its software or its configuration, whichever the plan changes. */
const isLeft = ({ from, to }: Plan, release: string): boolean =>
  (from.softwareVersion !== to.softwareVersion && release.startsWith(`${from.softwareVersion}+`)) ||
  (from.configRev !== to.configRev && release.endsWith(`+${from.configRev}`));

/**
 * A node of a wave that was seen to change, after the plan was made, to what is neither its target nor has anything of what it takes away. A
 * plan that waited is older than what a person did meanwhile, and must not undo it (RAIL-11).
 */
export const readStranger = (
  plan: Plan,
  nodeIds: readonly string[],
  { node, tick }: Pick<TickView, 'node' | 'tick'>,
): string | undefined => {
  const target = releaseName(plan.to);
  const stranger = nodeIds
    .map((nodeId) => node(nodeId))
    .filter((seen) => seen !== undefined)
    .filter((seen) => isLive(seen, tick) && seen.formerly.length > 0 && seen.sinceTick * TICK_MS > plan.decidedAtMs)
    .find(({ release }) => release !== target && !isLeft(plan, release));
  return stranger && `node ${stranger.nodeId} was brought ${stranger.release} after the rollback was decided`;
};
