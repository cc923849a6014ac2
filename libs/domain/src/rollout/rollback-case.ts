import { releaseName, SLOT_MS } from '#contracts';
import { modeOf } from '../automation/automation.js';
import { dollarsPerMinuteOf } from '../impact/impact.js';
import { recoveryOrder } from '../impact/recovery-order.js';
import { releaseKeyOf } from '../release/release-record.js';
import type { DeciderState } from '../rule/decider-state.js';
import { NODE_SUCCESS_MIN } from '../rule/departure.js';
import { cohortKey, isLive, type NodePresence } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { successPercent } from '../signal/success-rate.js';
import { firstSlotOf, provedDead, unanswered } from './blame-cells.js';
import { carries } from './change.js';
import { ratePlans } from './plan-rate.js';
import type { Coverage, RailFacts } from './rail.js';
import { isUnderWay, waveNodes } from './rollback.js';
import type { Suspect } from './suspect.js';
import { unreadableOf } from './unreadable.js';
import { planWaves, type WaveFleet } from './waves.js';

/** Over how long the outcomes of RAIL-1 are counted. */
const EVIDENCE_WINDOW_MS = 60_000;

/** The nodes of a suspect, and where they are. */
interface Cohort {
  readonly running: readonly NodePresence[];
  readonly releases: readonly string[];
  readonly regions: readonly string[];
  /** Those that were told to have it, and are not known to run something else. */
  readonly expected: ReadonlySet<string>;
  readonly dead: ReadonlySet<string>;
}

const cohortOf = ({ release, change }: Suspect, view: TickView): Cohort => {
  const has = (running: string): boolean => (change === undefined ? running === release : carries(change, running));
  const running = view.nodes.filter((node) => has(node.release));
  const named = [...(change?.rollout.nodes ?? [])].filter((nodeId) => has(view.node(nodeId)?.release ?? release));
  const expected = [...named, ...running.map(({ nodeId }) => nodeId)];
  return {
    running,
    releases: [...new Set(running.map((node) => node.release))],
    regions: [...new Set(running.map(({ region }) => region))].sort(),
    // Who was told to leave the traffic is not expected to report.
    expected: new Set(expected.filter((nodeId) => !view.moved.nodes.has(nodeId))),
    dead: provedDead(view),
  };
};

const isBadIn = (node: NodePresence, slot: number, view: TickView): boolean => {
  if (slot < firstSlotOf(node)) return false;
  const { good, bad } = view.windows.sum('node', node.nodeId, SLOT_MS, slot);
  return good + bad > 0 && successPercent(good, bad) < NODE_SUCCESS_MIN;
};

/** Nodes that were bad in two consecutive slots (the newest may still be filling, so the two before it do as well), or are dead. */
const badNodesOf = ({ running, dead }: Cohort, view: TickView): readonly string[] =>
  running
    .filter(
      (node) =>
        dead.has(node.nodeId) ||
        (isBadIn(node, view.endSlot - 1, view) &&
          (isBadIn(node, view.endSlot, view) || isBadIn(node, view.endSlot - 2, view))),
    )
    .map(({ nodeId }) => nodeId);

const outcomesOf = ({ running, releases, regions, dead }: Cohort, view: TickView): number => {
  const { windows, endSlot } = view;
  const answered = releases.flatMap((release) =>
    regions.map((region) => windows.sum('release_region', cohortKey(release, region), EVIDENCE_WINDOW_MS, endSlot)),
  );
  const lost = running.filter(({ nodeId }) => dead.has(nodeId));
  const unansweredOf = (nodeId: string): number => unanswered(nodeId, EVIDENCE_WINDOW_MS, view).bad;
  return (
    answered.reduce((sum, { good, bad }) => sum + good + bad, 0) +
    lost.reduce((sum, { nodeId }) => sum + unansweredOf(nodeId), 0)
  );
};

const coverageOf = (nodeIds: readonly string[], dead: ReadonlySet<string>, view: TickView): Coverage => {
  const isReporting = (nodeId: string): boolean => {
    const node = view.node(nodeId);
    return node !== undefined && isLive(node, view.tick);
  };
  const live = nodeIds.filter(isReporting).length;
  return { expected: nodeIds.length, live, proved: nodeIds.filter((nodeId) => dead.has(nodeId)).length };
};

/** The nodes beside a cohort, in its regions: of the inventory and of everything that was seen. */
const controlOf = ({ expected, running, regions }: Cohort, view: TickView): readonly string[] => {
  const own = new Set([...expected, ...running.map(({ nodeId }) => nodeId)]);
  return view.fleet
    .filter(({ nodeId, region }) => regions.includes(region) && !own.has(nodeId) && !view.moved.nodes.has(nodeId))
    .map(({ nodeId }) => nodeId);
};

/** Who serves: reports, was not told to leave the traffic, and is not being brought back by another wave. */
export const wavesFleet = (state: DeciderState, view: TickView): WaveFleet => {
  const restarting = [...state.rollbacks.values()]
    .filter(isUnderWay)
    .flatMap((rollback) => waveNodes(rollback).filter((nodeId) => rollback.answers.get(nodeId) !== 'done'));
  const away = new Set([...view.moved.nodes, ...restarting]);
  const serving = view.nodes.filter((node) => isLive(node, view.tick) && !away.has(node.nodeId));
  return { nodes: view.fleet, serving: new Set(serving.map(({ nodeId }) => nodeId)) };
};

/** The regions of a cohort by the money that its customers lose there (R57). */
const orderOf = ({ releases, regions }: Cohort, view: TickView): readonly string[] =>
  recoveryOrder(
    regions.map((region) => {
      let [good, bad, dollarsPerMinute] = [0, 0, 0];
      for (const release of releases) {
        const key = cohortKey(release, region);
        const sum = view.windows.sum('release_region', key, EVIDENCE_WINDOW_MS, view.endSlot);
        [good, bad] = [good + sum.good, bad + sum.bad];
        const byTier = view.affected.cohortByTier(release, region, EVIDENCE_WINDOW_MS, view.endSlot);
        // A customer may ask several of them: the dearest alone, so that nobody is counted twice.
        dollarsPerMinute = Math.max(dollarsPerMinute, dollarsPerMinuteOf(byTier, view.affected.settings));
      }
      return { region, failing: good + bad === 0 ? undefined : bad / (good + bad), dollarsPerMinute };
    }),
  ).map(({ region }) => region);

/** What is known of the release to go back to. */
const targetOf = (
  { change }: Suspect,
  { releases, rollbacks }: DeciderState,
): Pick<RailFacts, 'target' | 'isTargetLeft'> => {
  if (change === undefined) return { target: undefined, isTargetLeft: false };
  const { service, previous } = change.rollout;
  const isTargetLeft = [...rollbacks.values()].some(
    (each) =>
      isUnderWay(each) && each.plan?.service === service && releaseName(each.plan.from) === releaseName(previous),
  );
  return { target: releases.get(releaseKeyOf(service, previous)), isTargetLeft };
};

/** Everything the rails judge about one suspect. */
export const gatherFacts = (suspect: Suspect, state: DeciderState, view: TickView): RailFacts => {
  const { change, comparison, explainedBy, gateSays } = suspect;
  const cohort = cohortOf(suspect, view);
  const control = controlOf(cohort, view);
  const rollout = change?.rollout;
  const fleet = wavesFleet(state, view);
  const { automation } = state;
  return {
    at: view.at,
    gateSays,
    outcomes: outcomesOf(cohort, view),
    badNodes: badNodesOf(cohort, view),
    comparison,
    cohort: coverageOf([...cohort.expected], cohort.dead, view),
    control: coverageOf(control, cohort.dead, view),
    unreadable: unreadableOf([...cohort.expected, ...control], view),
    rollout,
    explainedBy,
    ...targetOf(suspect, state),
    // Both must say so: the deploy system that it put the release there, the node's telemetry that it runs it.
    waves: planWaves(
      cohort.running.filter(({ nodeId }) => rollout?.nodes.has(nodeId) === true),
      fleet,
      orderOf(cohort, view),
    ),
    fleet,
    rate: ratePlans(rollout?.service, cohort.regions, state, view),
    isOn: automation.isOn,
    offBecause: automation.because,
    mode: modeOf(automation, rollout?.service ?? ''),
  };
};
