import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPE, ruleOf, type RuleSet, type Topic, TOPICS } from '#contracts';
import { openEmbeddedLog } from '#event-log';
import { type Running, start, systemClock } from '#runtime';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ROLES } from './roles.js';

const ADMIN_KEY = `admin.${'a'.repeat(32)}`;
const NODES = Array.from({ length: 8 }, (_, index) => ({ nodeId: `n${index}`, pop: 'iad-1', region: 'us-east' }));
const GOOD = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const BAD = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const PER_BATCH = 100;
const BATCH_EVERY_MS = 250;

interface Told {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** What `replay --json` prints, as far as it is looked at. */
interface Report {
  readonly from: string;
  readonly to: string;
  readonly recorded: { readonly decisions: number; readonly sha256: string };
  readonly replayed: Report['recorded'];
}

/** A server on a database of its own, what it is told, and the command line beside it. */
class RecordedServer {
  private running: Running | undefined;
  private seq = 0;
  private readonly keys = new Map<string, string>();
  private readonly environment: Record<string, string>;

  constructor(private readonly test: TestDatabase) {
    const DATA_DIR = mkdtempSync(join(tmpdir(), 'replay-'));
    const rest = { PORT: '0', ADMIN_KEY, LOG_LEVEL: 'silent', ROLLBACK_VERIFY_MS: '2000' };
    this.environment = { DATABASE_URL: databaseUrlOf(test.connection), DATA_DIR, ...rest };
  }

  async start(): Promise<void> {
    this.running = await start(ROLES, { environment: this.environment, onFatal: () => undefined });
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  async call(path: string, body: unknown, key = ADMIN_KEY, contentType = 'application/json') {
    const response = await fetch(new URL(path, this.running?.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': contentType },
      body: JSON.stringify(body),
    });
    if (response.status >= 300) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  }

  async register(): Promise<void> {
    await this.call('/v1/nodes', { nodes: NODES });
    for (const { nodeId } of NODES) {
      const { key } = await this.call('/v1/keys', {
        name: `agent of ${nodeId}`,
        role: 'node',
        nodeId,
        comment: 'test',
      });
      this.keys.set(nodeId, key!);
    }
    // What is to be gone back to must have run well for a day, and going back must have been tried.
    const target = { service: 'dns', release: GOOD };
    const goodSinceMs = systemClock.nowMs() - 2 * DAY_MS;
    const attested = { ...target, goodSinceMs, nodes: NODES.length, isRollbackSafe: true };
    await this.call('/v1/releases/attestations', attested);
    await this.call('/v1/releases/rehearsals', { ...target, passed: true, detail: 'back in 41 s' });
  }

  /** A quarter of a second of every node. */
  async send(failing: (index: number) => number, badNodes: number): Promise<void> {
    this.seq += 1;
    await Promise.all(
      NODES.map((node, index) => {
        const release = index < badNodes ? BAD : GOOD;
        const body = batchOf(node, release, this.seq, failing(index));
        return this.call('/v1/telemetry/outcomes', body, this.keys.get(node.nodeId), CONTENT_TYPE.jsonColumns);
      }),
    );
    await systemClock.sleep(BATCH_EVERY_MS);
  }

  /** What the log holds, topic by topic, and the number of events and deliveries. */
  async held(): Promise<unknown> {
    const log = await openEmbeddedLog({ connection: () => this.test.connection, isReadOnly: true });
    const topics = Object.keys(TOPICS) as Topic[];
    const ends = await Promise.all(topics.map((topic) => log.offsets(topic)));
    await log.close();
    const rows = await this.test.database.query(
      'select (select count(*) from event) as events, (select count(*) from delivery) as deliveries',
    );
    return { ends, rows };
  }

  async types(): Promise<readonly string[]> {
    const rows = await this.test.database.query<{ type: string }>('select type from event order by position');
    return rows.map(({ type }) => type);
  }

  async isPublished(): Promise<boolean> {
    const log = await openEmbeddedLog({ connection: () => this.test.connection, isReadOnly: true });
    const [ends] = await log.offsets('events');
    await log.close();
    return (ends?.high ?? 0) >= (await this.types()).length;
  }

  tocsin(...args: readonly string[]): Promise<Told> {
    const { DATABASE_URL } = this.environment;
    const env = { PATH: process.env['PATH'], DATABASE_URL };
    return new Promise((done) => {
      const child = execFile(process.execPath, ['dist/apps/cli/src/main.js', ...args], { env }, (_error, out, err) =>
        done({ status: child.exitCode ?? -1, out, err }),
      );
    });
  }
}

const DAY_MS = 86_400_000;

const batchOf = (node: (typeof NODES)[number], release: typeof GOOD, seq: number, failing: number) => {
  const column = (of: (index: number) => number): readonly number[] =>
    Array.from({ length: PER_BATCH }, (_, i) => of(i));
  return {
    schema: 1,
    node_id: node.nodeId,
    agent_boot_id: '1',
    seq,
    pop: node.pop,
    region: node.region,
    software_version: release.softwareVersion,
    config_rev: release.configRev,
    vantage: 0,
    t0_us: systemClock.nowMs() * 1_000,
    zones: ['delta.example'],
    dt_us: column(() => 0),
    zone_ix: column(() => 0),
    latency_us: column(() => 15_000),
    outcome: column((index) => (index < failing * PER_BATCH ? 10 : 0)),
    qtype: column(() => 1),
    rcode: column((index) => (index < failing * PER_BATCH ? 2 : 0)),
    transport: column(() => 1),
    flags: column(() => 0),
  };
};

describe('tocsin replay beside a server', () => {
  let test: TestDatabase;
  let server: RecordedServer;
  let held: unknown;
  const files = mkdtempSync(join(tmpdir(), 'replayed-'));
  const rulesFile = join(files, 'rules.json');
  const exported = join(files, 'exported');

  beforeAll(async () => {
    test = await openTestDatabase();
    server = new RecordedServer(test);
    await server.start();
    await server.register();
    for (let i = 0; i < 8; i += 1) await server.send(() => 0, 0);
    const nodes = NODES.slice(0, 4).map(({ nodeId }) => nodeId);
    const deploy = { type: 'deploy', rolloutId: 'r1', service: 'dns', release: BAD, previous: GOOD, stage: 'batch-1' };
    await server.call('/v1/signals', { ...deploy, nodes, atUs: systemClock.nowMs() * 1_000 });
    for (let i = 0; i < 4; i += 1) await server.send(() => 0, 4);
    await until('a rollback is commanded', async () => {
      await server.send((index) => (index < 4 ? 0.8 : 0), 4);
      return (await server.types()).includes('CommandIssued');
    });
    // A restart is in what was recorded: what a replay knows nothing of.
    await server.stop();
    await server.start();
    for (let i = 0; i < 8; i += 1) await server.send((index) => (index < 4 ? 0.8 : 0), 4);
    for (let i = 0; i < 16; i += 1) await server.send(() => 0, 0);
    await until('all is published', () => server.isPublished());
    await server.stop();
    held = await server.held();
    const ruleSet: Pick<RuleSet, 'rules'> = {
      rules: [
        ruleOf({
          name: 'dns_resolution_success_rate',
          signal: 'success_rate',
          comparison: 'below',
          threshold: 10,
          windowMs: 60_000,
          severity: 'critical',
        }),
      ],
    };
    writeFileSync(rulesFile, JSON.stringify(ruleSet));
  }, 90_000);
  afterAll(async () => {
    await server.stop();
    await test.close();
  });

  it('B1: decides what the server decided, byte for byte, from the recorded outcomes', async () => {
    const { status, out, err } = await server.tocsin('replay', '--json');
    expect(err).toBe('');
    const report = JSON.parse(out) as Report;
    expect(report.replayed).toEqual(report.recorded);
    expect(report.recorded.decisions).toBeGreaterThan(5);
    expect(status).toBe(0);
  });

  it('B1: from the middle on decides the rest of it', async () => {
    const whole = JSON.parse((await server.tocsin('replay', '--json')).out) as Report;
    const from = new Date((Date.parse(whole.from) + Date.parse(whole.to)) / 2).toISOString();
    const { status, out } = await server.tocsin('replay', '--from', from, '--json');
    const { recorded, replayed } = JSON.parse(out) as Report;
    expect(replayed).toEqual(recorded);
    expect(recorded.decisions).toBeLessThan(whole.recorded.decisions);
    expect(status).toBe(0);
  });

  it('B1: with other rules tells what is other than it was, and 1', async () => {
    const { status, out } = await server.tocsin('replay', '--rules', rulesFile, '--json');
    const { differences } = JSON.parse(out) as { differences: { change: string; recorded?: { kind: string } }[] };
    const missing = differences.filter(({ change }) => change === 'missing').map(({ recorded }) => recorded?.kind);
    // The gate of the rollout is no rule: it commands all the same.
    expect(new Set(missing)).toEqual(new Set(['alert', 'page']));
    expect(status).toBe(1);
    const { out: table } = await server.tocsin('replay', '--rules', rulesFile);
    expect(table).toMatch(/^missing +page/m);
  });

  it('an export replays to the same, without the log', async () => {
    expect(await server.tocsin('replay', '--export', exported)).toMatchObject({ status: 0 });
    const { status, out } = await server.tocsin('replay', '--from-files', exported);
    expect(out).toContain('the same decisions');
    expect(status).toBe(0);
    expect(await server.tocsin('replay', '--export', exported)).toMatchObject({ status: 2 });
    const again = await server.tocsin('replay', '--from-files', exported);
    expect(again).toMatchObject({ status: 0, out });
  });

  it('backtest: 1 where other rules find less', async () => {
    const { status, out } = await server.tocsin('backtest', '--rules', rulesFile, '--from-files', exported);
    expect(out).toMatch(/worse: (?:missed|later)/);
    expect(status).toBe(1);
  });

  it('B14: sweeps threshold, window and for in one pass', async () => {
    const sweep = ['sweep', '--rule', 'dns_resolution_success_rate', '--threshold', '20,95,99'];
    const { status, out } = await server.tocsin(...sweep, '--window', '10s,60s', '--for', '0s,3s', '--json');
    const { rows } = JSON.parse(out) as { rows: { threshold: number; forMs: number; alerts: number }[] };
    expect(rows).toHaveLength(12);
    for (const { threshold, alerts } of rows) expect([threshold, alerts > 0]).toEqual([threshold, threshold > 20]);
    expect(status).toBe(0);
  });

  it('B1: nothing of it wrote anything', async () => {
    expect(await server.held()).toEqual(held);
  });

  it('could not have written: the log that it opens refuses', async () => {
    const log = await openEmbeddedLog({ connection: () => test.connection, isReadOnly: true, appendTimeoutMs: 100 });
    await expect(log.append('slots', [{ key: null, value: new Uint8Array() }])).rejects.toThrow(
      /read-only|read only|reads only/i,
    );
    await log.close();
    expect(await server.held()).toEqual(held);
  });

  it('2 for what makes no sense, 3 where no log is reached', async () => {
    expect(await server.tocsin('replay', '--from', 'yesterday')).toMatchObject({ status: 2, out: '' });
    expect(await server.tocsin('backtest')).toMatchObject({ status: 2, out: '' });
    const away = new RecordedServer({ ...test, connection: { ...test.connection, port: 1 } });
    expect(await away.tocsin('replay')).toMatchObject({ status: 3, out: '' });
  });
});
