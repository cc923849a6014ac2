import { type DeploySignal, type Event, event, releaseName } from '#contracts';
import { type Declared, stageInHand } from './declared.js';
import { describeMissing, type MissingItem } from './preflight.js';
import type { ReleaseRef, Rollout } from './rollout.js';

/** What a deploy signal is judged by. */
export interface DeployContext {
  readonly at: number;
  /** Why nothing may bring a release; undefined: it may be brought. */
  readonly quarantineOf: (service: string, release: ReleaseRef) => string | undefined;
  /** What is missing of a pre-flight. */
  readonly missingOf: (rollout: Rollout) => readonly MissingItem[];
  /** How many nodes the stage in hand of a plan allows. */
  readonly nodesMaxOf: (declared: Declared) => number;
}

const BECAUSE_MAX = 500;

/** Freezes a rollout under way (R41); what only waits to begin is frozen when it does, and what is complete widens no more. */
export const decideHalt = (rollout: Rollout, because: string, at: number): readonly Event[] =>
  rollout.state === 'running' ? [event('RolloutHalted', { rolloutId: rollout.rolloutId, because, at })] : [];

/** What a signal tells about a plan that it should follow (R40). */
const planFault = (
  rollout: Rollout,
  declared: Declared,
  signal: DeploySignal,
  context: DeployContext,
): string | undefined => {
  const [said, meant] = [releaseName(signal.release), releaseName(rollout.release)];
  if (said !== meant || signal.service !== rollout.service)
    return `a deploy signal brings ${said} of ${signal.service}, declared is ${meant} of ${rollout.service}`;
  const missing = rollout.state === 'declared' ? context.missingOf(rollout) : [];
  if (missing.length > 0) return `it was started without its pre-flight: ${describeMissing(missing)}`;
  const strangers = signal.nodes.filter((nodeId) => declared.targets.size > 0 && !declared.targets.has(nodeId));
  if (strangers.length > 0) return `${strangers.length} nodes are none of those that it is for: ${strangers[0] ?? ''}`;
  const count = new Set([...rollout.nodes, ...signal.nodes]).size;
  const most = context.nodesMaxOf(declared);
  const { name, sharePercent } = stageInHand(declared);
  if (count > most) return `${count} nodes have it, stage ${name} allows ${most} (${sharePercent} %)`;
  return undefined;
};

const faultOf = (rollout: Rollout | undefined, signal: DeploySignal, context: DeployContext): string | undefined => {
  const quarantine = context.quarantineOf(signal.service, signal.release);
  if (quarantine !== undefined) return `${releaseName(signal.release)} is in quarantine: ${quarantine}`;
  return rollout?.declared && planFault(rollout, rollout.declared, signal, context);
};

const start = (rollout: Rollout | undefined, signal: DeploySignal, at: number): Event => {
  const nodes = [...new Set(signal.nodes)];
  if (rollout === undefined) {
    const { rolloutId, service, release, previous, stage } = signal;
    return event('RolloutStarted', { rolloutId, service, release, previous, stage, nodes, at });
  }
  const { rolloutId, service, release, previous, stage } = rollout;
  return event('RolloutStarted', { rolloutId, service, release, previous, stage, nodes, origin: 'declared', at });
};

/** The nodes that a signal adds; none, and yet the stage of a plan that may begin does so when it is named. */
const widen = (rollout: Rollout, signal: DeploySignal, at: number): readonly Event[] => {
  const { rolloutId, declared } = rollout;
  const nodes = [...new Set(signal.nodes)].filter((nodeId) => !rollout.nodes.has(nodeId));
  const stage = declared === undefined ? signal.stage : stageInHand(declared).name;
  const begins = rollout.state === 'running' && declared?.stageBeganAtMs === undefined && signal.stage === stage;
  if (nodes.length === 0 && !(declared !== undefined && begins)) return [];
  return [event('RolloutStageReached', { rolloutId, stage, nodes, at })];
};

/**
 * What a deploy signal adds to what is known of its rollout; a repeated signal adds nothing. What it should not have done halts the rollout
 * at once: a release in quarantine (R54), a start without its pre-flight (R49-R51), more nodes than the stage allows (R40). The nodes are
 * named all the same, since they have the release now and a rollback must find them.
 */
export const decideDeploy = (
  rollout: Rollout | undefined,
  signal: DeploySignal,
  context: DeployContext,
): readonly Event[] => {
  const { at } = context;
  const { rolloutId } = signal;
  const isNew = rollout === undefined || rollout.state === 'declared';
  const arrived = isNew ? [start(rollout, signal, at)] : widen(rollout, signal, at);
  const canHalt = isNew || rollout.state === 'running';
  const because = arrived.length > 0 && canHalt ? faultOf(rollout, signal, context) : undefined;
  if (because === undefined) return arrived;
  return [...arrived, event('RolloutHalted', { rolloutId, because: because.slice(0, BECAUSE_MAX), at })];
};
