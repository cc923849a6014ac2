import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE, encodeProtobuf } from '#contracts';
import { systemClock, waitFor } from '../../apps/simulator/src/clock.js';
import { createHttpClient, type HttpClient } from '../../apps/simulator/src/http-client.js';
import { freePort, startStandalone } from '../../apps/simulator/src/standalone-process.js';
import { createTocsinApi } from '../../apps/simulator/src/tocsin-api.js';
import type { Bench } from './bench.js';
import { writeDayOfMinutes } from './day-of-minutes.js';
import { failingBatch, goodBatch, type PagedNode, pagedNodes } from './paged-nodes.js';

/** As many consoles as an incident has at most. */
const READERS = 50;
const CUSTOMERS = 10_000;
/** Nodes that speak meanwhile, a batch each quarter of a second: 240 requests a second beside the readers'. */
const NODES = 60;
const BATCH_MS = 250;
/** How long is read, and what is not counted before it: caches and the compiler. */
const READ_MS = 30_000;
const WARM_MS = 5_000;
/** A reader asks this often, for one page after the other: what a person looks at, and what a page asks again. */
const ASK_EVERY_MS = 1_000;
const INCIDENT_WITHIN_MS = 60_000;
const DAY_MS = 86_400_000;

type Figures = Readonly<Record<'p50' | 'p99' | 'max' | 'asked', number>>;

const figuresOf = (tookMs: readonly number[]): Figures => {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99), max: at(1), asked: sorted.length };
};

const customersOf = () =>
  Array.from({ length: CUSTOMERS }, (_, index) => ({
    customerId: `customer-${String(index).padStart(5, '0')}`,
    name: `Customer ${index}`,
    tier: index % 10 === 0 ? ('tier1' as const) : ('tier2' as const),
    critical: index % 100 === 0,
    zones: [`zone-${index}.test`],
    sector: 'bench',
    symptom: '',
  }));

/** The nodes speak until it is stopped; the first of them fails, so that there is an incident. */
const speak = (client: HttpClient, key: string, nodes: readonly PagedNode[]): (() => Promise<void>) => {
  let isStopped = false;
  const post = { method: 'POST', path: '/v1/telemetry/outcomes', key, contentType: CONTENT_TYPE.protobuf } as const;
  const speakOne = async (node: PagedNode, index: number): Promise<void> => {
    await systemClock.sleep((BATCH_MS * index) / nodes.length);
    while (!isStopped) {
      const batch = (index === 0 ? failingBatch : goodBatch)(node, systemClock.nowMs(), BATCH_MS);
      const { status, body } = await client.send({ ...post, body: encodeProtobuf(batch) });
      if (status >= 300) throw new Error(`bench: a batch was refused: ${status} ${body.slice(0, 300)}`);
      await systemClock.sleep(BATCH_MS);
    }
  };
  const all = Promise.all(nodes.map(speakOne));
  return async () => {
    isStopped = true;
    await all;
  };
};

const incidentOf = async (client: HttpClient, key: string): Promise<string> => {
  const find = async (): Promise<string | undefined> => {
    const { body } = await client.send({ method: 'GET', path: '/v1/incidents?limit=1', key });
    return (JSON.parse(body) as { incidents: readonly { incidentId: string }[] }).incidents[0]?.incidentId;
  };
  const found = await waitFor(systemClock, find, { boundMs: INCIDENT_WITHIN_MS, everyMs: 500 });
  if (found === undefined) throw new Error('bench: no incident');
  return found;
};

/** What is read, by name; each reader begins with another one. */
const pathsOf = (incidentId: string, nowMs: number): Readonly<Record<string, string>> => {
  const from = Math.floor((nowMs - DAY_MS) / 60_000 + 1) * 60_000;
  return {
    fleet: '/v1/fleet',
    incident: `/v1/incidents/${incidentId}`,
    customers: '/v1/customers?limit=100',
    day: `/v1/windows?family=fleet&key=fleet&from=${from}&stepMs=60000`,
  };
};

const read = async (url: string, keys: readonly string[], paths: Readonly<Record<string, string>>) => {
  const client = createHttpClient(url);
  const took = new Map(Object.keys(paths).map((name) => [name, [] as number[]]));
  const names = Object.keys(paths);
  const startMs = performance.now();
  const reader = async (key: string, index: number): Promise<void> => {
    for (let turn = 0; ; turn += 1) {
      const dueMs = startMs + turn * ASK_EVERY_MS + (ASK_EVERY_MS * index) / keys.length;
      if (dueMs > startMs + WARM_MS + READ_MS) return;
      await systemClock.sleep(Math.max(0, dueMs - performance.now()));
      const name = names[(turn + index) % names.length] ?? '';
      const { status, body } = await client.send({ method: 'GET', path: paths[name] ?? '', key });
      if (status !== 200) throw new Error(`bench: ${name}: ${status} ${body.slice(0, 300)}`);
      // From when it was due: an answer that is late makes the next one late too, and that counts.
      if (dueMs > startMs + WARM_MS) took.get(name)?.push(performance.now() - dueMs);
    }
  };
  await Promise.all(keys.map(reader));
  client.close();
  return Object.fromEntries([...took].map(([name, tookMs]) => [name, figuresOf(tookMs)]));
};

const measure = async (dataDir: string, undo: (() => unknown)[]) => {
  await writeDayOfMinutes(dataDir, systemClock.nowMs());
  const adminKey = `admin.${randomBytes(24).toString('base64url')}`;
  const environment = { ADMIN_KEY: adminKey };
  const standalone = await startStandalone({ dataDir, port: await freePort(), clock: systemClock, environment });
  undo.push(standalone.stop);
  const client = createHttpClient(standalone.url);
  undo.push(client.close);
  const api = createTocsinApi(client, systemClock, adminKey);
  const nodes = pagedNodes(NODES);
  await api.registerNodes(nodes.map((node) => ({ ...node, firstCloud: false })));
  await api.registerCustomers(customersOf());
  const keys: string[] = [];
  for (let reader = 0; reader < READERS; reader += 1) keys.push(await api.createKey(`reader ${reader}`, 'viewer'));
  // Undone before the server is: nobody speaks to one that stops.
  undo.push(speak(client, await api.createKey('bench', 'ingest'), nodes));
  const paths = pathsOf(await incidentOf(client, adminKey), systemClock.nowMs());
  return read(standalone.url, keys, paths);
};

const run = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const undo: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })];
  try {
    return { costs: [], json: { readersMs: await measure(dataDir, undo) } };
  } finally {
    for (const step of undo.toReversed()) await step();
  }
};

/**
 * What fifty readers wait for while a fleet reports and an incident is open: the whole server in one process on its defaults, with the
 * embedded database and 10,000 customers. Wall time, so only a quiet machine tells the truth.
 */
export const readersBench: Bench = { name: 'readers', run };
