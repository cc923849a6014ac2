import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audienceDigest, event, type Event, PRINCIPAL_ROLES, problemSchema, streamOf } from '#contracts';
import { systemClock } from '#runtime';
import { createChannelRepository } from '#store';
import { lowSuccess, openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import type { Asker } from './fuzz-requests.fixture.js';
import type { Known } from './fuzz-values.fixture.js';
import { ROLES } from './roles.js';

/** What came back. */
export interface FuzzAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Asked at a time: below the connections of a pool, so that nobody waits for one. */
const AT_A_TIME = 6;
/** The lists that tell what exists. */
const LISTS = [
  'alerts', 'audit', 'audit/verifications', 'breakers', 'channels', 'commands', 'customers', 'deliveries', 'drills', 'events', 'fallbacks', 'incidents',
  'incidents/in1/status-updates', 'keys', 'node-keys', 'nodes', 'overrides', 'redirects', 'releases', 'rollbacks', 'rollouts', 'rules',
  'silences',
] as const; // prettier-ignore

/** What a program tells of itself and never should: frames of a stack, paths of packages, statements and messages of PostgreSQL. */
const LEAKS: readonly RegExp[] = [
  /\bat (?:async )?[\w.<>[\] ]+ \((?:file:|node:|\/)[^)]*\)/,
  /node_modules|\.[jt]s:\d+:\d+/,
  /\bselect\b[^"]{1,300}\bfrom\b|\binsert into\b|\bdelete from\b|\bupdate \w+ set\b/i,
  /syntax error at or near|invalid input syntax|invalid byte sequence|out of range for type|violates [\w-]+ constraint|relation "|pg_\w+/,
];

const reason = lowSuccess('dns_resolution_success_rate', 6_507_878_400);
const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const subject = {
  rule: reason.rule,
  scope: 'release_region',
  key: 'v2.1.5+c42|us-east',
  severity: 'critical',
} as const;
const impact = {
  affectedCustomers: 1,
  byTier: { tier1: 1, tier2: 0, tier3: 0 },
  score: 100,
  dollarsPerMinute: 50_000,
  top: [{ customerId: 'delta', name: 'Delta', tier: 'tier1' as const, failing: 0.7 }],
};

const incidentOf = (incidentId: string, alertId: string, at: number): readonly (readonly [string, Event])[] => [
  [streamOf.alert(alertId), event('AlertFired', { alertId, ...subject, reason, at })],
  [
    streamOf.incident(incidentId),
    event('IncidentOpened', { incidentId, title: 'success fell', alertId, ...subject, reason, impact, at }),
  ],
];

/** An hour in which something happened: a rollout, two incidents, a rollback that was decided, and a command of it. */
const storyAt = (now: number): readonly (readonly [string, Event])[] => [
  [
    streamOf.catalogue,
    event('NodesRegistered', { nodes: ['n1', 'n2'].map((nodeId) => ({ nodeId, pop: 'iad1', region: 'us-east' })) }),
  ],
  [
    streamOf.rollout('ro1'),
    event('RolloutStarted', {
      rolloutId: 'ro1',
      service: 'dns',
      release: RELEASE,
      previous: PREVIOUS,
      stage: 'canary',
      nodes: ['n1'],
      at: now - 600_000,
    }),
  ],
  ...incidentOf('in1', 'al1', now - 60_000),
  ...incidentOf('in2', 'al2', now - 400_000),
  [
    streamOf.rollback('rb1'),
    event('RollbackDecided', {
      rollbackId: 'rb1',
      incidentId: 'in1',
      rolloutId: 'ro1',
      service: 'dns',
      from: RELEASE,
      to: PREVIOUS,
      waves: [['n1'], ['n2']],
      trigger: reason,
      evidence: [],
      rails: [],
      gap: { release: 23, control: 99.9 },
      at: now - 50_000,
    }),
  ],
  [
    streamOf.command('co1'),
    event('CommandIssued', {
      command: {
        commandId: 'co1',
        action: 'rollback',
        rollbackId: 'rb1',
        wave: 1,
        generation: 7,
        service: 'dns',
        from: RELEASE,
        to: PREVIOUS,
        audience: ['n1'],
        audienceDigest: audienceDigest(['n1']),
        issuedAtMs: now - 49_000,
        expiresAtMs: now + 60_000,
        reason: reason.text,
      },
    }),
  ],
];

/** Acts that leave something behind to be asked for. */
const ACTS: readonly (readonly [path: string, body: object])[] = [
  [
    'customers',
    { customers: [{ customerId: 'delta', name: 'Delta', tier: 'tier1', critical: true, zones: ['delta.example'] }] },
  ],
  ['keys', { name: 'a robot', role: 'viewer', comment: 'for the story' }],
  ['node-keys', { nodeId: 'n1', comment: 'for the story' }],
  ['silences', { where: { region: ['us-east'] }, durationMs: 3_600_000, comment: 'for the story' }],
  ['incidents/in1/notes', { text: 'seen' }],
  ['drills', {}],
];

const namesIn = (value: unknown, found: Map<string, Set<string>>): void => {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, held] of Object.entries(value)) {
    if (typeof held !== 'string' || !/(Id|^id|name|service|rule|region|key|stream|person|version|Rev)$/i.test(name))
      namesIn(held, found);
    else if (held.length < 200) found.set(name, (found.get(name) ?? new Set()).add(held));
  }
};

/** Made once: a schema is compiled when it reads for the first time, which takes longer than to read. */
const PROBLEM = problemSchema.strict();

/** Why an answer is not one that a server may give; undefined: it is. */
export const faultOf = ({ status, type, text }: FuzzAnswer): string | undefined => {
  if (status >= 500) return `answers ${status}: ${text.slice(0, 600)}`;
  const leak = LEAKS.map((each) => each.exec(text)?.[0]).find((each) => each !== undefined);
  if (leak !== undefined) return `tells of itself: ${leak.slice(0, 200)}`;
  if (!type.startsWith('application/problem+json')) return undefined;
  const problem = PROBLEM.safeParse(JSON.parse(text));
  if (!problem.success) return `answers a problem that is none: ${text.slice(0, 300)}`;
  return problem.data.status === status ? undefined : `says ${problem.data.status} and answers ${status}`;
};

/** A server with all of its roles and something to ask for. */
export class FuzzSite {
  /** Whether the examples were done on it. */
  hasExamples = false;

  private constructor(
    readonly served: ServedRoles,
    private readonly test: TestDatabase,
    private readonly dataDir: string,
    private readonly keys: ReadonlyMap<Asker, string>,
  ) {}

  static async open(): Promise<FuzzSite> {
    const test = await openTestDatabase();
    const dataDir = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const served = await serveRoles(ROLES, test, { environment: { DATA_DIR: dataDir } });
    const keys = new Map<Asker, string>([['stranger', 'Bearer nobody.knows-this-key']]);
    for (const role of PRINCIPAL_ROLES) keys.set(role, await served.keyOf(role, role === 'node' ? 'n1' : undefined));
    await createChannelRepository(test.database).register('pagerduty', 'page');
    const site = new FuzzSite(served, test, dataDir, keys);
    await site.tellStory();
    return site;
  }

  async close(): Promise<void> {
    await this.served.close();
    await this.test.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Sends a request. Of a stream of events only the head is read: it has no end. */
  async send(
    target: string,
    by: Asker,
    method = 'GET',
    headers: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): Promise<FuzzAnswer> {
    const authorization = this.keys.get(by);
    const response = await fetch(`${this.served.url}${target}`, {
      method,
      headers: { ...(authorization === undefined ? {} : { authorization }), ...headers },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('text/event-stream')) return { status: response.status, type, text: await response.text() };
    await response.body?.cancel();
    return { status: response.status, type, text: '' };
  }

  /** Does something for each item, a few at a time. */
  async forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
    const left = items.values();
    await Promise.all(
      Array.from({ length: AT_A_TIME }, async () => {
        for (const item of left) await act(item);
      }),
    );
  }

  /** What exists now. The keys that ask are not in it: who revoked one of them would have ended the fuzz. */
  async known(): Promise<Known> {
    const found = new Map<string, Set<string>>();
    for (const list of LISTS) {
      const { status, text } = await this.send(`/v1/${list}`, 'admin');
      if (status !== 200) throw new Error(`read ${list}: ${status} ${text}`);
      namesIn(JSON.parse(text), found);
    }
    const own = [...this.keys.values()].map((key) => key.replace('Bearer ', '').split('.')[0] ?? '');
    const isOther = (value: string): boolean => !own.some((keyId) => value.includes(keyId));
    return new Map([...found].map(([name, values]) => [name, [...values].filter(isOther)]));
  }

  private async tellStory(): Promise<void> {
    const streams = storyAt(systemClock.nowMs()).map(([stream, told]) => ({
      stream,
      expectedVersion: 0,
      events: [told],
    }));
    const result = await this.served.parts.eventStore.append(streams, { actor: 'rules', cause: 'story' });
    if ('conflict' in result) throw new Error(`tell the story: ${result.conflict} exists`);
    await this.served.parts.catalogue.refresh();
    for (const [path, body] of ACTS) {
      const { status, text } = await this.send(
        `/v1/${path}`,
        'admin',
        'POST',
        { 'content-type': 'application/json' },
        Buffer.from(JSON.stringify(body)),
      );
      if (status >= 300) throw new Error(`POST ${path}: ${status} ${text}`);
    }
  }
}
