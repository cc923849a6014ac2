import type { Command, CommandAnswer, NodeReport } from '#contracts';
import type { SimulatedNode } from './simulated-node.js';

/** A server with its zones in memory is back after about a second. */
export const RESTART_MS = 1_000;

/** What an executor reaches of a fleet. */
export interface Reach {
  readonly nowMs: number;
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  readonly later: (afterMs: number, act: () => void) => void;
  readonly report: (...reports: readonly NodeReport[]) => void;
}

/** What is made of a command that came; it may come again. */
export type Executor = (command: Command, reach: Reach) => void;

const answerTo = (
  { commandId, generation }: Command,
  nodeId: string,
  more: Pick<CommandAnswer, 'status'> & Partial<CommandAnswer>,
  nowMs: number,
): CommandAnswer => ({
  type: 'answer',
  nodeId,
  agentBootId: '1',
  atUs: nowMs * 1_000,
  commandId,
  generation,
  detail: '',
  ...more,
});

/** Five probes of the node that starts, as a health check makes them (R43). */
const HEALTHY = { step: 'verify', probes: 5, passed: 5, detail: '5 of 5 probes passed' } as const;

const accept = (command: Command, reach: Reach): void =>
  reach.report(...command.audience.map((nodeId) => answerTo(command, nodeId, { status: 'accepted' }, reach.nowMs)));

const confirm = (command: Command, reach: Reach): void =>
  reach.report(
    ...command.audience.map((nodeId) =>
      answerTo(command, nodeId, { status: 'done', ...HEALTHY, ...command.to }, reach.nowMs),
    ),
  );

const restarts = ({ action }: Command): boolean => action === 'rollback' || action === 'deploy';

/** Stops the nodes of a command, and starts them a second later on its target. */
const restart = (command: Command, reach: Reach, after?: (node: SimulatedNode) => void): void => {
  const nodes = command.audience.flatMap((nodeId) => reach.nodes.get(nodeId) ?? []);
  for (const node of nodes) node.stop();
  reach.later(RESTART_MS, () => {
    for (const node of nodes) {
      node.start(command.to);
      after?.(node);
    }
  });
};

/** Acts on a command once, however often it comes (RAIL-12). */
const once = (act: Executor): Executor => {
  const done = new Set<string>();
  return (command, reach) => {
    if (done.has(command.commandId)) return;
    done.add(command.commandId);
    act(command, reach);
  };
};

/** Obeys: stop, start on the target, health check, answers. A redirect moves no node of it. */
export const obeying = (): Executor =>
  once((command, reach) => {
    accept(command, reach);
    if (restarts(command)) restart(command, reach);
    reach.later(RESTART_MS, () => confirm(command, reach));
  });

/** Says that all went well, and reads the target back; what it starts is as corrupted as before. */
export const unhelpful = (): Executor =>
  once((command, reach) => {
    accept(command, reach);
    restart(command, reach, (node) => node.corruptFrom(reach.nowMs * 1_000));
    reach.later(RESTART_MS, () => confirm(command, reach));
  });

/** Does what it is told, and nobody hears of it. */
export const mute = (): Executor => once(restart);

/** Gets every command only when it is sent again. */
export const losingFirst = (executor: Executor): Executor => {
  const lost = new Set<string>();
  return (command, reach) => {
    if (lost.has(command.commandId)) executor(command, reach);
    lost.add(command.commandId);
  };
};
