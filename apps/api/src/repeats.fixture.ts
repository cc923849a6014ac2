import { DEFAULT_PLAN, event, type Event, streamOf } from '#contracts';
import { PROBE_FAMILIES } from '#domain';
import { createChannelRepository } from '#store';
import { NOW_MS, type ServedApi, serveApi, tellStory } from './api.fixture.js';
import { HURT_CUSTOMERS, hurtReason, hurtSubject } from './hurt-customers.fixture.js';

const RELEASE = { softwareVersion: 'v2.2.0', configRev: 'c50' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const of = { service: 'dns', release: PREVIOUS };
const at = NOW_MS - 9_000;

const external = {
  ...hurtSubject,
  rule: 'external:prometheus:DnsSuccessRate',
  scope: 'external',
  key: 'k1|us-east',
} as const;

/** Who is called: Alice, in turns with nobody. */
export const PLAN = {
  people: [{ person: 'alice', contacts: [{ channel: 'pagerduty' }] }],
  schedules: [
    {
      schedule: 'primary',
      timeZone: 'UTC',
      rotations: [{ people: ['alice'], startsAt: '2021-07-22T09:00', shiftDays: 1 }],
    },
  ],
  policies: [
    {
      policy: 'default',
      levels: [{ call: [{ person: 'alice' }], waitMs: 240_000 }],
      repeats: 0,
      raises: [],
      acknowledgedForMs: 1_800_000,
    },
  ],
};

const declared = event('RolloutDeclared', {
  rolloutId: 'ro8',
  service: 'dns8',
  release: RELEASE,
  previous: PREVIOUS,
  mode: 'advisory',
  plan: { stages: DEFAULT_PLAN.stages.map((stage) => ({ ...stage, needsApproval: true })) },
  nodes: [],
  by: 'deploy',
  at,
});
const began = { service: 'dns8', release: RELEASE, previous: PREVIOUS, origin: 'declared' as const };
const canary = { rolloutId: 'ro8', stage: 'canary', at };
const promoted = event('GateDecided', {
  ...canary,
  phase: 'baking',
  verdict: 'promote',
  because: 'it is well',
  cohort: { good: 99, bad: 1 },
  control: { good: 99, bad: 1 },
  tests: [],
});

const page = { subject: 'page', action: 'trigger', channel: 'pagerduty', dedupKey: 'k1', body: {}, at } as const;
const gaveUp = { attempt: 1, status: 400, detail: 'Bad Request', dueAtMs: null, outcome: 'gave_up', at } as const;

const drafted = (incidentId: string, n: number): Event =>
  event('StatusUpdateDrafted', {
    incidentId,
    n,
    update: {
      title: 'Some DNS queries fail',
      state: 'identified',
      impact: 'critical',
      text: 'Some DNS queries fail.',
      workaround: '',
      regions: ['us-east'],
      startedAtMs: at,
      nextUpdateAtMs: NOW_MS + 900_000,
    },
    customers: [],
    affectedCustomers: 1,
    publishByMs: NOW_MS,
    isReviewed: true,
    everyMs: 900_000,
    because: 'due',
    dueAtMs: NOW_MS + 300_000,
    at,
  });

/** What each act needs to stand on, beside the story. */
const CHAPTERS: readonly (readonly [stream: string, ...events: readonly Event[]])[] = [
  ...HURT_CUSTOMERS,
  [streamOf.alert('al8'), event('AlertFired', { alertId: 'al8', ...external, reason: hurtReason, at })],
  [
    streamOf.rollback('rb9'),
    event('RollbackRefused', { rollbackId: 'rb9', incidentId: 'in9', because: 'no', rail: 'rate', at }),
  ],
  [
    streamOf.rollback('rb8'),
    event('RollbackProposed', {
      rollbackId: 'rb8',
      incidentId: 'in9',
      rolloutId: 'ro1',
      mode: 'approve',
      nodes: 1,
      because: 'it fails',
      at,
    }),
  ],
  [
    streamOf.redirect('rd1'),
    event('RedirectDecided', {
      redirectId: 'rd1',
      incidentId: 'in1',
      alertId: 'al1',
      scope: 'pop',
      key: 'iad1',
      nodes: ['n1'],
      siblings: ['iad2'],
      ...of,
      trigger: hurtReason,
      rails: [],
      at,
    }),
    event('RedirectStopped', { redirectId: 'rd1', because: 'n1 did not come back', at }),
  ],
  [
    streamOf.release('dns', 'v2.1.4+c41'),
    event('ReleaseQuarantined', { ...of, rollbackId: 'rb1', because: 'rolled back', at }),
  ],
  [streamOf.rollout('ro8'), declared, event('RolloutStarted', { ...canary, ...began, nodes: ['n1'] }), promoted],
  [
    streamOf.delivery('call'),
    event('DeliveryRequested', { deliveryId: 'call', ...page }),
    event('DeliveryAttempted', { deliveryId: 'call', ...gaveUp }),
  ],
  [streamOf.channel('webhook'), event('ChannelDisabled', { channel: 'webhook', because: '410', at })],
  [streamOf.status('in1'), drafted('in1', 1), drafted('in1', 2)],
  [streamOf.status('in9'), drafted('in9', 1)],
];

/** An api in which every act can be done. */
export const serveActs = async (): Promise<ServedApi> => {
  const served = await serveApi();
  const tell = async (stream: string, events: readonly Event[]): Promise<void> => {
    const appends = [{ stream, expectedVersion: 0, events }];
    const result = await served.parts.eventStore.append(appends, { actor: 'rules', cause: 'story' });
    if ('conflict' in result) throw new Error(`tell ${stream}: it exists`);
  };
  const channels = createChannelRepository(served.db.database);
  for (const name of ['pagerduty', 'webhook']) await channels.register(name, 'page');
  const loaded = { version: 1, sha256: 'a'.repeat(64), source: 'x', plan: PLAN, at };
  await tell(streamOf.onCall, [event('OnCallLoaded', loaded)]);
  await tellStory(served);
  for (const [stream, ...events] of CHAPTERS) await tell(stream, events);
  return served;
};

/** What the answers of earlier acts named, by operation. */
export type Made = ReadonlyMap<string, Readonly<Record<string, never>>>;

/** One act, as it is sent. */
export interface SentAct {
  readonly operation: string;
  /** Absent: an administrator. */
  readonly by?: 'operator' | 'deploy' | 'engineering_vp';
  readonly path?: (made: Made) => string;
  readonly body?: object;
  /** What of an answer stays when it is sent again; absent: all of it. */
  readonly stays?: readonly string[];
  /** The answer showed a secret, which is not shown again. */
  readonly isShownOnce?: true;
}

const idIn = (operation: string, name: string, thing?: string) => (made: Made) => {
  const answer = made.get(operation);
  const place = thing === undefined ? answer : (answer?.[thing] as unknown as Readonly<Record<string, string>>);
  return encodeURIComponent(String(place?.[name]));
};
const comment = 'a test';
const families = PROBE_FAMILIES.map((family) => ({ family, passed: true }));
const rollout = { rolloutId: 'ro9', service: 'dns9', release: RELEASE, previous: PREVIOUS };

/** Every act that names the header, in an order in which each can be done. */
export const SENT_ACTS: readonly SentAct[] = [
  { operation: 'POST /v1/incidents/{id}/notes', path: () => '/v1/incidents/in1/notes', body: { text: 'seen' } },
  {
    operation: 'POST /v1/incidents/{id}/snooze',
    path: () => '/v1/incidents/in1/snooze',
    body: { durationMs: 60_000, comment },
  },
  { operation: 'POST /v1/incidents/{id}/hand-over', path: () => '/v1/incidents/in1/hand-over', body: { to: 'alice' } },
  {
    operation: 'POST /v1/incidents/{id}/acknowledge',
    path: () => '/v1/incidents/in9/acknowledge',
    body: { note: 'mine' },
  },
  {
    operation: 'POST /v1/incidents/{id}/runbook/{step}/results',
    path: (made) => `/v1/incidents/in1/runbook/${String(made.get('runbook')?.['step'])}/results`,
    body: { output: 'SERVFAIL' },
  },
  {
    operation: 'POST /v1/incidents/{id}/status-updates/{n}/publish',
    path: () => '/v1/incidents/in1/status-updates/2/publish',
    body: { comment },
  },
  {
    operation: 'POST /v1/incidents/{id}/status-updates/{n}/discard',
    path: () => '/v1/incidents/in9/status-updates/1/discard',
    body: { comment },
  },
  { operation: 'POST /v1/alerts/{id}/resolve', path: () => '/v1/alerts/al8/resolve', body: { comment } },
  { operation: 'POST /v1/rollouts', by: 'deploy', body: { ...rollout, comment } },
  {
    operation: 'POST /v1/rollouts/{id}/risk',
    by: 'deploy',
    path: () => '/v1/rollouts/ro9/risk',
    body: { risk: 'low', author: 'ana', text: 'x' },
  },
  {
    operation: 'POST /v1/rollouts/{id}/load-tests',
    by: 'deploy',
    path: () => '/v1/rollouts/ro9/load-tests',
    body: { nodeId: 'n1', families },
  },
  {
    operation: 'POST /v1/rollouts/{id}/overrides',
    path: () => '/v1/rollouts/ro9/overrides',
    body: { items: ['target'], comment },
  },
  { operation: 'POST /v1/rollouts/{id}/start', by: 'deploy', path: () => '/v1/rollouts/ro9/start', body: { comment } },
  {
    operation: 'POST /v1/rollouts/{id}/approvals',
    path: () => '/v1/rollouts/ro8/approvals',
    body: { stage: 'canary' },
  },
  { operation: 'POST /v1/rollouts/{id}/halt', by: 'deploy', path: () => '/v1/rollouts/ro9/halt', body: { comment } },
  { operation: 'POST /v1/rollouts/{id}/rollback', path: () => '/v1/rollouts/ro1/rollback', body: { comment } },
  { operation: 'POST /v1/rollbacks/{id}/approve', path: () => '/v1/rollbacks/rb8/approve', body: { comment } },
  {
    operation: 'POST /v1/overrides',
    body: { rollbackId: 'rb9', rails: ['rate'], resolutionEtaMs: 10_800_000, comment },
  },
  {
    operation: 'POST /v1/overrides/{id}/votes',
    by: 'engineering_vp',
    path: (made) => `/v1/overrides/${idIn('POST /v1/overrides', 'overrideId', 'override')(made)}/votes`,
    body: { isApproved: true, comment },
  },
  { operation: 'POST /v1/redirects/{id}/end', path: () => '/v1/redirects/rd1/end', body: { comment } },
  { operation: 'POST /v1/releases/quarantine/lift', body: { ...of, comment } },
  {
    operation: 'POST /v1/releases/attestations',
    body: { ...of, goodSinceMs: NOW_MS - 9e7, nodes: 20, isRollbackSafe: true },
  },
  { operation: 'POST /v1/releases/rehearsals', body: { ...of, passed: true, detail: 'back in 12 s' } },
  { operation: 'POST /v1/automation/switch', body: { isOn: false, comment } },
  { operation: 'POST /v1/automation/modes', body: { service: 'dns', mode: 'approve', comment } },
  { operation: 'POST /v1/automation/rate-resets', body: { service: 'dns', comment } },
  { operation: 'POST /v1/silences', body: { where: { rule: ['x'] }, durationMs: 600_000, comment } },
  {
    operation: 'DELETE /v1/silences/{id}',
    path: (made) => `/v1/silences/${idIn('POST /v1/silences', 'silenceId', 'silence')(made)}`,
  },
  { operation: 'POST /v1/deliveries/{id}/retry', path: () => '/v1/deliveries/call/retry', body: { comment } },
  { operation: 'POST /v1/channels/{name}/enable', path: () => '/v1/channels/webhook/enable', body: { comment } },
  { operation: 'POST /v1/channels/{name}/test', path: () => '/v1/channels/pagerduty/test', body: { comment } },
  { operation: 'POST /v1/drills', body: { channel: 'pagerduty', comment } },
  {
    operation: 'POST /v1/on-call',
    body: { plan: { ...PLAN, schedules: [{ ...PLAN.schedules[0], timeZone: 'Europe/Berlin' }] } },
  },
  {
    operation: 'POST /v1/on-call/overrides',
    body: { schedule: 'primary', person: 'alice', fromMs: NOW_MS + 60_000, untilMs: NOW_MS + 120_000, comment },
  },
  {
    operation: 'DELETE /v1/on-call/overrides/{id}',
    path: (made) =>
      `/v1/on-call/overrides/${idIn('POST /v1/on-call/overrides', 'scheduleOverrideId', 'override')(made)}`,
  },
  { operation: 'POST /v1/on-call/reload', body: { comment } },
  { operation: 'POST /v1/rules/reload', body: { comment } },
  {
    operation: 'POST /v1/nodes',
    body: { nodes: [{ nodeId: 'n9', pop: 'iad1', region: 'us-east' }] },
    stays: ['nodes'],
  },
  {
    operation: 'POST /v1/customers',
    body: { customers: [{ customerId: 'c9', name: 'C9', tier: 'tier1', critical: false, zones: ['c9.example'] }] },
    stays: ['customers'],
  },
  { operation: 'POST /v1/keys', body: { name: 'a screen', role: 'viewer', comment }, isShownOnce: true },
  {
    operation: 'POST /v1/keys/{id}/revoke',
    path: (made) => `/v1/keys/${idIn('POST /v1/keys', 'keyId')(made)}/revoke`,
    body: { comment },
  },
  { operation: 'POST /v1/node-keys', body: { nodeId: 'n1', comment }, isShownOnce: true },
  {
    operation: 'POST /v1/node-keys/{id}/revoke',
    path: (made) => `/v1/node-keys/${idIn('POST /v1/node-keys', 'keyId')(made)}/revoke`,
    body: { comment },
  },
];
