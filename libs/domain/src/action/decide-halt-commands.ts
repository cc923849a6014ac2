import { type Command, COMMAND_TTL_MS, event, type Event } from '#contracts';
import type { Rollout } from '../rollout/rollout.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';

/** What a halt needs beside its rollout. */
export interface HaltContext extends Pick<Deciding, 'hash' | 'sha256'> {
  readonly at: number;
  readonly generation: number;
}

/** Nodes that were told to take the release and may still do so: they have not answered, and their command has not expired. */
export const nodesOnTheWay = ({ declared }: Rollout, at: number): readonly string[] =>
  [...(declared?.updates ?? [])]
    .filter(([, { status, commandedAtMs }]) => status === 'commanded' && at < commandedAtMs + COMMAND_TTL_MS)
    .map(([nodeId]) => nodeId)
    .sort();

/**
 * Tells the nodes of a halted rollout that Tocsin drives to stop where they are, once (R41). No more than the 100 that a breaker lets
 * begin. A rollout that others drive is halted by its event, which they read, or by the gate that they ask.
 */
export const decideHaltCommand = (
  rollout: Rollout,
  { at, generation, hash, sha256 }: HaltContext,
): readonly Event[] => {
  const { rolloutId, service, release, state, declared } = rollout;
  if (state !== 'halted' || declared?.mode !== 'driving' || declared.isHaltCommanded) return [];
  const audience = [...nodesOnTheWay(rollout, at)];
  if (audience.length === 0) return [];
  const commandId = hash(`halt|${rolloutId}`);
  const command: Command = {
    commandId,
    action: 'halt',
    rolloutId,
    wave: declared.stageIndex + 1,
    generation,
    service,
    from: release,
    to: release,
    audience,
    audienceDigest: sha256(audience.join('\n')),
    issuedAtMs: at,
    expiresAtMs: at + COMMAND_TTL_MS,
    reason: `rollout ${rolloutId} is halted`,
  };
  return [
    event('HaltCommanded', { rolloutId, commandId, generation, nodes: audience, at }),
    event('CommandIssued', { command }),
  ];
};

/** Halts by command what was halted by an event; with automation off nothing is commanded, and what is on the way expires. */
export const decideHaltCommands = (draft: Draft, { view, hash, sha256 }: Deciding): void => {
  if (!draft.state.automation.isOn) return;
  for (const rollout of draft.state.rollouts.values()) {
    const generation = Math.max(draft.state.generation + 1, view.tick);
    draft.add(decideHaltCommand(rollout, { at: view.at, generation, hash, sha256 }));
  }
};
