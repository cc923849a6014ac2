import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAgentStub } from './agent-stub.js';
import { systemClock, waitFor } from './clock.js';
import { createHttpClient } from './http-client.js';
import { createOracle } from './oracle.js';
import { verdictOf } from './ordered-sender.js';
import type { Step } from './simulated-node.js';

/** A server that takes batches, and misbehaves as scripted: a status, or a broken connection before or after it has taken one. */
type Fault = number | 'reset before' | 'reset after';

const startServer = async (faults: Fault[]) => {
  const taken: number[] = [];
  const arrived: number[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const seq = Number(Buffer.concat(chunks).toString());
      const fault = faults.shift();
      arrived.push(seq);
      if (fault === undefined || fault === 202 || fault === 'reset after') taken.push(seq);
      if (typeof fault === 'string') request.socket.destroy();
      else response.writeHead(fault ?? 202).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, taken, arrived, close: () => new Promise((resolve) => server.close(resolve)) };
};

const step = { batch: { n: 3 }, good: 2, bad: 1, firstFaultUs: undefined, faultZones: new Set() } as unknown as Step;

const playThrough = async (faults: Fault[], steps: number) => {
  const server = await startServer(faults);
  const oracle = createOracle();
  const client = createHttpClient(server.url);
  const encoding = { contentType: 'text/plain', encode: ({ seq }: { seq: number }) => Buffer.from(String(seq)) };
  const agent = createAgentStub({
    nodeId: 'iad-01',
    agentBootId: '9',
    key: 'k.s',
    client,
    clock: systemClock,
    encoding,
    oracle,
  });
  for (let index = 0; index < steps; index += 1) agent.take(step);
  await waitFor(systemClock, () => (agent.queued() === 0 ? true : undefined), { boundMs: 20_000, everyMs: 10 });
  agent.stop();
  client.close();
  await server.close();
  return { server, oracle, queued: agent.queued() };
};

describe('the agent', () => {
  it('sends in order, and repeats the same batch until it is accepted', async () => {
    const { server, oracle } = await playThrough([503, 'reset before', 202, 429, 'reset after'], 4);
    expect(server.arrived).toEqual([1, 1, 1, 2, 2, 2, 3, 4]);
    // The lost answer makes batch 2 arrive twice: it is the server that must know it again.
    expect(server.taken).toEqual([1, 2, 2, 3, 4]);
    expect(oracle.acceptedOf('iad-01')).toEqual({ good: 8, bad: 4 });
    expect(oracle.totals()).toEqual({ played: 12, accepted: 12, givenUp: 0 });
  });

  it('gives up what was refused for good, says why, and goes on', async () => {
    const { server, oracle } = await playThrough([422], 2);
    expect(server.arrived).toEqual([1, 2]);
    expect(oracle.totals()).toEqual({ played: 6, accepted: 3, givenUp: 3 });
    expect([...oracle.reasons().keys()]).toEqual(['422 {}']);
  });

  it.each([
    [200, 'accepted'],
    [202, 'accepted'],
    [400, 'refused'],
    [403, 'refused'],
    [408, 'again'],
    [429, 'again'],
    [503, 'again'],
  ])('%i means %s', (status, verdict) => {
    expect(verdictOf(status)).toBe(verdict);
  });
});
