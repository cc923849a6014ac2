import {
  audienceDigest,
  type Command,
  event,
  type Event,
  type EventData,
  type RecordedEvent,
  ruleSetSchema,
  streamOf,
} from '#contracts';
import { actionsChapter } from './event-history-actions.fixture.js';
import { degradedChapter } from './event-history-degraded.fixture.js';
import { rolloutsChapter } from './event-history-rollouts.fixture.js';
import { onCallChapter } from './event-history-on-call.fixture.js';
import { statusChapter } from './event-history-status.fixture.js';
import { createChannelRepository } from '../deliveries/channel.repository.js';
import { deliveriesChapter } from './event-history-deliveries.fixture.js';
import type { Database } from '../database.js';
import { type Chapter, HISTORY_AT_MS as T, impactOf, reasonOf } from './event-history-parts.fixture.js';
import type { EventStore } from '../event-store.js';

export { type Chapter, HISTORY_AT_MS, impactOf, reasonOf } from './event-history-parts.fixture.js';

const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const KEY = 'v2.1.5+c42|us-east';

/** A firing alert. */
export const alertFired = (alertId: string, severity: 'warning' | 'critical', at: number): Event =>
  event('AlertFired', { alertId, rule: 'R17', scope: 'release_region', key: KEY, severity, reason: reasonOf(80), at });

/** An incident that opens. */
export const incidentOpened = (
  incidentId: string,
  alertId: string,
  changes: Partial<EventData<'IncidentOpened'>> = {},
): Event =>
  event('IncidentOpened', {
    incidentId,
    title: `success of ${KEY}`,
    severity: 'warning',
    alertId,
    rule: 'R17',
    scope: 'release_region',
    key: KEY,
    reason: reasonOf(80),
    impact: impactOf(10),
    at: T + 61_000,
    ...changes,
  });

/** The command of one wave. */
export const commandOf = (commandId: string, wave: number): Command => ({
  commandId,
  action: 'rollback',
  rollbackId: 'rb1',
  wave,
  generation: 6 + wave,
  service: 'dns',
  from: RELEASE,
  to: PREVIOUS,
  audience: ['n1'],
  audienceDigest: audienceDigest(['n1']),
  issuedAtMs: T + 65_000,
  expiresAtMs: T + 185_000,
  reason: 'success 80 %',
});

/** A rollback in two waves. */
export const rollbackDecided = (rollbackId: string, incidentId: string): Event =>
  event('RollbackDecided', {
    rollbackId,
    incidentId,
    rolloutId: 'ro1',
    service: 'dns',
    from: RELEASE,
    to: PREVIOUS,
    waves: [['n1'], ['n2', 'n3']],
    trigger: reasonOf(80, 'R26'),
    evidence: [reasonOf(null, 'R27')],
    rails: [{ rail: 'fresh telemetry', holds: true, detail: '3 of 3' }],
    gap: { release: 23.1, control: 99.97 },
    at: T + 65_000,
  });

const customer = (customerId: string, zones: readonly string[]) => ({
  customerId,
  name: customerId.toUpperCase(),
  tier: 'tier1' as const,
  critical: customerId === 'delta',
  zones: [...zones],
});

/** What a key of today is cut to; `k1` is one of before. */
const LIMITS = { scopes: ['view' as const], expiresAt: T + 86_400_000, createdBy: 'admin:eve' };
const secretHash = 'ab'.repeat(32);
const catalogue: Chapter = [
  [
    streamOf.catalogue,
    0,
    [
      event('NodesRegistered', {
        nodes: ['n1', 'n2', 'n3'].map((nodeId) => ({ nodeId, pop: 'iad1', region: 'us-east' })),
      }),
      event('CustomersRegistered', {
        customers: [customer('delta', ['Delta.Example.', 'b.example']), customer('ups', ['ups.example'])],
      }),
      event('NodesRegistered', { nodes: [{ nodeId: 'n3', pop: 'fra1', region: 'eu-central', address: '192.0.2.3' }] }),
      // b.example changes hands, delta.example is given up.
      event('CustomersRegistered', { customers: [customer('ups', ['b.example']), customer('delta', ['d.example'])] }),
    ],
  ],
  [
    streamOf.key('k1'),
    0,
    [event('ApiKeyCreated', { keyId: 'k1', name: 'n1', role: 'node', nodeId: 'n1', secretHash })],
  ],
  [
    streamOf.key('k2'),
    0,
    [
      event('ApiKeyCreated', { keyId: 'k2', name: 'alice', role: 'operator', secretHash, ...LIMITS }),
      event('ApiKeyRevoked', { keyId: 'k2' }),
    ],
  ],
  [
    streamOf.nodeKeys('n1'),
    0,
    [
      event('NodeKeyIssued', { keyId: 'n1.1', nodeId: 'n1', at: T }),
      event('NodeKeyIssued', { keyId: 'n1.2', nodeId: 'n1', at: T + 1_000 }),
      event('NodeKeyRevoked', { keyId: 'n1.1', effectiveAt: T + 2_000 }),
    ],
  ],
];

const ruleSet = ruleSetSchema.parse({
  rules: [
    { name: 'dns', signal: 'success_rate', comparison: 'below', threshold: 99, windowMs: 60_000, severity: 'critical' },
  ],
});
const loaded = (version: number): Event =>
  event('RulesLoaded', {
    version,
    sha256: `${version}`.repeat(64),
    source: 'rules',
    fromTick: 4 * version,
    ruleSet,
    at: T + version,
  });
const refused = event('RulesRefused', { source: 'rules', problems: ['a.yml:1:1: wrong'], at: T });
const asked = event('RulesReloadAsked', { at: T });
const unchanged = event('RulesUnchanged', { source: 'rules', at: T + 1 });
const ruleSets: Chapter = [
  [streamOf.rules, 0, [loaded(1), loaded(2)]],
  [streamOf.rulesReload, 0, [asked, refused, unchanged]],
];

const rollouts: Chapter = ['ro1', 'ro2'].map((rolloutId) => [
  streamOf.rollout(rolloutId),
  0,
  [
    event('RolloutStarted', {
      rolloutId,
      service: 'dns',
      release: RELEASE,
      previous: PREVIOUS,
      stage: 'canary',
      nodes: ['n1'],
      at: T,
    }),
    event('RolloutStageReached', { rolloutId, stage: 'early', nodes: ['n2'], at: T + 60_000 }),
    // The same stage again, with a further node.
    event('RolloutStageReached', { rolloutId, stage: 'early', nodes: ['n3'], at: T + 61_000 }),
    event('RolloutHalted', { rolloutId, because: 'rb1 was decided', at: T + 65_000 }),
  ],
]);

// The incident comes before its second alert: no projection may need another order of streams.
const outbreak: Chapter = [
  [streamOf.alert('al1'), 0, [alertFired('al1', 'warning', T + 61_000)]],
  [
    streamOf.incident('in1'),
    0,
    [
      incidentOpened('in1', 'al1', { onsetAt: T + 31_000 }),
      event('AlertJoinedIncident', {
        incidentId: 'in1',
        alertId: 'al2',
        rule: 'R18',
        severity: 'critical',
        at: T + 62_000,
      }),
      event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(90), at: T + 63_000 }),
      event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(40), at: T + 64_000 }),
    ],
  ],
  [streamOf.alert('al2'), 0, [alertFired('al2', 'critical', T + 62_000)]],
  [streamOf.alert('al3'), 0, [alertFired('al3', 'critical', T + 62_000)]],
  [streamOf.incident('in2'), 0, [incidentOpened('in2', 'al3', { at: T + 62_500 })]],
  [
    streamOf.rollback('rb1'),
    0,
    [
      event('RollbackRefused', {
        rollbackId: 'rb1',
        incidentId: 'in1',
        rail: 'control',
        because: 'no control group',
        at: T + 64_000,
      }),
      rollbackDecided('rb1', 'in1'),
      event('WaveCommanded', { rollbackId: 'rb1', wave: 1, generation: 7, commandId: 'co1', at: T + 65_000 }),
    ],
  ],
  [
    streamOf.rollback('rb2'),
    0,
    [
      rollbackDecided('rb2', 'in2'),
      event('RollbackStopped', { rollbackId: 'rb2', because: 'an operator', at: T + 66_000 }),
    ],
  ],
  [
    streamOf.rollback('rb3'),
    0,
    ['fresh', 'quorum'].map((rail) =>
      event('RollbackRefused', { rollbackId: 'rb3', incidentId: 'in2', rail, because: 'stale', at: T }),
    ),
  ],
  [streamOf.command('co1'), 0, [event('CommandIssued', { command: commandOf('co1', 1) })]],
  [streamOf.command('co2'), 0, [event('CommandIssued', { command: commandOf('co2', 2) })]],
];

const signed = { payload: 'e30=', signature: 'c2ln', keyId: 'key' };
const recovery: Chapter = [
  [streamOf.command('co1'), 1, [event('CommandSigned', { commandId: 'co1', signed })]],
  [
    streamOf.command('co2'),
    1,
    [event('CommandRefused', { commandId: 'co2', audience: ['n2'], code: 'wave', because: 'not verified', at: T })],
  ],
  [
    streamOf.rollback('rb1'),
    3,
    [
      event('WaveAnswered', { rollbackId: 'rb1', wave: 1, nodeId: 'n1', status: 'running', at: T + 66_000 }),
      event('WaveAnswered', { rollbackId: 'rb1', wave: 1, nodeId: 'n1', status: 'done', at: T + 69_000 }),
      event('WaveVerified', { rollbackId: 'rb1', wave: 1, because: 'success 99.99 %', at: T + 90_000 }),
      event('RollbackCompleted', { rollbackId: 'rb1', because: 'verified', at: T + 190_000 }),
    ],
  ],
  [
    streamOf.customerEscalation('case-1'),
    0,
    [
      event('CustomerEscalationOpened', {
        escalationId: 'case-1',
        customerId: 'c1',
        severity: 'critical',
        at: T + 100_000,
      }),
      event('CustomerEscalationClosed', { escalationId: 'case-1', at: T + 190_000 }),
    ],
  ],
  [streamOf.rollout('ro1'), 4, [event('RolloutRolledBack', { rolloutId: 'ro1', rollbackId: 'rb1', at: T + 190_000 })]],
  [
    streamOf.alert('al1'),
    1,
    [
      event('AlertBecameUnknown', { alertId: 'al1', because: 'telemetry stopped', at: T + 91_000 }),
      event('AlertResumed', { alertId: 'al1', reason: reasonOf(70), at: T + 95_000 }),
      event('AlertResolved', { alertId: 'al1', reason: reasonOf(100), at: T + 200_000 }),
    ],
  ],
  [
    streamOf.alert('al2'),
    1,
    [event('AlertBecameUnknown', { alertId: 'al2', because: 'telemetry stopped', at: T + 91_000 })],
  ],
  [
    streamOf.alert('al3'),
    1,
    [
      event('AlertBecameUnknown', { alertId: 'al3', because: 'telemetry stopped', at: T + 91_000 }),
      event('AlertResumed', { alertId: 'al3', reason: reasonOf(60), at: T + 95_000 }),
    ],
  ],
  [
    streamOf.incident('in1'),
    4,
    [
      event('IncidentAcknowledged', { incidentId: 'in1', by: 'user:alice', note: 'looking', at: T + 80_000 }),
      event('SpilloverObserved', {
        incidentId: 'in1',
        provider: 'route53',
        level: 'rising',
        ratio: 4,
        staleShare: 0,
        because: 'queries +300 % (8000 a second, usually 2000)',
        observedAtUs: (T + 90_000) * 1_000,
        at: T + 91_000,
      }),
      event('IncidentResolved', { incidentId: 'in1', because: 'every alert resolved', at: T + 201_000 }),
    ],
  ],
];

const pendingOf = (alertId: string): Event =>
  event('AlertPending', {
    alertId,
    rule: 'R19',
    scope: 'fleet',
    key: 'fleet',
    severity: 'warning',
    reason: reasonOf(120, 'R19'),
    dueAtMs: T + 10_000,
    at: T,
  });
const recoveringOf = (alertId: string): Event =>
  event('AlertRecovering', { alertId, reason: reasonOf(99.9), untilMs: T + 90_000, at: T + 30_000 });

/** Alerts of rules with timers; each is left in another state. */
const timers: Chapter = [
  [streamOf.alert('pending'), 0, [pendingOf('pending')]],
  [
    streamOf.alert('nothing'),
    0,
    [pendingOf('nothing'), event('AlertPendingEnded', { alertId: 'nothing', because: 'p95 80 ms', at: T + 1_000 })],
  ],
  [
    streamOf.alert('recovering'),
    0,
    [pendingOf('recovering'), alertFired('recovering', 'warning', T + 10_000), recoveringOf('recovering')],
  ],
  [
    streamOf.alert('raised'),
    0,
    [
      alertFired('raised', 'warning', T),
      event('AlertSeverityRaised', { alertId: 'raised', severity: 'critical', reason: reasonOf(60), at: T + 5_000 }),
    ],
  ],
  [
    streamOf.alert('withdrawn'),
    0,
    [
      alertFired('withdrawn', 'warning', T),
      event('AlertWithdrawn', { alertId: 'withdrawn', because: 'no rule R17', at: T + 5_000 }),
      event('AlertCorrected', { alertId: 'withdrawn', verdict: 'overturned', reason: reasonOf(99.5), at: T + 60_000 }),
    ],
  ],
];

/** Appends one chapter. */
export const tell = async (store: EventStore, chapter: Chapter): Promise<readonly RecordedEvent[]> => {
  const streams = chapter.map(([stream, expectedVersion, events]) => ({ stream, expectedVersion, events }));
  const result = await store.append(streams, { actor: 'rules', cause: 'history' });
  if ('conflict' in result) throw new Error(`tell: ${result.conflict} has another version`);
  return result.appended;
};

const attempts = (recorded: readonly RecordedEvent[]): Chapter => {
  const asked = recorded.flatMap(({ event: told }) =>
    told.type === 'DeliveryRequested' ? [told.data.deliveryId] : [],
  );
  return asked.map((deliveryId, index) => {
    const attempt = { deliveryId, attempt: 1, status: 503, detail: 'Service Unavailable', at: T + 62_100 };
    const retry = event('DeliveryAttempted', { ...attempt, outcome: 'retry', dueAtMs: T + 63_100 });
    const delivered = { ...attempt, attempt: 2, status: 202, detail: 'Accepted', dueAtMs: null, at: T + 63_200 };
    const end = event('DeliveryAttempted', { ...delivered, outcome: index % 2 === 0 ? 'delivered' : 'gave_up' });
    return [streamOf.delivery(deliveryId), 1, index === 1 ? [retry] : [retry, end]];
  });
};

/** A day with everything in it: every event type, several of each thing, in appends as the roles make them. */
export const tellHistory = async (database: Database, store: EventStore): Promise<void> => {
  const channels = createChannelRepository(database);
  await channels.register('pagerduty', 'page');
  await channels.register('webhook', 'page');
  await channels.register('deploy', 'command');
  await tell(store, catalogue);
  await tell(store, ruleSets);
  await tell(store, rollouts);
  await tell(store, attempts(await tell(store, outbreak)));
  await tell(store, recovery);
  await tell(store, timers);
  await tell(store, actionsChapter);
  await tell(store, rolloutsChapter);
  await tell(store, deliveriesChapter);
  await tell(store, onCallChapter);
  await tell(store, statusChapter);
  await tell(store, degradedChapter);
};
