import { type Event, event, WATCH_MS } from '#contracts';
import type { Gate } from '../gate/gate.js';
import { type Declared, stageInHand } from './declared.js';
import type { MissingItem } from './preflight.js';
import type { Rollout } from './rollout.js';
import { decideHalt } from './rollout.decide.js';

/** What is declared and not begun for so long is given up: its risk and its traffic were those of another week. */
export const DECLARED_KEPT_MS = 7 * 86_400_000;

const BECAUSE_MAX = 500;

/** What a gate says, as far as stages go. */
export type StageGate = Pick<Gate, 'stage' | 'verdict' | 'because'>;

/** What a step of a rollout needs beside its state. */
export interface StageContext {
  readonly at: number;
  /** Its gate; undefined before there is one. */
  readonly gate: StageGate | undefined;
  readonly missing: readonly MissingItem[];
  /** Nodes to add for the stage in hand; asked for when Tocsin brings them. */
  readonly pickNodes: (declared: Declared) => readonly string[];
  /** How many nodes the stage in hand allows. */
  readonly nodesMaxOf: (declared: Declared) => number;
}

const haltAsked = (rollout: Rollout, at: number): readonly Event[] => {
  const { rolloutId, haltRequested = '', state } = rollout;
  const because = haltRequested.slice(0, BECAUSE_MAX);
  return state === 'declared' ? [event('RolloutHalted', { rolloutId, because, at })] : decideHalt(rollout, because, at);
};

/** The start that somebody asked for: what is missing, told when that changes; or, where Tocsin drives, the first stage. */
const start = (rollout: Rollout, declared: Declared, { at, missing, pickNodes }: StageContext): readonly Event[] => {
  const { rolloutId, service, release, previous, stage } = rollout;
  if (missing.length > 0) {
    const isTold = missing.map(({ item }) => item).join() === declared.blockedOn.join();
    return isTold ? [] : [event('PreflightBlocked', { rolloutId, missing: [...missing], at })];
  }
  if (declared.mode === 'advisory') return [];
  const nodes = [...pickNodes(declared)];
  // With no node that reports, nothing is begun that would then wait for good.
  if (nodes.length === 0) return [];
  return [event('RolloutStarted', { rolloutId, service, release, previous, stage, nodes, origin: 'declared', at })];
};

const awaitStart = (rollout: Rollout, declared: Declared, context: StageContext): readonly Event[] => {
  const { at } = context;
  if (at >= declared.declaredAtMs + DECLARED_KEPT_MS) {
    const because = `nobody began it within ${DECLARED_KEPT_MS / 86_400_000} days`;
    return [event('RolloutEnded', { rolloutId: rollout.rolloutId, because, at })];
  }
  return declared.isStartRequested ? start(rollout, declared, context) : [];
};

/** A stage that may begin does so here where Tocsin drives, or where there is no node to be brought. */
const beginStage = (rollout: Rollout, declared: Declared, context: StageContext): readonly Event[] => {
  const { rolloutId } = rollout;
  const nodes = declared.mode === 'driving' ? [...context.pickNodes(declared)] : [];
  const isFull = rollout.nodes.size >= context.nodesMaxOf(declared);
  if (nodes.length === 0 && !isFull && declared.mode === 'advisory') return [];
  return [event('RolloutStageReached', { rolloutId, stage: stageInHand(declared).name, nodes, at: context.at })];
};

/** Driving: why the gate's word is not enough yet; its tests may have begun before the last node of the stage was through. */
const notReady = (rollout: Rollout, declared: Declared, at: number): boolean => {
  if (declared.mode === 'advisory') return false;
  const isOut = [...rollout.nodes].some((nodeId) => {
    const status = declared.updates.get(nodeId)?.status;
    return status === undefined || status === 'commanded' || status === 'answered';
  });
  return isOut || at < declared.changedAtMs + stageInHand(declared).durationMs;
};

const promote = (rollout: Rollout, declared: Declared, gate: StageGate, at: number): readonly Event[] => {
  const { rolloutId } = rollout;
  const stage = stageInHand(declared);
  const next = declared.plan.stages[declared.stageIndex + 1];
  if (stage.needsApproval === true && next !== undefined && !declared.approved.has(stage.name)) return [];
  const because = gate.because.slice(0, BECAUSE_MAX);
  const promoted = event('StagePromoted', {
    rolloutId,
    stage: stage.name,
    ...(next && { next: next.name }),
    because,
    at,
  });
  if (next !== undefined) return [promoted];
  const all = `all ${declared.plan.stages.length} stages promoted`;
  return [promoted, event('RolloutCompleted', { rolloutId, because: all, at })];
};

const goOn = (rollout: Rollout, declared: Declared, context: StageContext): readonly Event[] => {
  const { at, gate } = context;
  // Failures latch: nothing widens what its gate wants gone.
  if (gate?.verdict === 'roll_back') return [];
  const stage = stageInHand(declared);
  if (declared.stageBeganAtMs === undefined) return beginStage(rollout, declared, context);
  const isPromoted = gate?.stage === stage.name && gate.verdict === 'promote';
  if (!isPromoted || notReady(rollout, declared, at)) return [];
  return promote(rollout, declared, gate, at);
};

const watch = ({ rolloutId }: Rollout, { plan, completedAtMs }: Declared, context: StageContext): readonly Event[] => {
  const { at, gate } = context;
  const watchMs = plan.watchMs ?? WATCH_MS;
  if (completedAtMs === undefined || at < completedAtMs + watchMs || gate?.verdict === 'roll_back') return [];
  return [
    event('RolloutEnded', { rolloutId, because: `watched for ${watchMs / 3_600_000} h after its last stage`, at }),
  ];
};

/**
 * The next step of a rollout that was declared; and of any, the halt that somebody asked for. Called until it has nothing more to say.
 * A stage is promoted by its gate's word and, where the plan wants one, a person's; in this order, since the gate stays armed meanwhile.
 */
export const decideStageStep = (rollout: Rollout, context: StageContext): readonly Event[] => {
  const { state, declared, haltRequested } = rollout;
  if (haltRequested !== undefined && (state === 'declared' || state === 'running'))
    return haltAsked(rollout, context.at);
  if (declared === undefined) return [];
  if (state === 'declared') return awaitStart(rollout, declared, context);
  if (state === 'running') return goOn(rollout, declared, context);
  return state === 'completed' ? watch(rollout, declared, context) : [];
};
