import type { NodeReport } from '#contracts';
import type { AgentStub } from './agent-stub.js';
import type { Clock } from './clock.js';
import type { HttpClient } from './http-client.js';
import type { SimulatedNode } from './simulated-node.js';

/** A node and the agent beside it. */
export interface Player {
  readonly node: SimulatedNode;
  readonly agent: AgentStub;
}

/** Reports of nodes, sent for all of them by one collector. */
export interface NodeReporter {
  readonly heartbeats: (players: readonly Player[]) => void;
  readonly crash: (node: SimulatedNode, atMs: number) => void;
}

/** A report later than the next heartbeat is of no use, so none is repeated: absence is noticed by the server. */
const TIMEOUT_MS = 2_000;
const PATH = '/v1/telemetry/nodes';

/** Makes a reporter that speaks under the collector's key. */
export const createNodeReporter = (
  client: HttpClient,
  clock: Clock,
  key: string,
  agentBootId: string,
): NodeReporter => {
  const send = (reports: readonly NodeReport[]): void => {
    const body = JSON.stringify(reports);
    client
      .send({ method: 'POST', path: PATH, key, contentType: 'application/json', body, timeoutMs: TIMEOUT_MS })
      .catch(() => undefined);
  };
  const heartbeat = ({ node, agent }: Player): NodeReport => ({
    type: 'heartbeat',
    nodeId: node.nodeId,
    agentBootId,
    atUs: clock.nowMs() * 1_000,
    pop: node.pop,
    region: node.region,
    ...node.release(),
    serverBootId: node.serverBootId(),
    observed: agent.observed(),
    dropped: agent.dropped(),
    queued: agent.queued(),
  });
  const crash = (node: SimulatedNode, atMs: number): void =>
    send([
      {
        type: 'crash',
        nodeId: node.nodeId,
        agentBootId,
        atUs: Math.floor(atMs * 1_000),
        serverBootId: node.serverBootId(),
        detail: 'SIGSEGV in the name parser after a name above 256 octets',
      },
    ]);
  return { heartbeats: (players) => send(players.map(heartbeat)), crash };
};
