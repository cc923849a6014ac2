import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE } from '#contracts';
import { type Running, start, systemClock } from '#runtime';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ROLES } from './roles.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const NODES = ['n1', 'n2'];
const BATCHES = 5;
const PER_BATCH = 200;

let test: TestDatabase;
let environment: Record<string, string>;
const running = new Set<Running>();
beforeAll(async () => {
  test = await openTestDatabase();
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'standalone-'));
  environment = { DATABASE_URL: databaseUrlOf(test.connection), PORT: '0', DATA_DIR, ADMIN_KEY, LOG_LEVEL: 'silent' };
});
afterAll(async () => {
  for (const one of running) await one.stop();
  await test.close();
});

const stopped: string[] = [];
const serve = async (): Promise<Running> => {
  const one = await start(ROLES, { environment, onFatal: (what) => stopped.push(what) });
  running.add(one);
  return one;
};

const call = async (url: string, path: string, body?: unknown, key = ADMIN_KEY, contentType = 'application/json') => {
  const response = await fetch(new URL(path, url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': contentType },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
};

const register = async (url: string): Promise<ReadonlyMap<string, string>> => {
  const nodes = NODES.map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
  expect((await call(url, '/v1/nodes', { nodes })).status).toBeLessThan(300);
  const keys = new Map<string, string>();
  for (const nodeId of NODES) {
    const made = await call(url, '/v1/keys', { name: `agent of ${nodeId}`, role: 'node', nodeId, comment: 'test' });
    keys.set(nodeId, made.body['key'] ?? '');
  }
  return keys;
};

/** One batch as NDJSON: a line with the envelope, then one line for each outcome. */
const ndjson = (nodeId: string, seq: number): string => {
  const t0Us = systemClock.nowMs() * 1_000;
  const columns = {
    schema: 1,
    node_id: nodeId,
    agent_boot_id: '1',
    seq,
    pop: 'iad-1',
    region: 'us-east',
    software_version: 'v2.1.4',
    config_rev: 'c41',
    vantage: 0,
    t0_us: t0Us,
    zones: ['delta.example'],
    dt_us: Array.from({ length: PER_BATCH }, () => 0),
    zone_ix: Array.from({ length: PER_BATCH }, () => 0),
    latency_us: Array.from({ length: PER_BATCH }, () => 15_000),
    outcome: Array.from({ length: PER_BATCH }, (_, index) => (index === 0 ? 10 : 0)),
    qtype: Array.from({ length: PER_BATCH }, () => 1),
    rcode: Array.from({ length: PER_BATCH }, (_, index) => (index === 0 ? 2 : 0)),
    transport: Array.from({ length: PER_BATCH }, () => 1),
    flags: Array.from({ length: PER_BATCH }, () => 0),
  };
  return JSON.stringify(columns);
};

const counters = async (url: string): Promise<readonly { nodeId: string; counted: number; duplicates: number }[]> =>
  (await call(url, '/v1/nodes')).body['nodes'] as never;

describe('a whole server', () => {
  it('counts what it took once, tells the fleet, and goes on after a restart where it was', async () => {
    const first = await serve();
    const keys = await register(first.url);
    await until('it is ready', async () => (await fetch(`${first.url}/readyz`)).status === 200);
    for (let seq = 1; seq <= BATCHES; seq += 1)
      for (const nodeId of NODES) {
        const answer = await call(
          first.url,
          '/v1/telemetry/outcomes',
          ndjson(nodeId, seq),
          keys.get(nodeId),
          CONTENT_TYPE.jsonColumns,
        );
        expect(answer).toMatchObject({ status: 202, body: { seq, outcomes: PER_BATCH } });
      }
    const health = await until('the fleet is told', async () => {
      const { fleet } = (await call(first.url, '/v1/fleet')).body as unknown as {
        fleet: { good: number; bad: number; success: number };
      };
      return fleet.good + fleet.bad === 2 * BATCHES * PER_BATCH && fleet;
    });
    expect(health.success).toBeCloseTo(99.5);
    await first.stop();

    const second = await serve();
    // The answer to the last batch got lost, says the agent, and sends it again.
    await call(second.url, '/v1/telemetry/outcomes', ndjson('n1', BATCHES), keys.get('n1'), CONTENT_TYPE.jsonColumns);
    await call(
      second.url,
      '/v1/telemetry/outcomes',
      ndjson('n1', BATCHES + 1),
      keys.get('n1'),
      CONTENT_TYPE.jsonColumns,
    );
    const after = await until('the new batch is counted', async () => {
      const found = await counters(second.url);
      return found.find(({ nodeId }) => nodeId === 'n1')?.counted === (BATCHES + 1) * PER_BATCH && found;
    });
    expect(after).toMatchObject([
      { nodeId: 'n1', counted: (BATCHES + 1) * PER_BATCH, duplicates: 1 },
      { nodeId: 'n2', counted: BATCHES * PER_BATCH, duplicates: 0 },
    ]);
    expect(stopped).toEqual([]);
  });

  it('is alone on a database whose log is embedded', async () => {
    await expect(serve()).rejects.toThrow('another Tocsin process serves this database');
  });

  it('starts with every role or not at all', async () => {
    const some = ROLES.filter(({ name }) => name !== 'rules');
    const options = { environment, onFatal: () => undefined };
    await expect(start(some, options)).rejects.toThrow('needs every role in one process; missing: rules');
  });

  it('names every wrong setting before it opens anything', async () => {
    const wrong = { ...environment, PORT: 'eighty', LOG_LEVEL: 'chatty' };
    await expect(start(ROLES, { environment: wrong, onFatal: () => undefined })).rejects.toThrow(
      /PORT: .*\nLOG_LEVEL: /,
    );
  });

  it('says of a port that is taken that it is, and lets go of the database', async () => {
    const other = await openTestDatabase();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const wrong = { ...environment, DATABASE_URL: databaseUrlOf(other.connection), PORT: String(port) };
    await expect(start(ROLES, { environment: wrong, onFatal: () => undefined })).rejects.toThrow(
      /^PORT, HOST: .*EADDRINUSE/,
    );
    taken.close();
    const right = await start(ROLES, { environment: { ...wrong, PORT: '0' }, onFatal: () => undefined });
    await right.stop();
    await other.close();
  });
});
