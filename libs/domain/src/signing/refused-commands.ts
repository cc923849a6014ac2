import type { CommandAnswer, Event } from '#contracts';
import type { Redirect } from '../redirect/redirect.js';
import type { Rollback } from '../rollout/rollback.js';

/** A command that the signer did not sign: nobody acts on it, and nobody will answer. */
export interface RefusedCommand {
  readonly commandId: string;
  readonly nodes: readonly string[];
  readonly because: string;
  readonly atMs: number;
}

/** Command id → that it was refused, oldest first. */
export type RefusedCommands = ReadonlyMap<string, RefusedCommand>;

/** Refused commands that are remembered: whoever waits for one takes it in the tick after. Beyond that the oldest is forgotten. */
const REFUSED_COMMANDS_MAX = 100;

/** The refused commands after an event; undefined when the event is no concern of theirs. */
export const evolveRefused = (refused: RefusedCommands, event: Event): RefusedCommands | undefined => {
  if (event.type !== 'CommandRefused') return undefined;
  const { commandId, audience: nodes, code, because, at: atMs } = event.data;
  const kept = [...refused].slice(-REFUSED_COMMANDS_MAX + 1);
  return new Map([...kept, [commandId, { commandId, nodes, because: `${code}: ${because}`, atMs }]]);
};

/** Where commands are waited for. */
interface Waiting {
  readonly refusedCommands: RefusedCommands;
  readonly rollbacks: ReadonlyMap<string, Rollback>;
  readonly redirects: ReadonlyMap<string, Redirect>;
}

/**
 * What a refusal of the signer is for whoever waits for answers: the answer `refused` of its nodes. One node is enough to stop a rollback
 * or give a redirect back; of a rollout and a fallback each node counts by itself.
 */
export const refusedAnswers = ({ refusedCommands, rollbacks, redirects }: Waiting): readonly CommandAnswer[] => {
  if (refusedCommands.size === 0) return [];
  const whole = new Set([...rollbacks.values(), ...redirects.values()].map((each) => each.commandId));
  return [...refusedCommands.values()].flatMap(({ commandId, nodes, because, atMs }) =>
    nodes.slice(0, whole.has(commandId) ? 1 : nodes.length).map((nodeId) => ({
      type: 'answer' as const,
      nodeId,
      agentBootId: '0',
      atUs: atMs * 1_000,
      commandId,
      generation: 0,
      status: 'refused' as const,
      detail: `the signer did not sign it, ${because}`,
    })),
  );
};
