import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newLoadTestSchema } from '#contracts';
import { PROBE_FAMILIES } from '#domain';
import { systemClock } from './clock.js';
import { type FakeDnsServer, startDnsServer } from './dns-server.fake.js';
import { testLoad } from './load-test.js';
import { tellLoadTest } from './load-test-report.js';
import { readProberConfig } from './prober.config.js';

const keyFile = join(mkdtempSync(join(tmpdir(), 'prober-')), 'key');
writeFileSync(keyFile, 'prober.secret\n');

describe('a load test of one node', () => {
  let server: FakeDnsServer;
  beforeEach(async () => {
    server = await startDnsServer();
  });
  afterEach(() => server.close());

  const test = () => {
    const node = `{ id: n1, pop: p, region: r, address: 127.0.0.1, port: ${server.port} }`;
    const text = `id: p1\ngateway: http://127.0.0.1:1\nkey_file: ${keyFile}\ngroups: [{ zones: [example.com], nodes: [${node}] }]\n`;
    const { config, problems } = readProberConfig(text, 'prober.yml');
    const [target] = config?.targets ?? [];
    if (target === undefined) throw new Error((problems ?? []).join('\n'));
    return testLoad(target, systemClock);
  };
  const passing = (report: Awaited<ReturnType<typeof test>>): readonly string[] =>
    report.families.filter(({ passed }) => passed).map(({ family }) => family);

  it('R63: a sound server stands all five families', async () => {
    const report = await test();
    expect(passing(report).toSorted()).toEqual([...PROBE_FAMILIES].toSorted());
    expect(newLoadTestSchema.parse(report)).toEqual(report);
  });

  it('R61, R63: one that an oversized name corrupts stands what is sound, and nothing after', async () => {
    server.behave({ kind: 'corruptible', address: '192.0.2.1' });
    const report = await test();
    // Some of the malformed packets have names that are too long as well.
    expect(passing(report)).toEqual(['normal']);
    const oversized = report.families.find(({ family }) => family === 'oversized');
    expect(oversized?.detail).toMatch(/0 of 5 probes passed/);
  });

  it('R63: one that is down stands nothing, and is asked nothing more', async () => {
    server.behave({ kind: 'silence' });
    const { families } = await test();
    expect(families.map(({ passed }) => passed)).toEqual([false, false, false, false, false]);
    expect(families.at(-1)?.detail).toBe('not asked: what is sound is not answered');
  });
});

describe('the report of a load test', () => {
  let server: Server;
  const came: { readonly path: string | undefined; readonly key: string | undefined; readonly body: unknown }[] = [];
  let status = 200;
  beforeEach(async () => {
    came.length = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
        came.push({ path: request.url, key: request.headers.authorization, body });
        response.writeHead(status).end('{"detail":"rollout ro1 is running"}');
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  const report = { nodeId: 'n1', families: [{ family: 'normal', passed: true, detail: 'x' } as const] };
  const tell = async () => {
    const said: string[] = [];
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const isTaken = await tellLoadTest({ api, key: 'k.s', rolloutId: 'ro1' }, report, (line) => said.push(line));
    return { isTaken, said };
  };

  it('R64: is told to its rollout', async () => {
    expect(await tell()).toEqual({ isTaken: true, said: [] });
    expect(came).toEqual([{ path: '/v1/rollouts/ro1/load-tests', key: 'Bearer k.s', body: report }]);
  });
  it('R64: that is not taken says why', async () => {
    status = 409;
    const { isTaken, said } = await tell();
    expect([isTaken, said[0]]).toEqual([false, expect.stringContaining('409: {"detail":"rollout ro1 is running"}')]);
  });
});
