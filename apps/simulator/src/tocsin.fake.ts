import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  audienceDigest,
  commandKeyId,
  type Event,
  event,
  type Impact,
  type NodeReport,
  OUTCOMES,
  type OutcomeBatch,
  type RecordedEvent,
  signCommand,
} from '#contracts';
import { BAD_RELEASE, GOOD_RELEASE } from './fleet.js';
import type { Receiver } from './receiver.js';

/** What the fake does wrong. */
export interface TocsinFaults {
  /** Each so many batches one answer gets lost after the batch was counted. */
  readonly loseAnswerEvery?: number;
  /** Counts a batch again whose answer was lost. */
  readonly countTwice?: boolean;
}

/** A server with the routes a day needs; it alerts on the first failing batch and rolls everything bad back in one wave. */
export interface FakeTocsin {
  readonly url: string;
  readonly publicKey: KeyObject;
  readonly signals: readonly unknown[];
  readonly acknowledged: readonly string[];
  readonly close: () => Promise<void>;
}

/** How a batch travels to the fake: only what it looks at. */
export const fakeEncoding = {
  contentType: 'application/json',
  encode: ({ nodeId, seq, outcome, softwareVersion }: OutcomeBatch): Uint8Array => {
    const bad = [...outcome].filter((code) => OUTCOMES.find((kind) => kind.code === code)?.class === 'bad').length;
    return Buffer.from(JSON.stringify({ nodeId, seq, n: outcome.length, bad, softwareVersion }));
  },
};

const IMPACT: Impact = {
  affectedCustomers: 144,
  byTier: { tier1: 9, tier2: 35, tier3: 100 },
  score: 1_350,
  dollarsPerMinute: 675_000,
  top: [],
};
const REASON = {
  rule: 'dns_resolution_success_rate',
  signal: 'success_rate',
  text: 'success 50 % < 99 % over 1m',
  value: 50,
  threshold: 99,
  windowMs: 60_000,
  good: 1,
  bad: 1,
  tick: 1,
  coverage: 1,
};
/** Failures in one batch that are the fault and not the background. */
const BAD_PER_BATCH = 5;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};

const sendPage = async ({ url, environment }: Receiver): Promise<void> => {
  const payload = { summary: 'DNS fails', source: 'tocsin', severity: 'critical' };
  const body = { routing_key: environment['PAGERDUTY_ROUTING_KEY'], event_action: 'trigger', dedup_key: 'i-1' };
  await fetch(`${url}/v2/enqueue`, { method: 'POST', body: JSON.stringify({ ...body, payload }) });
};

const sendCommand = async (
  { environment }: Receiver,
  privateKey: KeyObject,
  publicKey: KeyObject,
  audience: string[],
  issuedAtMs: number,
): Promise<void> => {
  const wave = { commandId: 'c-1', action: 'rollback' as const, rollbackId: 'r-1', wave: 1, generation: 1 };
  const releases = { service: 'edge-dns', from: BAD_RELEASE, to: GOOD_RELEASE, reason: REASON.text };
  const nodes = { audience, audienceDigest: audienceDigest(audience) };
  const times = { issuedAtMs, expiresAtMs: issuedAtMs + 60_000 };
  const signed = signCommand({ ...wave, ...releases, ...nodes, ...times }, privateKey, commandKeyId(publicKey));
  const body = JSON.stringify({ type: 'command.issued', data: signed });
  const secret = Buffer.from((environment['DEPLOY_WEBHOOK_SECRET'] ?? '').slice('whsec_'.length), 'base64');
  const timestamp = String(Math.floor(issuedAtMs / 1_000));
  const signature = createHmac('sha256', secret).update(`d-1.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': 'd-1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  await fetch(environment['DEPLOY_WEBHOOK_URL'] ?? '', { method: 'POST', headers, body });
};

const listen = async (server: Server): Promise<{ url: string; close: () => Promise<void> }> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
};

/** Starts the fake; the receiver's environment tells it where to page and to command. */
export const startFakeTocsin = async (
  receiver: Receiver,
  nowMs: () => number,
  faults: TocsinFaults = {},
): Promise<FakeTocsin> => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const counted = new Map<string, number>();
  const lastSeq = new Map<string, number>();
  const events: RecordedEvent[] = [];
  const signals: { release?: unknown; nodes?: string[] }[] = [];
  const acknowledged: string[] = [];
  const done = new Set<string>();
  let batches = 0;

  const record = (given: Event): void => {
    const position = events.length + 1;
    const metadata = { actor: 'rules', cause: 'tick' };
    events.push({ position, stream: 's', version: 1, event: given, metadata, recordedAtMs: nowMs(), hash: '' });
  };
  const audience = (): string[] => signals.flatMap(({ nodes = [] }) => nodes);
  const alert = (): void => {
    const subject = { alertId: 'a-1', rule: REASON.rule, scope: 'fleet' as const, key: 'fleet' };
    record(event('AlertFired', { ...subject, severity: 'critical', reason: REASON, at: nowMs() }));
    record(event('IncidentImpactChanged', { incidentId: 'i-1', impact: IMPACT, at: nowMs() }));
    Promise.all([sendPage(receiver), sendCommand(receiver, privateKey, publicKey, audience(), nowMs())]).catch(
      () => undefined,
    );
  };
  const takeBatch = (body: string): boolean => {
    const batch = JSON.parse(body) as { nodeId: string; seq: number; n: number; bad: number };
    const isNew = batch.seq > (lastSeq.get(batch.nodeId) ?? 0);
    lastSeq.set(batch.nodeId, batch.seq);
    if (isNew || faults.countTwice === true) counted.set(batch.nodeId, (counted.get(batch.nodeId) ?? 0) + batch.n);
    if (batch.bad >= BAD_PER_BATCH && events.length === 0) alert();
    batches += 1;
    return faults.loseAnswerEvery === undefined || batches % faults.loseAnswerEvery !== 0;
  };
  const takeReports = (reports: readonly NodeReport[]): void => {
    for (const report of reports) if (report.type === 'answer' && report.status === 'done') done.add(report.nodeId);
    if (done.size > 0 && done.size === audience().length && events.length === 2)
      record(event('RollbackCompleted', { rollbackId: 'r-1', because: 'every wave is verified', at: nowMs() }));
  };
  const answer = (method: string, url: URL, body: string): unknown => {
    if (method === 'GET' && url.pathname === '/v1/nodes')
      return { nodes: [...counted].map(([nodeId, count]) => ({ nodeId, counted: count, late: 0 })), next: null };
    if (method === 'GET') return { events: events.slice(Number(url.searchParams.get('after'))) };
    if (url.pathname === '/v1/keys') return { key: 'k.s' };
    if (url.pathname === '/v1/signals') signals.push(JSON.parse(body) as { nodes: string[] });
    if (url.pathname === '/v1/telemetry/nodes') takeReports(JSON.parse(body) as NodeReport[]);
    if (url.pathname.startsWith('/v1/incidents/')) acknowledged.push(url.pathname);
    return {};
  };
  const server: Server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (url.pathname !== '/v1/telemetry/outcomes') {
        response.end(JSON.stringify(answer(request.method ?? '', url, body)));
      } else if (takeBatch(body)) {
        response.writeHead(202).end('{}');
      } else {
        request.socket.destroy();
      }
    });
  });
  return { ...(await listen(server)), publicKey, signals, acknowledged };
};
