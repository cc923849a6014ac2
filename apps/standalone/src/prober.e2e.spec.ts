import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Running, start } from '#runtime';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ROLES } from './roles.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const PROBER = join(process.cwd(), 'dist/apps/prober/src/main.js');
const folder = mkdtempSync(join(tmpdir(), 'prober-e2e-'));

let test: TestDatabase;
let served: Running;
let server: Socket;
let prober: ChildProcess | undefined;
beforeAll(async () => {
  test = await openTestDatabase();
  const environment = {
    DATABASE_URL: databaseUrlOf(test.connection),
    PORT: '0',
    DATA_DIR: folder,
    ADMIN_KEY,
    LOG_LEVEL: 'silent',
  };
  served = await start(ROLES, { environment, onFatal: () => undefined });
  server = createSocket('udp4');
  server.on('message', (query, { port }) => server.send(answerTo(query), port));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  prober?.kill('SIGKILL');
  await served.stop();
  await test.close();
});

const call = async (path: string, body?: unknown) => {
  const response = await fetch(new URL(path, served.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
};

/** The query itself, as a response with one address: the OPT record at its end makes room for it. */
const answerTo = (query: Buffer): Buffer => {
  const packet = Buffer.from(query.subarray(0, query.length - 11));
  packet[2] = 0x84;
  packet.writeUInt16BE(1, 6);
  packet.writeUInt16BE(0, 10);
  return Buffer.concat([packet, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1])]);
};

interface Figures {
  readonly key: string;
  readonly good: number;
  readonly bad: number;
}

const sumOf = async (family: string): Promise<Omit<Figures, 'key'>> => {
  const { windows } = (await call(`/v1/windows?family=${family}`)) as { windows?: readonly Figures[] };
  const add = (of: 'good' | 'bad'): number => (windows ?? []).reduce((sum, each) => sum + each[of], 0);
  return { good: add('good'), bad: add('bad') };
};

const startProber = (key: string): ChildProcess => {
  const keyFile = join(folder, 'prober.key');
  writeFileSync(keyFile, key);
  const node = `{ id: n1, pop: fra-1, region: eu, address: 127.0.0.1, port: ${server.address().port} }`;
  const config = join(folder, 'prober.yml');
  const group = `{ zones: [{ zone: delta.test, type: A }], families: [normal], nodes: [${node}] }`;
  writeFileSync(
    config,
    `id: p1\ngateway: ${served.url}\nkey_file: ${keyFile}\ngroups: [${group}]\n` +
      `rhythms: { normal: { every: 50ms } }\ntcp_every: 1000\n`,
  );
  return spawn(process.execPath, [PROBER, '--config', config], { stdio: ['ignore', 'pipe', 'inherit'] });
};

describe('a prober beside a whole server', () => {
  it('R59: what it sees of a node is told as that, good and bad, and added to nothing else', async () => {
    await call('/v1/nodes', { nodes: [{ nodeId: 'n1', pop: 'fra-1', region: 'eu' }] });
    const { key } = await call('/v1/keys', { name: 'prober', role: 'prober', comment: 'test' });
    prober = startProber(String(key));
    const printed: string[] = [];
    prober.stdout?.on('data', (text: Buffer) => printed.push(String(text)));
    await until('good probes are counted', async () => (await sumOf('probe')).good >= 5);
    expect((await sumOf('probe')).bad).toBe(0);
    server.close();
    await until('the node that is gone is seen', async () => (await sumOf('probe')).bad >= 5);
    for (const family of ['node', 'fleet', 'region', 'release_region', 'customer', 'zone'])
      expect([family, await sumOf(family)]).toEqual([family, { good: 0, bad: 0 }]);
    const { nodes } = (await call('/v1/nodes')) as { nodes: { nodeId: string; batches: number }[] };
    expect(nodes.map(({ nodeId, batches }) => [nodeId, batches])).toEqual([['n1', 0]]);
    prober.kill('SIGTERM');
    const [status] = (await once(prober, 'close')) as [number];
    const summary = JSON.parse(printed.join('')) as Record<string, number>;
    expect([status, summary['dropped'], summary['delivered']]).toEqual([0, 0, summary['sent']]);
  });
});
