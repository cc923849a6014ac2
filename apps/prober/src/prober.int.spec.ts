import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE, decoderFor, isRefusal, OUTCOME, type OutcomeBatch, VANTAGE } from '#contracts';
import { until } from '#testing';
import { type FakeDnsServer, startDnsServer } from './dns-server.fake.js';
import type { PostVerdict } from './gateway.js';
import { ManualClock } from './manual-clock.fake.js';
import { readProberConfig, type ProberConfig } from './prober.config.js';
import { type Prober, startProber } from './prober.js';

const keyFile = join(mkdtempSync(join(tmpdir(), 'prober-')), 'key');
writeFileSync(keyFile, 'prober.secret\n');

const configOf = (port: number, more = ''): ProberConfig => {
  const group = `{ zones: [{ zone: delta.test, type: A }], families: [normal], nodes: [{ id: n1, pop: fra-1, region: eu, address: 127.0.0.1, port: ${port} }] }`;
  const text = `id: p1\ngateway: http://127.0.0.1:1\nkey_file: ${keyFile}\ngroups: [${group}]\n${more}`;
  const { config, problems } = readProberConfig(text, 'prober.yml');
  if (config === undefined) throw new Error(problems.join('\n'));
  return config;
};

describe('a prober', () => {
  let server: FakeDnsServer;
  let clock: ManualClock;
  let prober: Prober;
  let batches: OutcomeBatch[];
  let verdicts: PostVerdict[];
  beforeEach(async () => {
    server = await startDnsServer();
    clock = new ManualClock();
    batches = [];
    verdicts = [];
  });
  afterEach(() => server.close());

  const post = (contentType: string, body: Uint8Array): Promise<PostVerdict> => {
    const batch = decoderFor(contentType)?.decode(Uint8Array.from(body));
    if (contentType !== CONTENT_TYPE.protobuf || batch === undefined || isRefusal(batch)) throw new Error('no batch');
    batches.push(batch);
    return Promise.resolve(verdicts.shift() ?? 'accepted');
  };
  const start = (more?: string): void => {
    prober = startProber(configOf(server.port, more), { clock, gateway: { post } });
  };
  /** Time passes in steps; a server that answers has done so before the next. */
  const pass = async (ms: number, isSilent = false): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(50);
      if (isSilent) await new Promise<void>((resolve) => setImmediate(resolve));
      else await until('all is answered', () => prober.waiting() === 0);
    }
  };
  const stop = async () => {
    const stopping = prober.stop();
    let isDone = false;
    void stopping.then(() => (isDone = true));
    while (!isDone) await pass(250, true);
    return stopping;
  };
  const outcomes = (): number[] => batches.flatMap(({ outcome }) => [...outcome]);

  it('R59: tells what it found of a node, as its observer, numbered without gaps', async () => {
    start();
    await until('three batches came', async () => {
      await pass(250);
      return batches.length >= 3;
    });
    const summary = await stop();
    expect(batches[0]).toMatchObject({
      nodeId: 'n1',
      observerId: 'p1',
      vantage: VANTAGE.probe,
      pop: 'fra-1',
      region: 'eu',
      zones: ['delta.test'],
    });
    expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_unused, i) => i + 1));
    expect(new Set(outcomes())).toEqual(new Set([OUTCOME.answer]));
    expect(summary).toMatchObject({ skipped: 0, strangers: 0, dropped: 0, delivered: summary.sent });
    expect(batches.at(-1)?.published).toBe(summary.sent);
  });

  it('R59: asks a silent server as often as one that answers', async () => {
    const sentIn = async (behaviour: 'answer' | 'silence'): Promise<number> => {
      server.behave(behaviour === 'silence' ? { kind: 'silence' } : { kind: 'answer', address: '192.0.2.1' });
      clock = new ManualClock();
      start('rhythms: { normal: { every: 100ms } }');
      await pass(5_000, behaviour === 'silence');
      const { sent } = prober.counts;
      await stop();
      return sent;
    };
    const answered = await sentIn('answer');
    expect(answered).toBeGreaterThanOrEqual(49);
    batches = [];
    expect(await sentIn('silence')).toBe(answered);
    expect(outcomes().filter((code) => code === OUTCOME.timeout).length).toBe(outcomes().length);
  });

  it('R59: what would exceed the bound on open questions is skipped and counted, not sent later', async () => {
    server.behave({ kind: 'silence' });
    start('rhythms: { normal: { every: 100ms } }\nin_flight_max: 3\n');
    await pass(950, true);
    expect(prober.counts.sent).toBe(3);
    expect(prober.counts.skipped).toBeGreaterThanOrEqual(5);
    const { sent } = await stop();
    expect(outcomes()).toHaveLength(sent);
  });

  it('R59: each tenth probe goes over TCP, and what does not fit UDP is asked again there', async () => {
    server.behave({ kind: 'truncated', address: '192.0.2.1' });
    start('rhythms: { normal: { every: 100ms } }\n');
    await until('ten probes came back', async () => {
      await pass(100);
      return outcomes().length >= 19;
    });
    await stop();
    const rows = batches.flatMap(({ outcome, transport }) => [...outcome].map((code, i) => [transport[i], code]));
    expect(rows.filter(([transport]) => transport === 1).every(([, code]) => code === OUTCOME.truncated)).toBe(true);
    const tcp = rows.filter(([transport]) => transport === 2);
    expect(tcp.every(([, code]) => code === OUTCOME.answer)).toBe(true);
    expect(tcp.length).toBeGreaterThan(rows.length - tcp.length);
  });

  it('sends a batch unchanged until it is taken, and tells what was refused', async () => {
    verdicts = ['again', 'again', 'accepted', 'refused', 'accepted'];
    start();
    await until('five posts were made', async () => {
      await pass(250);
      return batches.length >= 5;
    });
    const { dropped } = await stop();
    expect(batches.slice(0, 5).map(({ seq }) => seq)).toEqual([1, 1, 1, 2, 3]);
    expect(batches[4]?.completeness.droppedAgent).toBe(batches[3]?.n);
    expect(dropped).toBe(batches[3]?.n);
  });

  it('R59: keeps its rhythm when the clock of the machine is set, and tells the new time', async () => {
    start('rhythms: { normal: { every: 100ms } }\n');
    await pass(2_000);
    const before = prober.counts.sent;
    for (const byMs of [3_600_000, -7_200_000]) {
      clock.set(byMs);
      await pass(2_000);
    }
    const summary = await stop();
    expect(summary.sent).toBe(3 * before);
    expect(summary.skipped).toBe(0);
    expect(new Set(outcomes())).toEqual(new Set([OUTCOME.answer]));
    const times = batches.flatMap(({ t0Us, dtUs }) => [...dtUs].map((dt) => t0Us + dt));
    const newest = Math.max(...times.slice(-before / 2));
    expect(clock.nowUs() - newest).toBeLessThan(4_000_000);
  });

  it('R63: tells each burst as one outcome, cut off by the stop or not', async () => {
    start('rhythms: { normal: { every: 1s, burst: 20, spacing: 5ms } }\n');
    await pass(5_000);
    const { sent, dropped } = await stop();
    expect(sent).toBeGreaterThanOrEqual(80);
    expect(outcomes()).toHaveLength(Math.ceil(sent / 20));
    expect(new Set(outcomes())).toEqual(new Set([OUTCOME.answer]));
    expect(dropped).toBe(0);
  });

  it('stops within its time when the gateway never answers', async () => {
    prober = startProber(configOf(server.port), { clock, gateway: { post: () => new Promise(() => undefined) } });
    await pass(1_000);
    const stopFromMs = clock.nowUs() / 1_000;
    const summary = await stop();
    expect(clock.nowUs() / 1_000 - stopFromMs).toBeLessThan(5_000);
    expect(summary).toMatchObject({ delivered: 0, dropped: summary.sent });
  });

  it('counts what it could not deliver when it stops', async () => {
    start('rhythms: { normal: { every: 100ms } }\n');
    verdicts = Array.from({ length: 100 }, () => 'again');
    await pass(1_000);
    const summary = await stop();
    expect(summary.sent).toBeGreaterThan(5);
    expect(summary).toMatchObject({ delivered: 0, dropped: summary.sent });
  });
});
