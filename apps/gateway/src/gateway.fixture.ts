import { request } from 'node:http';
import { event, OUTCOME, type OutcomeBatch, streamOf, type Topic } from '#contracts';
import { type LogRecord } from '#event-log';
import { FakeClock, openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import { gateway } from './gateway.role.js';

/** A gateway over a real log, with two nodes in its inventory. */
export interface ServedGateway extends ServedRoles {
  readonly clock: FakeClock;
  readonly records: (topic: Topic) => Promise<readonly LogRecord[]>;
  readonly stop: () => Promise<void>;
}

/** What was answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: Record<string, unknown>;
}

const register = async ({ parts }: ServedRoles): Promise<void> => {
  const nodes = ['n1', 'n2'].map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
  const events = [event('NodesRegistered', { nodes })];
  await parts.eventStore.append([{ stream: streamOf.catalogue, expectedVersion: 0, events }], {
    actor: 'test',
    cause: 'test',
  });
  await parts.catalogue.refresh();
};

/** Serves it. */
export const serveGateway = async (options: { readonly isTagRequired?: boolean } = {}): Promise<ServedGateway> => {
  const test: TestDatabase = await openTestDatabase();
  const clock = new FakeClock();
  const served = await serveRoles([gateway], test, { clock, ...options });
  await register(served);
  const records = async (topic: Topic): Promise<readonly LogRecord[]> => {
    const offsets = await served.parts.eventLog.offsets(topic);
    const read = offsets.map(({ partition, low }) =>
      served.parts.eventLog.read({ topic, partition, offset: low }, 1_000),
    );
    return (await Promise.all(read)).flat();
  };
  const stop = async (): Promise<void> => {
    await served.close();
    await test.close();
  };
  return { ...served, clock, records, stop };
};

/** A batch of three outcomes. */
export const batchOf = (clock: FakeClock, changes: Partial<OutcomeBatch> = {}): OutcomeBatch => ({
  schema: 1,
  nodeId: 'n1',
  agentBootId: '7',
  seq: 1,
  serverBootId: '1',
  observerId: '',
  published: 0,
  pop: 'iad-1',
  region: 'us-east',
  ring: '',
  vantage: 0,
  softwareVersion: 'v2.1.4',
  configRev: 'c41',
  t0Us: clock.nowMs() * 1_000,
  n: 3,
  completeness: {
    observed: 3,
    sampledOut: 0,
    droppedAgent: 0,
    droppedSource: -1,
    serverQueries: -1,
    unpairedQueries: 0,
    orphanResponses: 0,
    malformed: 0,
  },
  zones: ['delta.example'],
  dtUs: Uint32Array.of(0, 1, 2),
  zoneIx: Uint16Array.of(0, 0, 0),
  latencyUs: Uint32Array.of(10, 20, 30),
  outcome: Uint8Array.of(OUTCOME.answer, OUTCOME.answer, OUTCOME.servfail),
  qtype: Uint16Array.of(1, 1, 28),
  rcode: Uint16Array.of(0, 0, 2),
  transport: Uint8Array.of(1, 1, 1),
  flags: Uint8Array.of(0, 0, 0),
  weight: undefined,
  zoneId: undefined,
  qnameLen: undefined,
  ...changes,
});

/** Sends one request; the answer may come before the body is sent. */
export const send = (
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: Uint8Array | string = '',
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    let isAnswered = false;
    const outgoing = request(new URL(path, url), { method, headers, agent: false }, (incoming) => {
      isAnswered = true;
      let text = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (piece: string) => (text += piece));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          contentType: incoming.headers['content-type'] ?? '',
          retryAfter: incoming.headers['retry-after'],
          body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        }),
      );
    });
    // A server that refuses early closes while we still send.
    outgoing.on('error', (error) => (isAnswered ? undefined : reject(error)));
    outgoing.end(body);
  });
