import { decoderFor, isRefusal, type OutcomeBatch } from '#contracts';
import { FakeClock, until } from '#testing';
import type { BatchRows } from './batch-builder.js';
import type { GatewayAnswer, GatewayClient } from './gateway-client.js';
import { Publisher } from './publisher.js';

const ENVELOPE = {
  nodeId: 'edge-1',
  agentBootId: '9',
  pop: 'fra1',
  region: 'europe',
  ring: '',
  vantage: 0,
  softwareVersion: 'v2.1.5',
  configRev: 'c42',
};
const NOTHING_UNSEEN = { unpairedQueries: 0, orphanResponses: 0, malformed: 0 };
const rows = (n: number): BatchRows => ({
  t0Us: 1_700_000_000_000_000,
  n,
  zones: n === 0 ? [] : ['shop.example'],
  dtUs: new Uint32Array(n),
  zoneIx: new Uint16Array(n),
  zoneId: undefined,
  latencyUs: new Uint32Array(n),
  outcome: new Uint8Array(n),
  qtype: new Uint16Array(n),
  rcode: new Uint16Array(n),
  transport: new Uint8Array(n),
  flags: new Uint8Array(n),
  qnameLen: new Uint8Array(n),
});

const decode = (body: Uint8Array | string): OutcomeBatch => {
  const decoder = decoderFor('application/vnd.tocsin.outcomes+protobuf');
  const batch = decoder === undefined || typeof body === 'string' ? undefined : decoder.decode(body);
  if (batch === undefined || isRefusal(batch)) throw new Error('a batch that cannot be decoded was sent');
  return batch;
};

/** A gateway whose answers a test gives one by one. */
const scripted = () => {
  const sent: OutcomeBatch[] = [];
  const waiting: ((status: number) => void)[] = [];
  const client: GatewayClient = {
    post: (_path, _type, body) =>
      new Promise<GatewayAnswer>((resolve) => {
        sent.push(decode(body));
        waiting.push((status) => resolve({ status, body: 'because', retryAfterMs: undefined }));
      }),
    close: () => undefined,
  };
  const answer = async (status: number): Promise<void> => {
    const next = await until('a post waits', () => waiting.shift());
    next(status);
  };
  return { sent, client, answer };
};

describe('Publisher', () => {
  it('has one batch in flight, and numbers without a gap', async () => {
    const { sent, client, answer } = scripted();
    const publisher = new Publisher(client, new FakeClock(), ENVELOPE, () => undefined);
    for (let i = 1; i <= 3; i += 1) publisher.offer(rows(i), '5', NOTHING_UNSEEN);
    expect(sent).toHaveLength(1);
    for (let i = 0; i < 3; i += 1) await answer(202);
    await publisher.idle();
    expect(sent.map(({ seq, n }) => [seq, n])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    expect(publisher.totals).toEqual({ sent: 6, batches: 3, dropped: 0 });
  });

  it('repeats a batch unchanged after a wait', async () => {
    const { sent, client, answer } = scripted();
    const clock = new FakeClock();
    const publisher = new Publisher(client, clock, ENVELOPE, () => undefined);
    publisher.offer(rows(2), '5', NOTHING_UNSEEN);
    await answer(503);
    await until('it waits', () => clock.sleeping === 1);
    await clock.advance(100);
    await answer(202);
    await publisher.idle();
    expect(sent[1]).toEqual(sent[0]);
  });

  it('drops the oldest that waits when the queue is full, and the next one says so', async () => {
    const { sent, client, answer } = scripted();
    const publisher = new Publisher(client, new FakeClock(), ENVELOPE, () => undefined);
    const unseen = { unpairedQueries: 3, orphanResponses: 2, malformed: 1 };
    publisher.offer(rows(1), '5', NOTHING_UNSEEN);
    publisher.offer(rows(7), '5', unseen);
    for (let i = 0; i < 2_399; i += 1) publisher.offer(rows(1), '5', NOTHING_UNSEEN);
    expect(publisher.queued).toBe(2_400);
    await answer(202);
    await answer(202);
    await until('the third was sent', () => sent.length === 3);
    expect(sent.slice(0, 3).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(sent[1]?.completeness).toMatchObject({ observed: 8, droppedAgent: 7, ...unseen });
    expect(sent[2]?.completeness).toMatchObject({ observed: 1, droppedAgent: 0, unpairedQueries: 0 });
    publisher.stop();
  });

  it('what is refused for good is told by the next batch', async () => {
    const { sent, client, answer } = scripted();
    const said: string[] = [];
    const publisher = new Publisher(client, new FakeClock(), ENVELOPE, (line) => said.push(line));
    publisher.offer(rows(4), '5', NOTHING_UNSEEN);
    publisher.offer(rows(1), '5', NOTHING_UNSEEN);
    await answer(422);
    await answer(202);
    await publisher.idle();
    expect(sent[1]?.completeness).toMatchObject({ observed: 5, droppedAgent: 4 });
    expect(said).toEqual(['batch 1 of 4 outcomes was refused: 422 because']);
  });
});
