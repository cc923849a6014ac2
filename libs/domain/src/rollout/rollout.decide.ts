import { type DeploySignal, type Event, event } from '#contracts';
import type { Rollout } from './rollout.js';

/** What a deploy signal adds to what is known of its rollout; a repeated signal adds nothing. */
export const decideDeploy = (rollout: Rollout | undefined, signal: DeploySignal, at: number): readonly Event[] => {
  const { rolloutId, service, release, previous, stage } = signal;
  if (rollout === undefined) {
    const nodes = [...new Set(signal.nodes)];
    return [event('RolloutStarted', { rolloutId, service, release, previous, stage, nodes, at })];
  }
  const nodes = [...new Set(signal.nodes)].filter((nodeId) => !rollout.nodes.has(nodeId));
  if (nodes.length === 0) return [];
  return [event('RolloutStageReached', { rolloutId, stage, nodes, at })];
};

/** Freezes a running rollout (R41). */
export const decideHalt = (rollout: Rollout, because: string, at: number): readonly Event[] =>
  rollout.state === 'running' ? [event('RolloutHalted', { rolloutId: rollout.rolloutId, because, at })] : [];
