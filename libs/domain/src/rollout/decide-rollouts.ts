import { type DeploySignal, SLOT_MS } from '#contracts';
import { decideUpdateEnded, decideUpdatesBegan, permits } from '../breaker/breaker.decide.js';
import { closedBreaker } from '../breaker/breaker.js';
import { releaseKeyOf } from '../release/release-record.js';
import type { CatalogueNode } from '../rule/catalogue.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { decideBlastRadius } from './blast-radius.js';
import { isUnderWay } from './rollback.js';
import { wavesFleet } from './rollback-case.js';
import { sparedNodes } from './waves.js';
import { type Declared, stageInHand } from './declared.js';
import {
  decideFailedStage,
  decideNodeUpdates,
  decideStageCommand,
  type DriveContext,
  type SeenCounts,
  waitingNodes,
} from './drive.decide.js';
import { decideAdoption, decideNoticed } from './notice.decide.js';
import { missingItems, type MissingItem } from './preflight.js';
import { decideDeploy, decideHalt } from './rollout.decide.js';
import type { ReleaseRef, Rollout } from './rollout.js';
import { decideStageStep } from './stage.decide.js';
import { pickNodes, stageNodesMax } from './stage-nodes.js';

/** Steps a rollout may take within one tick: promoted, the next stage begun, and the look that finds nothing more. */
const STAGE_STEPS_MAX = 4;

const targetsOf = ({ targets }: Declared, { fleet }: TickView): readonly CatalogueNode[] =>
  targets.size === 0 ? fleet : fleet.filter(({ nodeId }) => targets.has(nodeId));

const nodesMaxOf = (view: TickView) => (declared: Declared) =>
  stageNodesMax(
    stageInHand(declared).sharePercent,
    declared.targets.size === 0 ? view.fleet.length : declared.targets.size,
  );

const quarantineOf = ({ state }: Draft, service: string, release: ReleaseRef): string | undefined =>
  state.releases.get(releaseKeyOf(service, release))?.quarantined?.because;

const missingOf = ({ state }: Draft, rollout: Rollout, view: TickView): readonly MissingItem[] => {
  const { declared, service, previous } = rollout;
  if (declared === undefined) return [];
  const target = state.releases.get(releaseKeyOf(service, previous));
  return missingItems(rollout, { at: view.at, target, targets: targetsOf(declared, view).length });
};

const takeSignal = (draft: Draft, signal: DeploySignal, { view }: Deciding): void => {
  const { rolloutId } = signal;
  const events = decideDeploy(draft.state.rollouts.get(rolloutId), signal, {
    at: view.at,
    quarantineOf: (service, release) => quarantineOf(draft, service, release),
    missingOf: (rollout) => missingOf(draft, rollout, view),
    nodesMaxOf: nodesMaxOf(view),
  });
  draft.add(events);
  const named = draft.state.rollouts.get(rolloutId);
  if (named === undefined || events.length === 0) return;
  for (const noticed of draft.state.rollouts.values()) draft.add(decideAdoption(noticed, named, view.at));
};

const notice = (draft: Draft, { view, hash }: Deciding): void => {
  const { at, tick, nodes } = view;
  const plans = [...draft.state.rollbacks.values()].map(({ plan }) => plan).filter((plan) => plan !== undefined);
  const events = decideNoticed({
    at,
    tick,
    nodes,
    rollouts: [...draft.state.rollouts.values()],
    targets: new Set(plans.map(({ to }) => `${to.softwareVersion}+${to.configRev}`)),
    rolloutIdOf: (release) => hash(`rollout|telemetry|${release}|${tick}`),
  });
  draft.add(events);
  for (const each of events) {
    const rollout = each.type === 'RolloutStarted' ? draft.state.rollouts.get(each.data.rolloutId) : undefined;
    const because = rollout && quarantineOf(draft, rollout.service, rollout.release);
    if (rollout !== undefined && because !== undefined)
      draft.add(decideHalt(rollout, `its release is in quarantine: ${because}`.slice(0, 500), at));
  }
};

/** What reaches nodes on a tick, as deploy tools tell it and as telemetry shows it; and what a declared rollout would cost. */
export const decideArrivals = (draft: Draft, deciding: Deciding): void => {
  const { view, signals } = deciding;
  for (const signal of signals) takeSignal(draft, signal, deciding);
  notice(draft, deciding);
  for (const { rolloutId, state, declared } of draft.state.rollouts.values()) {
    if (state !== 'declared' || declared === undefined || declared.isImpactComputed) continue;
    draft.add(decideBlastRadius(rolloutId, declared.plan, targetsOf(declared, view), view));
  }
};

/** Whole slots that began after a moment, up to the newest. */
const seenSince = (family: 'probe' | 'node', nodeId: string, sinceMs: number, view: TickView): SeenCounts => {
  const slots = view.endSlot - Math.ceil(sinceMs / SLOT_MS) + 1;
  return slots <= 0 ? { good: 0, bad: 0 } : view.windows.sum(family, nodeId, slots * SLOT_MS, view.endSlot);
};

const driveContext = ({ rolloutId }: Rollout, { view, answers, hash }: Deciding): DriveContext => ({
  at: view.at,
  answers,
  seenOf: (nodeId, sinceMs) => ({
    probes: seenSince('probe', nodeId, sinceMs, view),
    own: seenSince('node', nodeId, sinceMs, view),
  }),
  updateIdOf: (nodeId) => hash(`update|${rolloutId}|${nodeId}`),
});

const breakerOf = ({ state }: Draft, service: string) => state.breakers.get(service) ?? closedBreaker(service);

/** RAIL-8: of each region no more at once than leaves 60 % of it serving; what is on its way to another release, or back, does not serve. */
const sparedOf = (draft: Draft, waiting: readonly string[], view: TickView): readonly string[] => {
  if (waiting.length === 0) return [];
  const { nodes, serving } = wavesFleet(draft.state, view);
  const updating = [...draft.state.rollouts.values()].flatMap(({ declared }) =>
    [...(declared?.updates ?? [])]
      .filter(([, { status }]) => status === 'commanded' || status === 'answered')
      .map(([nodeId]) => nodeId),
  );
  const away = new Set(updating);
  const wanted = new Set(waiting);
  const left = new Set([...serving].filter((nodeId) => !away.has(nodeId)));
  return sparedNodes(
    nodes.filter(({ nodeId }) => wanted.has(nodeId)),
    { nodes, serving: left },
  );
};

/** Whether a rollback of a service is under way: what its nodes run changes under anybody who would bring them something else. */
const isRollingBack = ({ state }: Draft, service: string): boolean =>
  [...state.rollbacks.values()].some((each) => isUnderWay(each) && each.plan?.service === service);

const commandNext = (draft: Draft, rollout: Rollout, declared: Declared, deciding: Deciding): void => {
  const { view, hash, sha256 } = deciding;
  const { at } = view;
  const { rolloutId, service } = rollout;
  const waiting = sparedOf(draft, waitingNodes(rollout, declared), view);
  const breaker = breakerOf(draft, service);
  const { updateIdOf } = driveContext(rollout, deciding);
  const nodes = waiting.slice(0, permits(breaker, at).count);
  const updates = nodes.map((nodeId) => ({ updateId: updateIdOf(nodeId), rolloutId, nodeId, sinceMs: at }));
  draft.add(decideUpdatesBegan(breaker, updates, at));
  const generation = Math.max(draft.state.generation + 1, view.tick);
  draft.add(decideStageCommand(rollout, declared, nodes, { at, generation, hash, sha256 }));
};

const drive = (draft: Draft, rolloutId: string, deciding: Deciding): void => {
  const { at } = deciding.view;
  const known = (): Rollout | undefined => draft.state.rollouts.get(rolloutId);
  const before = known();
  if (before?.declared?.mode !== 'driving') return;
  const context = driveContext(before, deciding);
  const { events, ended } = decideNodeUpdates(before, before.declared, context);
  draft.add(events);
  for (const each of ended) draft.add(decideUpdateEnded(breakerOf(draft, before.service), each, at));
  const told = known();
  if (told?.declared !== undefined) draft.add(decideFailedStage(told, told.declared, at));
  const rollout = known();
  // What began on this very tick is commanded on the next: an alert that fires freezes it in between (R41).
  const isFresh = rollout === undefined || rollout.startedAtMs === at;
  if (rollout?.state !== 'running' || rollout.declared === undefined || isFresh) return;
  if (rollout.haltRequested !== undefined || draft.state.gates.get(rolloutId)?.verdict === 'roll_back') return;
  if (draft.state.automation.isOn && !isRollingBack(draft, rollout.service))
    commandNext(draft, rollout, rollout.declared, deciding);
};

const takeSteps = (draft: Draft, rolloutId: string, { view }: Deciding): void => {
  const live = (declared: Declared): readonly CatalogueNode[] =>
    targetsOf(declared, view).filter(({ nodeId }) => {
      const node = view.node(nodeId);
      return node !== undefined && isLive(node, view.tick);
    });
  for (let step = 0; step < STAGE_STEPS_MAX; step += 1) {
    const rollout = draft.state.rollouts.get(rolloutId);
    if (rollout === undefined) return;
    const events = decideStageStep(rollout, {
      at: view.at,
      gate: draft.state.gates.get(rolloutId),
      missing: rollout.state === 'declared' ? missingOf(draft, rollout, view) : [],
      nodesMaxOf: nodesMaxOf(view),
      pickNodes: (declared) => pickNodes(live(declared), rollout.nodes, nodesMaxOf(view)(declared)),
    });
    if (events.length === 0) return;
    draft.add(events);
  }
};

/** The steps of rollouts: starts, promotions, ends; and what Tocsin commands by itself. After everything that may freeze one. */
export const decideStages = (draft: Draft, deciding: Deciding): void => {
  for (const rolloutId of draft.state.rollouts.keys()) {
    takeSteps(draft, rolloutId, deciding);
    drive(draft, rolloutId, deciding);
  }
};
