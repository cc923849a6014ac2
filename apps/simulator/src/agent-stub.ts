import type { OutcomeBatch } from '#contracts';
import type { Clock } from './clock.js';
import type { HttpClient } from './http-client.js';
import { createOrderedSender } from './ordered-sender.js';
import type { Oracle } from './oracle.js';
import type { Step } from './simulated-node.js';

/** How batches become bytes. */
export interface BatchEncoding {
  readonly contentType: string;
  readonly encode: (batch: OutcomeBatch) => Uint8Array;
}

/** What an agent is made of. */
export interface AgentOptions {
  readonly nodeId: string;
  readonly agentBootId: string;
  /** `<keyId>.<secret>` of the node's own key. */
  readonly key: string;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly encoding: BatchEncoding;
  readonly oracle: Oracle;
}

/** The agent beside a simulated node. */
export interface AgentStub {
  /** Queues what was observed in a step under the next sequence number. */
  readonly take: (step: Step) => void;
  readonly queued: () => number;
  readonly observed: () => number;
  readonly dropped: () => number;
  readonly stop: () => void;
}

/** Ten minutes of batches: longer than any restart; beyond, the newest are dropped, counted, and told in the heartbeat. */
export const QUEUE_MAX = 2_400;

/** Makes an agent. `(node, agent boot, seq)` names a batch; the same batch is repeated unchanged until it is accepted. */
export const createAgentStub = (options: AgentOptions): AgentStub => {
  const { nodeId, agentBootId, key, client, clock, encoding, oracle } = options;
  const sender = createOrderedSender(client, clock, QUEUE_MAX);
  let seq = 0;
  let published = 0;
  let observed = 0;
  let dropped = 0;
  const take = (step: Step): void => {
    const counted = { good: step.good, bad: step.bad };
    observed += step.batch.n;
    oracle.played(nodeId, counted);
    const offered = sender.offer({
      request: {
        method: 'POST',
        path: '/v1/telemetry/outcomes',
        key,
        contentType: encoding.contentType,
        body: encoding.encode({ ...step.batch, agentBootId, seq: seq + 1, published: published + step.batch.n }),
      },
      onAccepted: () => oracle.accepted(nodeId, counted),
      onRefused: ({ status, body }) => oracle.givenUp(nodeId, counted, `${status} ${body.slice(0, 300)}`),
    });
    if (offered) {
      seq += 1;
      published += step.batch.n;
    } else {
      dropped += step.batch.n;
      oracle.givenUp(nodeId, counted, 'queue full');
    }
  };
  return { take, queued: sender.queued, observed: () => observed, dropped: () => dropped, stop: sender.stop };
};
