import { audienceDigest, event, type Event, type Impact, type PrincipalRole, streamOf } from '#contracts';
import { COUNTS_PER_CELL, createCells, encodeBlock, bucketIndex, bucketsOf } from '#domain';
import type { OidcSettings } from '#runtime';
import { createChannelRepository, createSegmentRepository, type NewSegment } from '#store';
import { FakeClock, lowSuccess, openTestDatabase, serveRoles, type ServedRoles, type TestDatabase } from '#testing';
import type { Family } from '#contracts';
import { api } from './api.role.js';

/** The moment at which the clock of the tests stands, ms. */
export const NOW_MS = Date.UTC(2021, 6, 22, 11, 50);
/** The newest slot that is taken for complete then. */
export const LAST_SLOT = NOW_MS / 1_000 - 4;
/** The suspect and the place of the story. */
export const COHORT = 'v2.1.5+c42|us-east';

const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  // The answer of any route: a test says what it expects of it.
  readonly body: Record<string, never>;
}

/** An api over HTTP, with a key for everyone. */
export interface ServedApi extends ServedRoles {
  readonly db: TestDatabase;
  readonly clock: FakeClock;
  readonly send: (method: string, path: string, key?: string, body?: unknown) => Promise<Answer>;
  /** A key of a role, made once. */
  readonly as: (role: PrincipalRole) => Promise<string>;
  /** Sends a GraphQL operation. */
  readonly ask: (query: string, key?: string, variables?: Readonly<Record<string, unknown>>) => Promise<Answer>;
  /** The texts of all queries so far, outside of transactions. */
  readonly asked: readonly string[];
  readonly end: () => Promise<void>;
}

/** Serves the api on a database of its own. */
export const serveApi = async (
  environment: Readonly<Record<string, string>> = {},
  oidc?: OidcSettings,
): Promise<ServedApi> => {
  const opened = await openTestDatabase();
  const asked: string[] = [];
  const { database } = opened;
  const query: typeof database.query = (text, values) => {
    asked.push(text);
    return database.query(text, values);
  };
  const db = { ...opened, database: { ...database, query } };
  const clock = new FakeClock(NOW_MS);
  const served = await serveRoles([api], db, { clock, environment, ...(oidc === undefined ? {} : { oidc }) });
  const keys = new Map<PrincipalRole, Promise<string>>();
  const as = (role: PrincipalRole): Promise<string> => {
    const key = keys.get(role) ?? served.keyOf(role, role === 'node' ? 'n1' : undefined);
    keys.set(role, key);
    return key;
  };
  const send: ServedApi['send'] = async (method, path, key, body) => {
    const response = await fetch(`${served.url}${path}`, {
      method,
      headers: {
        ...(key === undefined ? {} : { authorization: key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, type, body: (await response.json()) as Answer['body'] };
  };
  return {
    ...served,
    db,
    asked,
    clock,
    send,
    as,
    ask: (query, key, variables) => send('POST', '/graphql', key, { query, variables }),
    end: async () => {
      await served.close();
      await db.close();
    },
  };
};

const reason = lowSuccess('dns_resolution_success_rate', 6_507_878_400);
const impact: Impact = {
  affectedCustomers: 2,
  byTier: { tier1: 1, tier2: 0, tier3: 1 },
  score: 101,
  dollarsPerMinute: 50_500,
  top: [{ customerId: 'delta', name: 'Delta', tier: 'tier1', failing: 0.77 }],
};

const customer = (customerId: string, tier: 'tier1' | 'tier3', critical: boolean) => ({
  customerId,
  name: customerId.toUpperCase(),
  tier,
  critical,
  zones: [`${customerId}.example`],
});

const catalogue: readonly Event[] = [
  event('NodesRegistered', {
    nodes: [
      { nodeId: 'n1', pop: 'iad1', region: 'us-east', address: '184.25.56.1' },
      { nodeId: 'n2', pop: 'fra1', region: 'eu-central' },
    ],
  }),
  event('CustomersRegistered', {
    customers: [customer('delta', 'tier1', false), customer('ems', 'tier3', true), customer('ups', 'tier1', false)],
  }),
];

const subject = { rule: reason.rule, scope: 'release_region' as const, key: COHORT, severity: 'critical' as const };
const incident = (incidentId: string, alertId: string, at: number): readonly [string, readonly Event[]][] => [
  [streamOf.alert(alertId), [event('AlertFired', { alertId, ...subject, reason, at })]],
  [
    streamOf.incident(incidentId),
    [event('IncidentOpened', { incidentId, title: `success of ${COHORT}`, alertId, ...subject, reason, impact, at })],
  ],
];

const command = event('CommandIssued', {
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
    issuedAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 6e4,
    reason: reason.text,
  },
});
const decided = event('RollbackDecided', {
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
  gap: {
    release: 23,
    control: 99.9,
  },
  at: NOW_MS - 5e4,
});
const commanded = event('WaveCommanded', {
  rollbackId: 'rb1',
  wave: 1,
  generation: 7,
  commandId: 'co1',
  at: NOW_MS - 49e3,
});
const started = event('RolloutStarted', {
  rolloutId: 'ro1',
  service: 'dns',
  release: RELEASE,
  previous: PREVIOUS,
  stage: 'canary',
  nodes: ['n1'],
  at: NOW_MS - 6e5,
});
const signed = event('CommandSigned', {
  commandId: 'co1',
  signed: { payload: 'e30=', signature: 'c2ln', keyId: 'key' },
});

/** A day's decisions: a rollout, two incidents (`in1` open, `in2` resolved), a rollback with a command on its way, pages. */
export const tellStory = async ({ db, parts }: ServedApi): Promise<void> => {
  const channels = createChannelRepository(db.database);
  await channels.register('pagerduty', 'page');
  await channels.register('deploy', 'command');
  const resolved = event('IncidentResolved', { incidentId: 'in2', because: 'over', at: NOW_MS - 300_000 });
  const story: readonly (readonly [string, readonly Event[]])[] = [
    [streamOf.catalogue, catalogue],
    [streamOf.rollout('ro1'), [started]],
    ...incident('in1', 'al1', NOW_MS - 60_000),
    ...incident('in2', 'al2', NOW_MS - 400_000).map(
      ([stream, events]) => [stream, stream.startsWith('incident') ? [...events, resolved] : events] as const,
    ),
    [streamOf.rollback('rb1'), [decided, commanded]],
    [streamOf.command('co1'), [command, signed]],
  ];
  const streams = story.map(([stream, events]) => ({ stream, expectedVersion: 0, events }));
  const result = await parts.eventStore.append(streams, { actor: 'rules', cause: 'story' });
  if ('conflict' in result) throw new Error(`tell story: ${result.conflict} exists`);
  await parts.catalogue.refresh();
};

/** What a slot holds for one key. */
export interface PlainCell {
  readonly good: number;
  readonly bad: number;
  readonly timeout?: number;
  /** The latency of every good outcome. */
  readonly latencyUs?: number;
}

const SUB = 32;

/** A block of one family in one slot. */
export const segmentOf = (
  family: Family,
  slot: number,
  cells: Readonly<Record<string, PlainCell>>,
  place: { readonly partition?: number; readonly firstOffset?: number } = {},
): NewSegment => {
  const table = createCells(family);
  for (const [key, { good, bad, timeout = 0, latencyUs }] of Object.entries(cells)) {
    const row = table.row(key);
    table.counts.set([good, bad, 0, timeout], row * COUNTS_PER_CELL);
    if (latencyUs !== undefined && table.buckets !== undefined)
      table.buckets[row * bucketsOf(family) + bucketIndex(latencyUs, SUB)] = good;
  }
  const { partition = 0, firstOffset = slot } = place;
  return {
    topic: 'telemetry.outcomes',
    partition,
    slot,
    firstOffset,
    nextOffset: firstOffset + 1,
    family,
    body: encodeBlock(new Map([[family, table]])),
  };
};

/** Writes segments. */
export const writeSegments = ({ db }: Pick<ServedApi, 'db'>, segments: readonly NewSegment[]): Promise<void> =>
  db.database.transaction((tx) => createSegmentRepository(tx).write(tx, segments));
