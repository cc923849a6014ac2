import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE, encodeProtobuf } from '#contracts';
import { systemClock, waitFor } from '../../apps/simulator/src/clock.js';
import { createHttpClient, type HttpClient } from '../../apps/simulator/src/http-client.js';
import { freePort, startStandalone } from '../../apps/simulator/src/standalone-process.js';
import { createTocsinApi } from '../../apps/simulator/src/tocsin-api.js';
import type { Bench } from './bench.js';
import { failingBatch, goodBatch, type PagedNode, pagedNodes } from './paged-nodes.js';

/** Faults that are timed, two minutes of them. Of forty the p99 is the slowest. */
const FAULTS = 40;
/** A fault is one node of these, so small a part of the fleet that nothing else pages. */
const NODES = 60;
/** As an agent posts. */
const BATCH_MS = 250;
/** What healthy nodes tell, each second. */
const HEALTHY_MS = 1_000;
/** Windows know the fleet before the first fault. */
const LEAD_MS = 15_000;
/** A page that has not come by then is missed: it counts as one that took this long, and is counted apart as well. */
const PAGE_BOUND_MS = 15_000;
/** Between two faults, so that they are not one. */
const PAUSE_MS = 1_500;

interface Arrival {
  readonly atMs: number;
  readonly body: string;
}

/** Takes webhooks and notes when each began to arrive. */
const startReceiver = async () => {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const atMs = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      arrivals.push({ atMs, body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, arrivals, close };
};

/** Posts what nodes say, as their agents would. */
const poster =
  (client: HttpClient, key: string) =>
  async (batch: ReturnType<typeof goodBatch>): Promise<void> => {
    const body = encodeProtobuf(batch);
    const sent = { method: 'POST' as const, path: '/v1/telemetry/outcomes', key, contentType: CONTENT_TYPE.protobuf };
    const { status, body: said } = await client.send({ ...sent, body });
    if (status >= 300) throw new Error(`bench: a batch was refused: ${status} ${said.slice(0, 300)}`);
  };

type Post = ReturnType<typeof poster>;

/** Lets one node fail until its page arrives; ms from the first failing outcome that was posted, undefined when none came. */
const timeFault = async (node: PagedNode, post: Post, arrivals: readonly Arrival[]): Promise<number | undefined> => {
  const from = arrivals.length;
  const startedMs = performance.now();
  const isPage = ({ body }: Arrival): boolean => body.includes('incident.opened') && body.includes(node.prefix);
  node.isFailing = true;
  const find = async (): Promise<Arrival | undefined> => {
    const paged = arrivals.slice(from).find(isPage);
    if (paged === undefined) await post(failingBatch(node, systemClock.nowMs(), BATCH_MS));
    return paged;
  };
  const paged = await waitFor(systemClock, find, { boundMs: PAGE_BOUND_MS, everyMs: BATCH_MS });
  node.isFailing = false;
  return paged === undefined ? undefined : paged.atMs - startedMs;
};

/** Lets the healthy nodes speak until it is stopped. */
const speak = (nodes: readonly PagedNode[], post: Post): (() => Promise<void>) => {
  let isStopped = false;
  const speakOne = async (node: PagedNode, index: number): Promise<void> => {
    await systemClock.sleep((HEALTHY_MS * index) / nodes.length);
    while (!isStopped) {
      if (!node.isFailing) await post(goodBatch(node, systemClock.nowMs(), HEALTHY_MS));
      await systemClock.sleep(HEALTHY_MS);
    }
  };
  const all = Promise.all(nodes.map(speakOne));
  return async () => {
    isStopped = true;
    await all;
  };
};

const at = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);

const measure = async (dataDir: string, undo: (() => unknown)[]) => {
  const receiver = await startReceiver();
  undo.push(receiver.close);
  const adminKey = `admin.${randomBytes(24).toString('base64url')}`;
  const environment = {
    ADMIN_KEY: adminKey,
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
  };
  const standalone = await startStandalone({ dataDir, port: await freePort(), clock: systemClock, environment });
  undo.push(standalone.stop);
  const client = createHttpClient(standalone.url);
  undo.push(client.close);
  const api = createTocsinApi(client, systemClock, adminKey);
  const nodes = pagedNodes(NODES);
  await api.registerNodes(nodes.map((node) => ({ ...node, firstCloud: false })));
  const post = poster(client, await api.createKey('bench', 'ingest'));
  const stopSpeaking = speak(nodes, post);
  await systemClock.sleep(LEAD_MS);
  const tookMs: (number | undefined)[] = [];
  for (const node of nodes.slice(0, FAULTS)) {
    tookMs.push(await timeFault(node, post, receiver.arrivals));
    await systemClock.sleep(PAUSE_MS);
  }
  await stopSpeaking();
  return tookMs;
};

const run = async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tocsin-bench-'));
  const undo: (() => unknown)[] = [() => rmSync(dataDir, { recursive: true, force: true })];
  try {
    const tookMs = await measure(dataDir, undo);
    const missed = tookMs.filter((took) => took === undefined).length;
    // Left out, the worst faults would make the figures better.
    const sorted = tookMs.map((took) => took ?? PAGE_BOUND_MS).toSorted((a, b) => a - b);
    const figures = { p50: at(sorted, 0.5), p99: at(sorted, 0.99), max: at(sorted, 1) };
    return { costs: [], json: { firstFailureToPageMs: { ...figures, faults: FAULTS, missed } } };
  } finally {
    for (const step of undo.toReversed()) await step();
  }
};

/**
 * From the first failing outcome that is posted to the page's HTTP request at its receiver: the whole server in one process of its own on
 * its defaults, with the embedded database. Wall time, so only a quiet machine tells the truth.
 */
export const firstPageBench: Bench = { name: 'first-page', run };
