import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createKnot,
  databaseUrlOf,
  KNOT_ZONES,
  type KnotServer,
  mixedQuery,
  type OpenLoopQueries,
  openTestDatabase,
  sendQueries,
  type TestDatabase,
} from '#testing';
import { ask, type RoleProcess, startPager, startProcess, untilReady } from './role-processes.fixture.js';

/** The key of the administrator of a site. */
export const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
/** The node beside which the agent runs. */
export const NODE = { nodeId: 'edge-1', pop: 'fra1', region: 'europe' } as const;

/** What clients ask a second, and what the outside prober asks. */
const LOAD_PER_SECOND = 500;
const OUTSIDE_PER_SECOND = 100;

/** A process of a packaged app: what its users start. */
export interface AppProcess {
  readonly child: ChildProcess;
  /** Everything it said. */
  readonly said: () => string;
  /** Ends it by a signal and waits; answers its exit status. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
}

/** Starts `apps/<app>` as a process of its own. */
export const startApp = (app: string, words: readonly string[], environment: Record<string, string>): AppProcess => {
  const path = fileURLToPath(new URL(`../../${app}/src/main.js`, import.meta.url));
  const env = { PATH: process.env['PATH'], ...environment };
  const child = spawn(process.execPath, ['--enable-source-maps', path, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return {
    child,
    said: () => text,
    end: async (signal) => {
      child.kill(signal);
      return (await exited)[0];
    },
  };
};

/** Numbers from 0 to 1, the same each time. */
const seeded = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Names that every server of the site answers. */
const KNOWN_HOSTS = ['www', 'api', 'mail'] as const;

/** A whole site: a server of Tocsin, a DNS server with clients, an agent beside it, and somebody outside who asks for himself. */
export class EdgeSite {
  readonly folder: string;
  readonly knot: KnotServer;
  readonly pager: Awaited<ReturnType<typeof startPager>>;
  server: RoleProcess;
  private readonly running = new Set<AppProcess>();
  private readonly queries: OpenLoopQueries[] = [];

  private constructor(
    parts: Pick<EdgeSite, 'folder' | 'knot' | 'pager' | 'server'>,
    private readonly test: TestDatabase,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.folder = parts.folder;
    this.knot = parts.knot;
    this.pager = parts.pager;
    this.server = parts.server;
  }

  static async open(): Promise<EdgeSite> {
    const folder = await mkdtemp(join(tmpdir(), 'tocsin-site-'));
    const [test, pager] = await Promise.all([openTestDatabase(), startPager()]);
    const environment = {
      DATABASE_URL: databaseUrlOf(test.connection),
      DATA_DIR: join(folder, 'data'),
      ADMIN_KEY,
      PAGERDUTY_ROUTING_KEY: 'r'.repeat(32),
      PAGERDUTY_URL: pager.url,
    };
    const server = await startProcess('standalone', environment);
    await untilReady(server);
    const knot = await createKnot({ directory: folder, tapSocket: join(folder, 'tap.sock'), version: '2.1.5' });
    const site = new EdgeSite({ folder, knot, pager, server }, test, environment);
    await site.ask('/v1/nodes', { nodes: [NODE] });
    return site;
  }

  get database(): TestDatabase['database'] {
    return this.test.database;
  }

  async ask(path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const answer = await ask(this.server, path, ADMIN_KEY, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Makes a key of a machine. */
  async keyOf(role: string, nodeId?: string): Promise<string> {
    const { key } = await this.ask('/v1/keys', {
      name: `${role} ${nodeId ?? ''}`,
      role,
      ...(nodeId && { nodeId }),
      comment: 'test',
    });
    return String(key);
  }

  /** Starts the agent beside the server. */
  async startAgent(environment: Readonly<Record<string, string>> = {}): Promise<AppProcess> {
    const given = {
      TOCSIN_TAP: `unix:${join(this.folder, 'tap.sock')}`,
      TOCSIN_GATEWAY: this.server.url,
      TOCSIN_KEY: await this.keyOf('node', NODE.nodeId),
      TOCSIN_NODE: NODE.nodeId,
      TOCSIN_POP: NODE.pop,
      TOCSIN_REGION: NODE.region,
      TOCSIN_SOFTWARE_VERSION: 'v2.1.5',
      TOCSIN_CONFIG_REV: 'c42',
      TOCSIN_ZONES: KNOT_ZONES.join(','),
      ...environment,
    };
    return this.keep(startApp('edge-agent', [], given));
  }

  /** Starts a prober that asks the node for names that it must answer, ten times a second. */
  async startProber(): Promise<AppProcess> {
    const [keyFile, config] = [join(this.folder, 'prober.key'), join(this.folder, 'prober.yml')];
    await writeFile(keyFile, await this.keyOf('prober'), { mode: 0o600 });
    const zones = KNOT_ZONES.map(
      (zone) => `      - { zone: ${zone}, name: www.${zone}, type: A, expect: { data: [192.0.2.11] } }`,
    );
    const text = `id: prober-1
gateway: ${this.server.url}
key_file: ${keyFile}
groups:
  - zones:
${zones.join('\n')}
    nodes:
      - { id: ${NODE.nodeId}, pop: ${NODE.pop}, region: ${NODE.region}, address: 127.0.0.1, port: ${this.knot.port} }
rhythms:
  normal: { every: 100ms }
`;
    await writeFile(config, text);
    return this.keep(startApp('prober', ['--config', config], {}));
  }

  /** A process that ends with the site, at the latest. */
  keep(started: AppProcess): AppProcess {
    this.running.add(started);
    return started;
  }

  /** Clients, each second as many whatever is answered. */
  async startLoad(perSecond = LOAD_PER_SECOND): Promise<OpenLoopQueries> {
    const random = seeded(1);
    return this.asking(perSecond, () => mixedQuery(random));
  }

  /** Somebody outside who knows what every server must answer. */
  async startOutside(): Promise<OpenLoopQueries> {
    let sent = 0;
    return this.asking(OUTSIDE_PER_SECOND, () => {
      const host = KNOWN_HOSTS[sent++ % KNOWN_HOSTS.length] ?? 'www';
      return { name: `${host}.${KNOT_ZONES[sent % KNOT_ZONES.length]}`, type: 1 };
    });
  }

  /** The server's process is killed as a power cut would, and comes back on its port when `after` has ended. */
  async interrupt(after: () => Promise<void>): Promise<void> {
    const { port } = new URL(this.server.url);
    await this.server.kill();
    await after();
    this.server = await startProcess('standalone', { ...this.environment, PORT: port });
    await untilReady(this.server);
  }

  /** What is counted of the node. */
  async counted(): Promise<Readonly<Record<string, unknown>>> {
    const { nodes } = (await this.ask('/v1/nodes')) as { nodes: readonly Record<string, unknown>[] };
    return nodes.find(({ nodeId }) => nodeId === NODE.nodeId) ?? {};
  }

  async close(): Promise<void> {
    await Promise.all(this.queries.map((queries) => queries.stop()));
    await Promise.all([...this.running].map((one) => one.end('SIGKILL')));
    this.knot.signal('SIGCONT');
    await this.knot.end('SIGKILL');
    await this.server.stop();
    await this.pager.close();
    await this.test.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async asking(perSecond: number, next: Parameters<typeof sendQueries>[0]['next']): Promise<OpenLoopQueries> {
    const queries = await sendQueries({ port: this.knot.port, perSecond, next });
    this.queries.push(queries);
    return queries;
  }
}
