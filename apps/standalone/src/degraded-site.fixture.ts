import { readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '#runtime';
import { ask, type RoleProcess, sendOutcomes, startPager } from './role-processes.fixture.js';

/** The first administrator's key of a site. */
export const SITE_ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const NODES = ['n1', 'n2', 'n3'];
const BATCH = 200;

/** A service outside that pages when it hears nothing: as those for cron jobs do. */
export const startOutside = async (): Promise<{
  readonly url: string;
  /** When it was told that all is well. */
  readonly beats: readonly number[];
  readonly close: () => Promise<void>;
}> => {
  const beats: number[] = [];
  const server = createServer((request, response) => {
    request.resume();
    beats.push(systemClock.nowMs());
    response.writeHead(200).end('OK');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping`, beats, close };
};

const parentOf = (pid: string): number => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
};

/** Sends a signal to the server of an embedded PostgreSQL and to all its processes: SIGSTOP hangs them, SIGCONT lets them go on. */
export const signalPostgres = (dataDir: string, signal: 'SIGSTOP' | 'SIGCONT'): void => {
  const postmaster = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(postmaster, signal);
  for (const name of readdirSync('/proc'))
    if (/^\d+$/.test(name) && parentOf(name) === postmaster) process.kill(Number(name), signal);
};

/** A server of three nodes, and who is paged by it. */
export class Site {
  private readonly keys = new Map<string, string>();
  private seq = 0;

  private constructor(
    readonly server: RoleProcess,
    readonly pager: Awaited<ReturnType<typeof startPager>>,
  ) {}

  /** Registers the nodes, each with its key. */
  static async open(server: RoleProcess, pager: Awaited<ReturnType<typeof startPager>>): Promise<Site> {
    const site = new Site(server, pager);
    const nodes = NODES.map((nodeId) => ({ nodeId, pop: 'iad-1', region: 'us-east' }));
    await ask(server, '/v1/nodes', SITE_ADMIN_KEY, { nodes });
    for (const nodeId of NODES) {
      const made = await ask(server, '/v1/keys', SITE_ADMIN_KEY, {
        name: `agent of ${nodeId}`,
        role: 'node',
        nodeId,
        comment: 'test',
      });
      site.keys.set(nodeId, String(made.body['key']));
    }
    return site;
  }

  /** One batch of each node, of which so many of a hundred answers fail; the statuses that were answered. */
  async send(failing: number): Promise<readonly number[]> {
    this.seq += 1;
    const failed = (BATCH * failing) / 100;
    const batch = { seq: this.seq, size: BATCH, failed, nowMs: systemClock.nowMs() };
    const sent = NODES.map((nodeId) => sendOutcomes(this.server, this.keys.get(nodeId) ?? '', { ...batch, nodeId }));
    return (await Promise.all(sent)).map(({ status }) => status);
  }

  /** When the first page came that a guard lets through. */
  pagedAtMs(isMeant: (dedupKey: string) => boolean): number | undefined {
    const isPage = ({ event_action, dedup_key }: (typeof this.pager.events)[number]): boolean =>
      event_action === 'trigger' && isMeant(dedup_key);
    return this.pager.events.find(isPage)?.atMs;
  }
}
