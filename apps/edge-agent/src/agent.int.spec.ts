import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LATENCY_NONE, makeTag, nodeKeySecret, OUTCOMES, type OutcomeBatch, parseNodeKey } from '#contracts';
import { FakeClock, until } from '#testing';
import type { AgentConfig } from './agent.config.js';
import { type Agent, startAgent } from './agent.js';
import { type Clock, systemClock } from './clock.js';
import { type Receiver, startReceiver } from './receiver.fake.js';
import type { SocketAddress } from './tap-socket.js';

const KEY = 'k1.secret';
const FIXTURES = join(process.cwd(), 'libs/domain/src/dnstap/fixtures');
const recording = (name: string): string => join(FIXTURES, `${name}.fstrm`);

const nameOf = (code: number): string => OUTCOMES.find((kind) => kind.code === code)?.name ?? 'none';
const countBy = <T>(items: readonly T[], key: (item: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
};
const classOf = (code: number): string => OUTCOMES.find((kind) => kind.code === code)?.class ?? 'none';
const column = (batches: readonly OutcomeBatch[], key: 'outcome' | 'rcode' | 'latencyUs' | 'qnameLen'): number[] =>
  batches.flatMap((batch) => [...(batch[key] ?? [])]);
const sumOf = (batches: readonly OutcomeBatch[], key: keyof OutcomeBatch['completeness']): number =>
  batches.reduce((sum, { completeness }) => sum + completeness[key], 0);

let receiver: Receiver;
let folder: string;
const agents: Agent[] = [];
const lines: string[] = [];

const start = async (
  tap: SocketAddress | { readonly kind: 'file'; readonly path: string },
  changes: Partial<AgentConfig> = {},
  clock: Clock = systemClock,
): Promise<Agent> => {
  const config: AgentConfig = {
    tap: tap.kind === 'file' ? tap : { kind: 'sockets', addresses: [tap] },
    gateway: receiver.url,
    key: KEY,
    nodeKey: undefined,
    nodeId: 'edge-1',
    pop: 'fra1',
    region: 'europe',
    release: {
      softwareVersion: { kind: 'literal', name: 'v2.1.5' },
      configRev: { kind: 'literal', name: 'c42' },
    },
    ring: 'canary',
    vantage: 0,
    zones: ['skyways-air.test', 'northbank.test', 'playforge.test', 'worldnews.test', 'broken.test'],
    spool: undefined,
    recentNames: true,
    commands: undefined,
    ...changes,
  };
  const agent = await startAgent(config, { clock, say: (line) => lines.push(line) });
  agents.push(agent);
  return agent;
};
const publish = async (path: string) => {
  const agent = await start({ kind: 'file', path });
  await agent.done;
  return agent.stop();
};

beforeEach(async () => {
  lines.length = 0;
  receiver = await startReceiver(KEY);
  folder = mkdtempSync(join(tmpdir(), 'tocsin-agent-'));
});
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()));
  await receiver.close();
  rmSync(folder, { recursive: true });
});

describe('a recording', () => {
  it.each([
    ['bind-400', { withLatency: 0 }],
    ['knot-400', { withLatency: 200 }],
    ['nsd-400', { withLatency: 200 }],
  ])('R1: %s arrives whole: 188 of 193 good, 7 excluded', async (name, { withLatency }) => {
    const summary = await publish(recording(name));
    const { batches } = receiver;
    expect(countBy(column(batches, 'outcome'), classOf)).toEqual({ good: 188, bad: 5, excluded: 7 });
    expect(countBy(column(batches, 'rcode'), String)).toEqual({ 0: 159, 2: 5, 3: 29, 5: 7 });
    expect(countBy(column(batches, 'outcome'), nameOf)).toEqual(summary.outcomes);
    expect(column(batches, 'latencyUs').filter((latency) => latency !== LATENCY_NONE)).toHaveLength(withLatency);
    expect(sumOf(batches, 'observed')).toBe(200);
    expect(summary).toMatchObject({ frames: 400, pairs: 200, sent: 200, dropped: 0, end: { kind: 'stopped' } });
  });

  it('carries who sent it, numbered without a gap', async () => {
    await publish(recording('knot-400'));
    const [batch] = receiver.batches;
    expect(batch).toMatchObject({ nodeId: 'edge-1', pop: 'fra1', region: 'europe', ring: 'canary', vantage: 0 });
    expect(batch).toMatchObject({ softwareVersion: 'v2.1.5', configRev: 'c42' });
    expect(receiver.batches.map(({ seq }) => seq)).toEqual(receiver.batches.map((_, i) => i + 1));
    expect(new Set(receiver.batches.map(({ agentBootId }) => agentBootId)).size).toBe(1);
    expect(batch?.serverBootId).not.toBe('0');
  });

  it('R61, R63: hostile packets are told, with what could not be paired or read', async () => {
    await publish(recording('nsd-malformed'));
    expect(sumOf(receiver.batches, 'unpairedQueries')).toBe(4);
    expect(sumOf(receiver.batches, 'malformed')).toBe(8);
    expect(Math.max(...column(receiver.batches, 'qnameLen'))).toBe(255);
  });

  it('is tagged under the key of the node, batch by batch, heartbeats too', async () => {
    const nodeKey = parseNodeKey(`edge-1.2.${nodeKeySecret('fleet', 'edge-1.2')}`);
    const agent = await start({ kind: 'file', path: recording('knot-400') }, { nodeKey });
    await agent.done;
    await until('a heartbeat came', () => receiver.reports.length > 0);
    const { tagged, batches, reports } = receiver;
    expect(tagged).toHaveLength(batches.length + reports.length);
    expect(new Set(tagged.map(({ message }) => message.topic))).toEqual(
      new Set(['telemetry.outcomes', 'telemetry.nodes']),
    );
    for (const { message, tag } of tagged) {
      expect(message.keyId).toBe('edge-1.2');
      expect(makeTag(message, nodeKey!.key)).toBe(tag);
    }
  });

  it('that is damaged is published up to the damage, which is said', async () => {
    const truncated = await publish(recording('truncated-mid-frame'));
    expect(truncated).toMatchObject({ sent: 76, end: { kind: 'truncated', expected: 99, have: 50 } });
    const corrupt = await publish(recording('corrupt-length'));
    expect(corrupt).toMatchObject({ sent: 19, end: { kind: 'refused', fault: 'frame_too_long' } });
  });

  it('that is not there fails with its name', async () => {
    const agent = await start({ kind: 'file', path: join(folder, 'none.fstrm') });
    await expect(agent.done).rejects.toThrow('none.fstrm');
  });
});

describe('a gateway in trouble', () => {
  it('gets the same batch again until it takes it', async () => {
    receiver.script.push(503, 429, 500);
    const summary = await publish(recording('knot-400'));
    expect(receiver.posts()).toBe(receiver.batches.length + 3);
    expect(receiver.batches.map(({ seq }) => seq)).toEqual(receiver.batches.map((_, i) => i + 1));
    expect(summary).toMatchObject({ sent: 200, dropped: 0 });
  });

  it('that refuses a batch for good loses it, and it is counted', async () => {
    receiver.script.push(422);
    const summary = await publish(recording('knot-400'));
    expect(summary.sent + summary.dropped).toBe(200);
    expect(summary.dropped).toBeGreaterThan(0);
    expect(lines.join()).toContain('was refused: 422');
  });
});

describe('a gateway that hangs', () => {
  it('gets one heartbeat at a time, and batches past it', async () => {
    const path = join(folder, 'tap.sock');
    const clock = new FakeClock();
    receiver.hang.isOn = true;
    await start({ kind: 'unix', path, mode: 0o660 }, {}, clock);
    await until('the first heartbeat came', async () => {
      await clock.advance(250);
      return receiver.reports.length > 0;
    });
    await clock.advance(300_000);
    connect(path).end(readFileSync(recording('knot-400')));
    await until('200 outcomes arrived', async () => {
      await clock.advance(250);
      return column(receiver.batches, 'outcome').length === 200;
    });
    // The second one only where the first was given up, after ten seconds of the machine.
    expect(receiver.reports.length).toBeLessThanOrEqual(2);
  });
});

describe('a socket', () => {
  const connected = (path: string): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(path, () => resolve(socket));
      socket.on('error', reject);
    });
  const bytes = readFileSync(recording('knot-400'));
  // A sender on a socket says READY with the same field as START; in a recording START comes first, STOP is the last 12 bytes.
  const ready = Buffer.from(bytes.subarray(0, 8 + bytes.readUInt32BE(4)));
  ready.writeUInt32BE(4, 8);
  const answers = (socket: Socket): number[] => {
    const types: number[] = [];
    socket.on('data', (piece: Buffer) => types.push(piece.readUInt32BE(8)));
    return types;
  };
  const ACCEPT = 1;
  const FINISH = 5;

  it('answers READY and STOP; a sender that stops has not crashed', async () => {
    const path = join(folder, 'tap.sock');
    await start({ kind: 'unix', path, mode: 0o660 });
    const sender = await connected(path);
    const types = answers(sender);
    sender.write(ready);
    await until('ACCEPT came', () => types.includes(ACCEPT));
    sender.write(bytes);
    await until('FINISH came', () => types.includes(FINISH));
    await until('200 outcomes arrived', () => column(receiver.batches, 'outcome').length === 200);
    await until('a heartbeat tells them', () =>
      receiver.reports.some((report) => report.type === 'heartbeat' && report.observed === 200),
    );
    expect(receiver.reports.filter(({ type }) => type === 'crash')).toEqual([]);
  });

  it('B4, R61: a close without STOP is a crash, and the next start is a new one', async () => {
    const path = join(folder, 'tap.sock');
    await start({ kind: 'unix', path, mode: 0o660 });
    for (const crashes of [1, 2]) {
      const sender = await connected(path);
      sender.end(Buffer.concat([ready, bytes.subarray(0, 10_000)]));
      await until(
        `crash ${crashes} was told`,
        () => receiver.reports.filter(({ type }) => type === 'crash').length === crashes,
      );
    }
    const boots = receiver.reports.flatMap((report) => (report.type === 'crash' ? [report.serverBootId] : []));
    expect(new Set(boots).size).toBe(2);
    expect(lines.filter((line) => line.includes('without STOP'))).toHaveLength(2);
  });

  it('R1: over TCP the same arrives, and heartbeats tell taps, the spool and completeness', async () => {
    const agent = await start({ kind: 'tcp', host: '127.0.0.1', port: 0 });
    const sender = connect(agent.port, '127.0.0.1');
    sender.write(Buffer.concat([ready, bytes.subarray(0, -12)]));
    await until('200 outcomes arrived', () => column(receiver.batches, 'outcome').length === 200);
    const heartbeats = () => receiver.reports.flatMap((report) => (report.type === 'heartbeat' ? [report] : []));
    const told = await until('a heartbeat tells them', () => heartbeats().find(({ observed }) => observed === 200));
    expect(told).toMatchObject({ taps: 1, spooled: 0, queued: 0, completeness: 1, softwareVersion: 'v2.1.5' });
    expect(heartbeats()[0]).not.toHaveProperty('completeness');
    sender.end(bytes.subarray(-12));
    await until('nothing sends any more', () => heartbeats().at(-1)?.taps === 0);
  });

  it('R1: a rollback shows in the first batch of the server that was started again', async () => {
    const path = join(folder, 'tap.sock');
    const version = join(folder, 'version');
    writeFileSync(version, 'v2.1.5\n');
    const release: AgentConfig['release'] = {
      softwareVersion: { kind: 'file', path: version },
      configRev: { kind: 'command', words: ['/bin/cat', version], timeoutMs: 2_000 },
    };
    await start({ kind: 'unix', path, mode: 0o660 }, { release });
    const play = async (outcomes: number): Promise<void> => {
      (await connected(path)).end(Buffer.concat([ready, bytes]));
      await until(`${outcomes} outcomes arrived`, () => column(receiver.batches, 'outcome').length === outcomes);
    };
    await play(200);
    writeFileSync(version, 'v2.1.4\n');
    await play(400);
    const byRelease = new Map<string, number>();
    for (const { softwareVersion, configRev, serverBootId, n } of receiver.batches) {
      const name = `${softwareVersion} ${configRev} ${serverBootId}`;
      byRelease.set(name, (byRelease.get(name) ?? 0) + n);
    }
    expect([...byRelease.values()]).toEqual([200, 200]);
    expect([...byRelease.keys()].map((name) => name.split(' ').slice(0, 2))).toEqual([
      ['v2.1.5', 'v2.1.5'],
      ['v2.1.4', 'v2.1.4'],
    ]);
  });

  it('the version of the server is read from its frames, before the first outcome', async () => {
    const path = join(folder, 'tap.sock');
    const release: AgentConfig['release'] = {
      softwareVersion: { kind: 'tap' },
      configRev: { kind: 'literal', name: 'r1' },
    };
    await start({ kind: 'unix', path, mode: 0o660 }, { release });
    (await connected(path)).end(Buffer.concat([ready, readFileSync(recording('bind-400'))]));
    await until('200 outcomes arrived', () => column(receiver.batches, 'outcome').length === 200);
    const versions = new Set(receiver.batches.map(({ softwareVersion }) => softwareVersion));
    expect([...versions]).toEqual(['2.1.5']);
  });

  it('what a stopping agent cannot deliver is sent by the next one, from its spool', async () => {
    const path = join(folder, 'tap.sock');
    const spool = { directory: join(folder, 'spool'), maxBytes: 64 << 20, maxAgeMs: 86_400_000 };
    const agent = await start({ kind: 'unix', path, mode: 0o660 }, { spool });
    receiver.script.push(...Array.from({ length: 100 }, () => 503));
    (await connected(path)).end(Buffer.concat([ready, bytes]));
    await until('a heartbeat tells that it is spooled', () =>
      receiver.reports.some((report) => report.type === 'heartbeat' && (report.spooled ?? 0) > 0),
    );
    const summary = await agent.stop();
    expect(summary).toMatchObject({ sent: 0, dropped: 0 });
    expect(summary.spooled).toBeGreaterThan(0);
    receiver.script.length = 0;
    await start({ kind: 'unix', path, mode: 0o660 }, { spool });
    await until('200 outcomes arrived', () => column(receiver.batches, 'outcome').length === 200);
    expect(new Set(receiver.batches.map(({ agentBootId }) => agentBootId)).size).toBe(1);
  });

  it('goes without a spool where the disk cannot be used, and says so', async () => {
    const path = join(folder, 'tap.sock');
    writeFileSync(join(folder, 'file'), '');
    const spool = { directory: join(folder, 'file'), maxBytes: 64 << 20, maxAgeMs: 86_400_000 };
    await start({ kind: 'unix', path, mode: 0o660 }, { spool });
    (await connected(path)).end(Buffer.concat([ready, bytes]));
    await until('200 outcomes arrived', () => column(receiver.batches, 'outcome').length === 200);
    expect(lines.filter((line) => line.includes('batches wait in memory alone'))).toHaveLength(1);
  });

  it('names zones by their ids once it has read the registry, and counts the same', async () => {
    const namesIn = (batches: readonly OutcomeBatch[]): string[] =>
      batches.flatMap(({ zones, zoneIx }) => Array.from(zoneIx, (index) => zones[index] ?? 'none'));
    await publish(recording('knot-400'));
    const byName = countBy(namesIn(receiver.batches.splice(0)), String);
    const names = Object.keys(byName);
    // Pages hold one zone here: that the last is asked for tells that the agent has the others.
    receiver.registry.push(...[...names, 'last.test'].map((zone, index) => ({ id: 1_000 * (index + 1), zone })));
    const path = join(folder, 'tap.sock');
    await start({ kind: 'unix', path, mode: 0o660 });
    await until('all that matters was read', () => receiver.asked.includes(1_000 * names.length));
    (await connected(path)).end(Buffer.concat([ready, bytes]));
    await until('200 outcomes arrived', () => column(receiver.batches, 'outcome').length === 200);
    const ids = receiver.batches.flatMap(({ zoneId }) => [...(zoneId ?? [])]);
    const nameOfId = new Map(receiver.registry.map(({ id, zone }) => [id, zone]));
    expect(countBy(ids, (id) => nameOfId.get(id) ?? 'none')).toEqual(byName);
    expect(receiver.batches.flatMap(({ zones }) => zones)).toEqual([]);
  });

  it('takes over a socket that was left behind, and closes what is no dnstap', async () => {
    const path = join(folder, 'tap.sock');
    const first = await start({ kind: 'unix', path, mode: 0o660 });
    await first.stop();
    await start({ kind: 'unix', path, mode: 0o660 });
    const sender = await connected(path);
    const closed = new Promise((resolve) => sender.on('close', resolve));
    sender.on('error', () => undefined);
    sender.write('GET / HTTP/1.1\r\n\r\n');
    await closed;
    expect(lines.join()).toContain('the tap was refused');
  });
});
