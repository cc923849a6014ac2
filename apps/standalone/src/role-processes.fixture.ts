import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { CONTENT_TYPE } from '#contracts';
import { type RoleName, systemClock } from '#runtime';
import { until } from '#testing';

/** A server process of its own. */
export interface RoleProcess {
  readonly url: string;
  /** What it logged so far, one entry a line. */
  readonly lines: () => readonly Readonly<Record<string, unknown>>[];
  /** Asks it to end and waits; answers its exit status. */
  readonly stop: () => Promise<number | null>;
  /** Ends it as a power cut would. */
  readonly kill: () => Promise<void>;
}

const READY_MS = 60_000;

const parse = (line: string): Readonly<Record<string, unknown>>[] => {
  try {
    return [JSON.parse(line) as Record<string, unknown>];
  } catch {
    return [];
  }
};

const collect = (child: ChildProcess): (() => readonly Readonly<Record<string, unknown>>[]) => {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text.split('\n').flatMap(parse);
};

/** Starts a main of `apps/` on a free port and waits until it serves; what it says when it does not is in the error. */
export const startProcess = async (
  main: RoleName | 'standalone',
  environment: Readonly<Record<string, string>>,
): Promise<RoleProcess> => {
  const path = fileURLToPath(new URL(`../../${main}/src/main.js`, import.meta.url));
  const env = { PATH: process.env['PATH'], LOG_LEVEL: 'info', PORT: '0', ...environment };
  const child = spawn(process.execPath, ['--enable-source-maps', path], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const lines = collect(child);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return (await exited)[0];
  };
  const look = (): string | undefined => {
    if (child.exitCode !== null) throw new Error(`start ${main}: status ${child.exitCode}: ${JSON.stringify(lines())}`);
    return lines().find(({ msg }) => msg === 'serving')?.['url'] as string | undefined;
  };
  const url = await until(`${main} serves`, look, READY_MS);
  return { url, lines, stop: () => end('SIGTERM'), kill: async () => void (await end('SIGKILL')) };
};

/** Waits until `/readyz` says 200. */
export const untilReady = ({ url }: RoleProcess): Promise<unknown> =>
  until(`${url} is ready`, async () => (await fetch(`${url}/readyz`)).status === 200, READY_MS);

/** Asks a process something; a body is JSON unless told. */
export const ask = async (
  { url }: RoleProcess,
  path: string,
  key: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> => {
  const response = await fetch(new URL(path, url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': contentType },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

/** A batch of a node: `size` answers of now, of which `failed` are SERVFAIL. */
export interface SentOutcomes {
  readonly nodeId: string;
  readonly seq: number;
  readonly size: number;
  readonly failed: number;
  readonly nowMs: number;
  /** The prober that saw them; absent: the node itself. */
  readonly observerId?: string;
}

/** Sends a batch as columns in JSON, under the key of the node or the prober. */
export const sendOutcomes = (
  gateway: RoleProcess,
  key: string,
  { nodeId, seq, size, failed, nowMs, observerId }: SentOutcomes,
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const column = (of: (isFailed: boolean) => number): number[] =>
    Array.from({ length: size }, (_, index) => of(index < failed));
  const batch = {
    schema: 1,
    node_id: nodeId,
    agent_boot_id: '1',
    seq,
    pop: 'iad-1',
    region: 'us-east',
    software_version: 'v2.1.5',
    config_rev: 'c42',
    ...(observerId === undefined ? { vantage: 0 } : { vantage: 2, observer_id: observerId }),
    t0_us: nowMs * 1_000,
    zones: ['delta.example'],
    dt_us: column(() => 0),
    zone_ix: column(() => 0),
    latency_us: column(() => 15_000),
    outcome: column((isFailed) => (isFailed ? 10 : 0)),
    rcode: column((isFailed) => (isFailed ? 2 : 0)),
    qtype: column(() => 1),
    transport: column(() => 1),
    flags: column(() => 0),
  };
  const topic = observerId === undefined ? 'outcomes' : 'probes';
  return ask(gateway, `/v1/telemetry/${topic}`, key, batch, CONTENT_TYPE.jsonColumns);
};

/** A pager of the dispatcher's own kind: takes every PagerDuty event and keeps it. */
export const startPager = async (): Promise<{
  readonly url: string;
  /** `atMs`: when it came. */
  readonly events: readonly { readonly event_action: string; readonly dedup_key: string; readonly atMs: number }[];
  readonly close: () => Promise<unknown>;
}> => {
  const events: { event_action: string; dedup_key: string; atMs: number }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      events.push({ ...(JSON.parse(text) as (typeof events)[number]), atMs: systemClock.nowMs() });
      response.writeHead(202, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: 'success', dedup_key: events.at(-1)?.dedup_key }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, events, close };
};
