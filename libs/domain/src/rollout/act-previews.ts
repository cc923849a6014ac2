import { isRefusal, type Refusal, releaseName } from '#contracts';
import { nodesOnTheWay } from '../action/decide-halt-commands.js';
import type { Acting } from '../rule/acting.js';
import { stageInHand } from './declared.js';
import type { KnownRollout } from './known-rollout.js';
import { describeMissing, type MissingItem } from './preflight.js';
import type { Rollout } from './rollout.js';
import { decideHaltRequest, decideStartRequest } from './rollout-acts.decide.js';
import { pickNodes, type StageNode, stageNodesMax } from './stage-nodes.js';

/** What an act on a rollout would do, before anybody does it. */
interface RolloutPreview {
  readonly rolloutId: string;
  readonly state: Rollout['state'];
  /** Whether it would change anything: false where it was asked for already. */
  readonly isNew: boolean;
  /** In a sentence. */
  readonly effect: string;
}

/** What a halt would do. */
export interface HaltPreview extends RolloutPreview {
  /** Nodes that have the release, or were told to take it, and keep it: a halt takes nothing back. */
  readonly keeps: readonly string[];
  /** Of those the ones that a command would tell to stop, where Tocsin brings the release and automation is on. */
  readonly stops: readonly string[];
}

/** What a start would do. */
export interface StartPreview extends RolloutPreview {
  readonly stage: string;
  /** Of the nodes that it is for, per cent. */
  readonly sharePercent: number;
  /** What its pre-flight still lacks: the start stands until that is there. */
  readonly missing: readonly MissingItem[];
  /** Nodes that Tocsin would tell to take the release first, as the inventory is; none where a deploy tool brings it. */
  readonly nodes: readonly string[];
}

const counted = (nodes: readonly unknown[]): string => `${nodes.length} ${nodes.length === 1 ? 'node' : 'nodes'}`;

const haltEffect = (rollout: Rollout, isNew: boolean, keeps: readonly string[], stops: readonly string[]): string => {
  const { rolloutId, stage, release } = rollout;
  if (!isNew) return `nothing: the halt of ${rolloutId} was asked for already`;
  const kept = `${counted(keeps)} ${keeps.length === 1 ? 'keeps' : 'keep'} ${releaseName(release)}`;
  const told = stops.length === 0 ? 'nobody is commanded' : `${counted(stops)} on the way told to stop`;
  return `${rolloutId} goes no further than stage ${stage}: ${kept}, ${told}`;
};

/** Shows what a halt would do now; refused as the halt would be. */
export const previewHalt = (known: KnownRollout, isAutomationOn: boolean, acting: Acting): HaltPreview | Refusal => {
  const decided = decideHaltRequest(known, 'preview', acting);
  const { rollout } = known;
  if (isRefusal(decided)) return decided;
  if (rollout === undefined) throw new Error('a halt that is not refused has a rollout');
  const isNew = decided.length > 0;
  const keeps = [...rollout.nodes].sort();
  const isDriving = rollout.declared?.mode === 'driving' && !rollout.declared.isHaltCommanded;
  const stops = isNew && isDriving && isAutomationOn ? nodesOnTheWay(rollout, acting.at) : [];
  const { rolloutId, state } = rollout;
  return { rolloutId, state, isNew, keeps, stops, effect: haltEffect(rollout, isNew, keeps, stops) };
};

const startEffect = (isNew: boolean, { rolloutId, stage, missing, nodes }: Omit<StartPreview, 'effect'>): string => {
  if (!isNew) return `nothing: the start of ${rolloutId} was asked for already`;
  if (missing.length > 0) return `it is asked for, and waits: ${describeMissing(missing)}`;
  return nodes.length === 0
    ? `its deploy tool may bring stage ${stage}`
    : `stage ${stage} begins: ${counted(nodes)} told to take the release`;
};

/** Shows what the start of a declared rollout would do now; refused as the start would be. `fleet`: every node of the inventory. */
export const previewStart = (
  known: KnownRollout,
  { missing, fleet }: { readonly missing: readonly MissingItem[]; readonly fleet: readonly StageNode[] },
  acting: Acting,
): StartPreview | Refusal => {
  const decided = decideStartRequest(known, acting);
  if (isRefusal(decided)) return decided;
  const { rollout } = known;
  if (rollout?.declared === undefined) throw new Error('a start that is not refused has a declaration');
  const { rolloutId, state, declared } = rollout;
  const isNew = decided.length > 0;
  const { name: stage, sharePercent } = stageInHand(declared);
  const targets = fleet.filter(({ nodeId }) => declared.targets.size === 0 || declared.targets.has(nodeId));
  const nodes =
    isNew && declared.mode === 'driving' && missing.length === 0
      ? pickNodes(targets, new Set(), stageNodesMax(sharePercent, targets.length))
      : [];
  const shown = { rolloutId, state, isNew, stage, sharePercent, missing, nodes };
  return { ...shown, effect: startEffect(isNew, shown) };
};
