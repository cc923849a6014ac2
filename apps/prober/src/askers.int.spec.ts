import { OUTCOME, RCODE_NONE } from '#contracts';
import { judge, probeOf, type ProbedTarget, type Reply } from '#domain';
import { until } from '#testing';
import type { Asker, AskerCounts, Endpoint } from './asker.js';
import { type Clock, systemClock } from './clock.js';
import { type FakeDnsServer, startDnsServer } from './dns-server.fake.js';
import { ManualClock } from './manual-clock.fake.js';
import { createTcpAsker } from './tcp-asker.js';
import { createUdpAsker } from './udp-asker.js';

const name = { name: 'www.delta.test', zone: 'delta.test', qtype: 1 };
const asked: ProbedTarget = {
  names: [{ ...name, expect: { rcodes: [0], minAnswers: 1, data: ['192.0.2.1'] } }],
  unicodeLabel: 'xn--test',
  isResolver: false,
};
const probe = probeOf('normal', 0, asked);

describe.each([
  ['UDP', createUdpAsker],
  ['TCP', createTcpAsker],
] as const)('over %s', (transport, make) => {
  let server: FakeDnsServer;
  let asker: Asker;
  let counts: AskerCounts;
  const open = (clock: Clock = systemClock, port = server.port): Asker => {
    const endpoint: Endpoint = { address: '127.0.0.1', port };
    asker = make(endpoint, clock, counts);
    return asker;
  };
  beforeEach(async () => {
    counts = { strangers: 0 };
    server = await startDnsServer();
  });
  afterEach(async () => {
    asker.close();
    await server.close();
  });
  const outcomeOf = (reply: Reply): number => judge(probe, reply).outcome;

  it('R59: an answer is judged, with its latency', async () => {
    const { reply } = await open().ask(probe.packet);
    expect(judge(probe, reply)).toMatchObject({ outcome: OUTCOME.answer, rcode: 0 });
    expect(judge(probe, reply).latencyUs).toBeGreaterThan(0);
    server.behave({ kind: 'answer', address: '192.0.2.99' });
    expect(outcomeOf((await asker.ask(probe.packet)).reply)).toBe(OUTCOME.wrong_answer);
    server.behave({ kind: 'rcode', rcode: 2 });
    expect(outcomeOf((await asker.ask(probe.packet)).reply)).toBe(OUTCOME.servfail);
  });

  it('R59: silence is a timeout after a second, and no earlier', async () => {
    server.behave({ kind: 'silence' });
    const clock = new ManualClock();
    let reply: Reply | undefined;
    const asking = open(clock)
      .ask(probe.packet)
      .then((found) => (reply = found.reply));
    await until('it is asked', () => server.asked.length > 0);
    clock.advance(999);
    await Promise.resolve();
    expect(reply).toBeUndefined();
    clock.advance(1);
    await asking;
    expect(judge(probe, reply!)).toMatchObject({ outcome: OUTCOME.timeout, rcode: RCODE_NONE });
  });

  it('R59: a port that nobody listens on is unreachable', async () => {
    const other = await startDnsServer();
    await other.close();
    expect(outcomeOf((await open(systemClock, other.port).ask(probe.packet)).reply)).toBe(OUTCOME.unreachable);
  });

  it.each(['wrong_id', 'wrong_question'] as const)('R59: a packet with a %s is a stranger', async (kind) => {
    server.behave({ kind });
    const clock = new ManualClock();
    const asking = open(clock).ask(probe.packet);
    await until('it is counted', () => counts.strangers === 1);
    clock.advance(1_000);
    expect((await asking).reply).toEqual({ kind: 'silent' });
  });

  it(`R59: what does not fit ${transport === 'UDP' ? 'is said so' : 'UDP fits here'}`, async () => {
    server.behave({ kind: 'truncated', address: '192.0.2.1' });
    const expected = transport === 'UDP' ? OUTCOME.truncated : OUTCOME.answer;
    expect(outcomeOf((await open().ask(probe.packet)).reply)).toBe(expected);
  });
});

describe('over UDP alone', () => {
  let server: FakeDnsServer;
  const counts = { strangers: 0 };
  beforeEach(async () => {
    counts.strangers = 0;
    server = await startDnsServer();
  });
  afterEach(() => server.close());

  it('R59: an answer from another source is not heard', async () => {
    server.behave({ kind: 'wrong_source' });
    const clock = new ManualClock();
    const asker = createUdpAsker({ address: '127.0.0.1', port: server.port }, clock, counts);
    const forged = asker.ask(probe.packet);
    await until('the stranger has answered', () => server.asked.length === 1);
    server.behave({ kind: 'answer', address: '192.0.2.1' });
    // Packets of one machine come in the order they were sent: this answer is behind the forged one.
    expect((await asker.ask(probe.packet)).reply.kind).toBe('answered');
    clock.advance(1_000);
    expect((await forged).reply).toEqual({ kind: 'silent' });
    asker.close();
  });

  it('R59: an answer that comes after its second is still a timeout, and a stranger by then', async () => {
    server.behave({ kind: 'held' });
    const clock = new ManualClock();
    const asker = createUdpAsker({ address: '127.0.0.1', port: server.port }, clock, counts);
    const asking = asker.ask(probe.packet);
    await until('it is asked', () => server.asked.length === 1);
    clock.advance(1_000);
    const { reply } = await asking;
    server.release();
    await until('it came', () => counts.strangers === 1);
    expect(judge(probe, reply).outcome).toBe(OUTCOME.timeout);
    asker.close();
  });

  it('R59: ids and ports are not to be guessed: both change', async () => {
    const asker = createUdpAsker({ address: '127.0.0.1', port: server.port }, systemClock, counts);
    for (let i = 0; i < 450; i += 1) await asker.ask(probe.packet);
    expect(new Set(server.asked.map((query) => query.readUInt16BE(0))).size).toBeGreaterThan(400);
    // Three sockets; the system gives one of 28,000 ports to each, and now and then the same to two.
    expect(server.sources.size).toBeGreaterThan(1);
    asker.close();
  });

  it('R59: the last question of a socket is asked, though the next one comes in the same moment', async () => {
    const asker = createUdpAsker({ address: '127.0.0.1', port: server.port }, systemClock, counts);
    for (let i = 0; i < 199; i += 1) await asker.ask(probe.packet);
    const both = await Promise.all([asker.ask(probe.packet), asker.ask(probe.packet)]);
    expect(both.map(({ reply }) => reply.kind)).toEqual(['answered', 'answered']);
    expect(server.sources.size).toBe(2);
    asker.close();
  });
});
