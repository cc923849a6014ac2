import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audienceDigest, type Command, commandKeyId, signCommand } from '#contracts';
import { systemClock } from '#runtime';
import { until } from '#testing';
import { webhookChannel } from './channels/webhook.channel.js';

const EXAMPLES = join(process.cwd(), 'docs/executors');
/** Where a machine has no Python, or an openssl without Ed25519, that example cannot run. */
const hasPython = ['python3 -c "import http.server"', 'openssl pkeyutl -help'].every(
  (line) => spawnSync('sh', ['-c', line]).status === 0,
);
const RECEIVERS: readonly (readonly [string, string, string])[] = [
  ['Node', process.execPath, 'receiver.mjs'],
  ...(hasPython ? ([['Python', 'python3', 'receiver.py']] as const) : []),
];

const trusted = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const secret = randomBytes(32);

const commandOf = (generation: number, changes: Partial<Command> = {}): Command => {
  const issuedAtMs = changes.issuedAtMs ?? systemClock.nowMs();
  const audience = changes.audience ?? ['n1', 'n2'];
  return {
    commandId: `c-${generation}`,
    action: 'deploy',
    rolloutId: 'ro1',
    wave: 1,
    generation,
    service: 'dns',
    from: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    to: { softwareVersion: 'v2.1.5', configRev: 'c42' },
    audience,
    audienceDigest: audienceDigest(audience),
    issuedAtMs,
    expiresAtMs: issuedAtMs + 120_000,
    reason: 'stage canary',
    ...changes,
  };
};

/** What the dispatcher sends of a command. */
const requestOf = (
  command: Command,
  key: KeyObject = trusted.privateKey,
  sent: { key?: Buffer; atMs?: number } = {},
) => {
  const channel = webhookChannel({
    name: 'deploy',
    subject: 'command',
    url: new URL('http://x'),
    secret: sent.key ?? secret,
  });
  const signed = signCommand(command, key, commandKeyId(trusted.publicKey));
  const delivery = { deliveryId: `d-${command.commandId}`, action: 'command', dedupKey: command.commandId } as const;
  return channel.requestOf({ ...delivery, subject: 'command', body: { signed } }, sent.atMs ?? systemClock.nowMs());
};

/** A gateway that takes answers, a program that writes down how it was started, and the executor between them. */
class Site {
  readonly folder = mkdtempSync(join(tmpdir(), 'tocsin-executor-'));
  readonly answers: { nodeId: string; commandId: string; status: string; detail: string; authorization: string }[] = [];
  private gateway: Server | undefined;
  private child: ChildProcess | undefined;
  private said = '';

  constructor(
    private readonly program: string,
    private readonly script: string,
  ) {}

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => void (body += chunk.toString()));
      request.on('end', () => {
        const { authorization = '' } = request.headers;
        for (const each of JSON.parse(body) as Site['answers']) this.answers.push({ ...each, authorization });
        response.writeHead(202).end();
      });
    });
    this.gateway = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.configure((server.address() as AddressInfo).port);
    await this.run();
  }

  /** Begins the executor, again after a kill. */
  async run(): Promise<void> {
    this.said = '';
    const args = [join(EXAMPLES, this.script), this.file('executor.json')];
    this.child = spawn(this.program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => void (this.said += chunk.toString()));
    await until('it listens', () => /listening on \d+/.test(this.said));
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    this.gateway?.closeAllConnections();
    await new Promise((resolve) => this.gateway?.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  readonly deliver = async ({ headers, body }: ReturnType<typeof requestOf>): Promise<number> => {
    const port = /listening on (\d+)/.exec(this.said)?.[1];
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body })).status;
  };

  /** The argument vectors of everything that was started. */
  started(): readonly string[] {
    const file = this.file('started');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  }

  private file(name: string): string {
    return join(this.folder, name);
  }

  private configure(port: number): void {
    writeFileSync(this.file('secret'), `whsec_${secret.toString('base64')}\n`);
    writeFileSync(this.file('key.pem'), trusted.publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(this.file('deploy-key'), 'deploy.secret\n');
    const config = JSON.parse(readFileSync(join(EXAMPLES, 'executor.json'), 'utf8')) as Record<string, unknown>;
    const script = `echo "$0 $@ $(cat | wc -c)" >> ${this.file('started')}; echo all right`;
    const changes = {
      listen: { host: '127.0.0.1', port: 0 },
      webhookSecretFile: this.file('secret'),
      publicKeyFile: this.file('key.pem'),
      journal: this.file('journal'),
      speaksFor: ['n1', 'n2', 'cloudflare_dns'],
      gateway: { url: `http://127.0.0.1:${port}`, keyFile: this.file('deploy-key') },
      programs: {
        deploy: ['sh', '-c', script, 'deploy', '{audience}', '{software_version}', '{config_rev}'],
        fall_back: ['sh', '-c', script, 'fall_back', '{audience}', '{customer}'],
        rollback: ['sh', '-c', 'exit 3'],
      },
    };
    writeFileSync(this.file('executor.json'), JSON.stringify({ ...config, ...changes }));
  }
}

describe.each(RECEIVERS)('the executor example in %s', (_, program, script) => {
  const site = new Site(program, script);
  let generation = 100;
  const next = (changes: Partial<Command> = {}): Command => commandOf((generation += 1), changes);
  const statusesOf = ({ commandId }: Command): readonly string[] =>
    site.answers.filter((each) => each.commandId === commandId && each.nodeId !== 'n2').map(({ status }) => status);
  const isAnswered = (command: Command): boolean => statusesOf(command).some((each) => each !== 'accepted');

  beforeAll(() => site.start());
  afterAll(() => site.stop());

  it('R25, R58: runs the program of a signed command with its audience and release, and answers for each node', async () => {
    const command = next();
    await expect(site.deliver(requestOf(command))).resolves.toBe(202);
    await until('it is answered', () => isAnswered(command));
    expect(site.started()).toEqual([expect.stringMatching(/^deploy n1,n2 v2\.1\.5 c42 +\d{3}$/)]);
    const done = site.answers.filter(({ status }) => status === 'done');
    expect(done.map(({ nodeId }) => nodeId)).toEqual(['n1', 'n2']);
    expect(done[0]).toMatchObject({ softwareVersion: 'v2.1.5', authorization: 'Bearer deploy.secret' });
    expect(done[0]?.detail).toContain('all right');
  });

  it('R60: does so for a provider and its customer', async () => {
    const { rolloutId: _rollout, ...rest } = next({ action: 'fall_back', audience: ['cloudflare_dns'] });
    const customer = { customerId: 'bank', domains: ['bank.example'], workaround: 'ask 1.1.1.1' };
    const command: Command = { ...rest, fallbackId: 'f1', customer };
    await expect(site.deliver(requestOf(command))).resolves.toBe(202);
    await until('it is answered', () => isAnswered(command));
    expect(site.started().at(-1)).toMatch(/^fall_back cloudflare_dns bank /);
  });

  it('answers failed when its program fails, and refused when it has none', async () => {
    const [failing, unknown] = [next({ action: 'rollback' }), next({ action: 'drain' })];
    for (const each of [failing, unknown]) await expect(site.deliver(requestOf(each))).resolves.toBe(202);
    await until('it is answered', () => isAnswered(failing) && isAnswered(unknown));
    expect([statusesOf(failing), statusesOf(unknown)]).toEqual([expect.arrayContaining(['failed']), ['refused']]);
  });

  it('RAIL-12: runs a command once, however often it comes, also after a kill', async () => {
    const command = next();
    await expect(site.deliver(requestOf(command))).resolves.toBe(202);
    await until('it is answered', () => isAnswered(command));
    const count = site.started().length;
    await expect(site.deliver(requestOf(command))).resolves.toBe(200);
    await site.kill();
    await site.run();
    await expect(site.deliver(requestOf(command))).resolves.toBe(200);
    const other = next();
    await expect(site.deliver(requestOf(other))).resolves.toBe(202);
    await until('it is answered', () => isAnswered(other));
    expect(site.started()).toHaveLength(count + 1);
  });

  it.each<[string, number, () => ReturnType<typeof requestOf>]>([
    ['that another key signed', 422, () => requestOf(next(), stranger.privateKey)],
    ['whose generation is old', 422, () => requestOf(commandOf(3, { commandId: 'old' }))],
    ['that has expired', 422, () => requestOf(next({ issuedAtMs: systemClock.nowMs() - 126_000 }))],
    ['that lives longer than it may', 422, () => requestOf(next({ expiresAtMs: systemClock.nowMs() + 600_000 }))],
    ['of the future', 422, () => requestOf(next({ issuedAtMs: systemClock.nowMs() + 60_000 }))],
    ['for somebody else as well', 422, () => requestOf(next({ audience: ['n1', 'n9'] }))],
    ['for nobody', 422, () => requestOf(next({ audience: [] }))],
    ['whose audience was altered', 422, () => requestOf(next({ audienceDigest: audienceDigest(['n1']) }))],
    ['in a webhook of another secret', 401, () => requestOf(next(), trusted.privateKey, { key: randomBytes(32) })],
    [
      'in a webhook that is old',
      401,
      () => requestOf(next(), trusted.privateKey, { atMs: systemClock.nowMs() - 301_000 }),
    ],
    ['in a webhook without words', 401, () => ({ ...requestOf(next()), headers: {} })],
  ])('RAIL-11: does not run a command %s', async (_what, status, make) => {
    const before = site.started();
    await expect(site.deliver(make())).resolves.toBe(status);
    // What comes after it runs: it had its turn.
    const after = next();
    await expect(site.deliver(requestOf(after))).resolves.toBe(202);
    await until('it is answered', () => isAnswered(after));
    expect(site.started()).toHaveLength(before.length + 1);
  });
});

describe('the Ansible executor example', () => {
  it('R58: plays the playbook of the agents on the nodes of the command, with the release that it names', () => {
    const file = readFileSync(join(EXAMPLES, 'executor.ansible.json'), 'utf8');
    const { programs } = JSON.parse(file) as { programs: Record<string, readonly string[]> };
    for (const action of ['deploy', 'rollback'])
      expect(programs[action]?.slice(3)).toEqual([
        '-l',
        '{audience}',
        '/etc/tocsin/ansible/rollback_dns.yml',
        '-e',
        'dns_version={software_version}',
        '-e',
        'config_rev={config_rev}',
      ]);
  });
});
