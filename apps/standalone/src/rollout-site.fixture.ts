import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PrincipalRole, RecordedEvent, Release, RolloutPlan } from '#contracts';
import { PROBE_FAMILIES } from '#domain';
import { aggregator } from '../../aggregator/src/aggregator.role.js';
import { api } from '../../api/src/api.role.js';
import { dispatcher } from '../../dispatcher/src/dispatcher.role.js';
import { gateway } from '../../gateway/src/gateway.role.js';
import { rules } from '../../rules/src/rules.role.js';
import { signer } from '../../signer/src/signer.role.js';
import { commandKeys, DeploySystem } from './deploy-system.fixture.js';
import { type Answer, EventTimeServer } from './event-time-server.fixture.js';
import { ToldFleet } from './told-fleet.fixture.js';

/** Releases: what runs, one that is well, one that fails, and another that is well. */
export const [GOOD, NEXT, BAD, OTHER] = ['4', '5', '6', '7'].map((patch) => {
  return { softwareVersion: `v2.1.${patch}`, configRev: `c4${patch}` };
}) as [Release, Release, Release, Release];
const STARTS_AT_MS = Date.UTC(2021, 6, 22, 11, 47);
const DAY_MS = 86_400_000;
const ALL = [gateway, aggregator, rules, signer, dispatcher, api];
/** A step of the server: nobody looks more often. */
export const LOOK_S = 7;
/** Success stays above what any rule of the default set pages for: the gate alone sees it. */
const BAD_FAILING = 0.008;
const HEALTHY_FAILING = 0.0005;

/**
 * The shares of the study, judged by figures that some seconds of this fleet can tell apart. A stage lasts so long that its command is
 * executed, which is at the end of a step, before anybody is called because nothing is known after twice its duration.
 */
export const PLAN: RolloutPlan = {
  stages: [1, 5, 25, 45, 65, 85, 100].map((sharePercent, index) => ({
    name: index === 0 ? 'canary' : `to-${sharePercent}`,
    sharePercent,
    durationMs: 8_000,
    gate: { failing: { healthy: 0.001, faulty: 0.006 } },
    ...(index === 0 && { needsApproval: true }),
  })),
};

/** Whether two are the same release. */
export const isSame = (a: Release, b: Release): boolean =>
  a.softwareVersion === b.softwareVersion && a.configRev === b.configRev;

/** A message as a pager gets it. */
interface Paged {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Takes whatever is sent. */
interface Pager {
  readonly url: string;
  readonly messages: readonly Paged[];
  readonly close: () => Promise<void>;
}

const startPager = async (): Promise<Pager> => {
  const messages: Paged[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      messages.push(JSON.parse(body) as Paged);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const close = async (): Promise<void> => {
    http.closeAllConnections();
    await new Promise((done) => http.close(done));
  };
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, messages, close };
};

/** The server with all of its roles, a fleet, a deploy system and a pager. */
export class Site {
  private constructor(
    readonly server: EventTimeServer,
    readonly fleet: ToldFleet,
    readonly deploys: DeploySystem,
    readonly pager: Pager,
    private readonly keys: ReadonlyMap<PrincipalRole, string>,
  ) {}

  static async open(fleet: ToldFleet): Promise<Site> {
    const secret = randomBytes(32);
    const pager = await startPager();
    const keys = commandKeys();
    const environment = {
      COMMAND_PRIVATE_KEY: keys.pem,
      WEBHOOK_URL: pager.url,
      WEBHOOK_SECRET: `whsec_${secret.toString('base64')}`,
    };
    const server = await EventTimeServer.open(ALL, fleet, STARTS_AT_MS, environment);
    const roles = ['admin', 'operator', 'deploy', 'viewer', 'incident_commander'] as const;
    const held = await Promise.all(roles.map(async (role) => [role, await server.keyOf(role)] as const));
    return new Site(server, fleet, await DeploySystem.beside(server, fleet, keys), pager, new Map(held));
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.pager.close();
  }

  keyOf(role: PrincipalRole): string {
    const key = this.keys.get(role);
    if (key === undefined) throw new Error(`no key of role ${role}`);
    return key;
  }

  ask(role: PrincipalRole, path: string, body?: unknown): Promise<Answer> {
    return this.server.ask(this.keyOf(role), path, body);
  }

  /** Asks for what must be answered. */
  async told(role: PrincipalRole, path: string, body?: unknown): Promise<Answer['body']> {
    const { status, body: answer } = await this.ask(role, path, body);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  }

  gate(rolloutId: string, stage?: string): Promise<Answer['body']> {
    return this.told('deploy', `/v1/rollouts/${rolloutId}/gate${stage === undefined ? '' : `?stage=${stage}`}`);
  }

  async statusOf(rolloutId: string): Promise<string> {
    return (await this.told('viewer', `/v1/rollouts/${rolloutId}`)).rollout.status as string;
  }

  async events(): Promise<readonly RecordedEvent[]> {
    const all: RecordedEvent[] = [];
    for (;;) {
      const { events } = await this.told('viewer', `/v1/events?after=${all.at(-1)?.position ?? 0}`);
      if ((events as readonly RecordedEvent[]).length === 0) return all;
      all.push(...(events as readonly RecordedEvent[]));
    }
  }

  /** Types of the events of a stream. */
  async typesOf(stream: string): Promise<readonly string[]> {
    return (await this.events()).filter((each) => each.stream === stream).map(({ event: { type } }) => type);
  }

  /** Tells time until something holds; fails when it does not within so many seconds of it. */
  async playUntil(what: string, holds: () => Promise<boolean>, secondsMax = 200): Promise<void> {
    for (let left = secondsMax; left > 0; left -= LOOK_S) {
      if (await holds()) return;
      await this.server.play(LOOK_S);
    }
    const last = (await this.events()).slice(-30).map(({ stream, event }) => `${stream} ${JSON.stringify(event)}`);
    throw new Error(`${secondsMax} s in vain until ${what}; at last:\n${last.join('\n')}`);
  }

  async attest(release: Release): Promise<void> {
    const of = { service: 'dns', release };
    const attested = { ...of, goodSinceMs: STARTS_AT_MS - 2 * DAY_MS, nodes: 8, isRollbackSafe: true };
    await this.told('operator', '/v1/releases/attestations', attested);
    await this.told('deploy', '/v1/releases/rehearsals', { ...of, passed: true, detail: 'in staging' });
  }

  declare(rolloutId: string, release: Release, previous: Release, nodes: readonly string[] = []): Promise<Answer> {
    const wanted = { rolloutId, service: 'dns', release, previous, mode: 'driving', plan: PLAN, nodes };
    return this.ask('deploy', '/v1/rollouts', wanted);
  }

  async completePreflight(rolloutId: string): Promise<void> {
    const risk = { risk: 'low', author: 'Ana', text: 'a parser of long names' };
    await this.told('deploy', `/v1/rollouts/${rolloutId}/risk`, risk);
    const families = PROBE_FAMILIES.map((family) => ({ family, passed: true }));
    const nodeId = this.fleet.nodes[0]?.nodeId;
    await this.told('deploy', `/v1/rollouts/${rolloutId}/load-tests`, { nodeId, families });
  }

  async approve(rolloutId: string): Promise<void> {
    await this.playUntil('the canary waits for a person', async () => {
      return (await this.gate(rolloutId)).waitsFor === 'approval';
    });
  }

  /** The command line, as a person starts it; what it printed, and how it ended. */
  async cli(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    const main = fileURLToPath(new URL('../../cli/src/main.js', import.meta.url));
    const key = this.keyOf('operator').replace('Bearer ', '');
    const args = [main, ...words, '--url', this.server.url, '--key', key];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return { code: 0, text: stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, text: `${stdout}${stderr}` };
    }
  }
}

/** Eight nodes that serve so many customers alike; a release fails. */
export const fleetOf = (customers: number, bad: Release): ToldFleet => {
  const shares = Array.from({ length: customers }, (_, index) => {
    return { customerId: `c${index + 1}`, tier: 'tier3', share: 1 / customers } as const;
  });
  const fleet = new ToldFleet(['asia', 'us-east'], 4, GOOD, shares);
  for (const node of fleet.nodes) node.failing = () => (isSame(node.release, bad) ? BAD_FAILING : HEALTHY_FAILING);
  return fleet;
};
