import { event, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T } from './event-history-parts.fixture.js';

const RELEASE = { softwareVersion: 'v2.1.6', configRev: 'c43' };
const PREVIOUS = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const BY = 'deploy:ci';
const counts = { good: 9_990, bad: 10 };
const gateTest = {
  test: 'failing',
  nats: 1.5,
  stopNats: 6.2,
  promoteNats: -4.6,
  verdict: 'need_more_data' as const,
  detail: '0.1 % of 10,000 fail',
};
const plan = {
  stages: [
    { name: 'canary', sharePercent: 1, durationMs: 60_000, gate: { failing: { healthy: 0.001, faulty: 0.003 } } },
    { name: 'rest', sharePercent: 100, durationMs: 60_000, gate: { failing: { healthy: 0.001, faulty: 0.003 } } },
  ],
};

const declared = (rolloutId: string) =>
  event('RolloutDeclared', {
    rolloutId,
    service: 'dns',
    release: RELEASE,
    previous: PREVIOUS,
    mode: 'driving',
    plan,
    nodes: ['n1', 'n2'],
    by: BY,
    at: T + 1_000,
  });
const blocked = (rolloutId: string) =>
  event('PreflightBlocked', { rolloutId, missing: [{ item: 'risk', detail: 'nobody assessed it' }], at: T + 2_000 });
const started = (rolloutId: string) =>
  event('RolloutStarted', {
    rolloutId,
    service: 'dns',
    release: RELEASE,
    previous: PREVIOUS,
    stage: 'canary',
    nodes: ['n1'],
    origin: 'declared',
    at: T + 3_000,
  });
const gate = (rolloutId: string, stage: string, at: number) => [
  event('GateMeasured', {
    rolloutId,
    stage,
    phase: 'baking',
    throughSlot: at / 1_000,
    cohort: counts,
    control: counts,
    customers: 2,
    tests: [gateTest],
    at,
  }),
  event('GateDecided', {
    rolloutId,
    stage,
    phase: 'baking',
    verdict: 'promote',
    cohort: counts,
    control: counts,
    tests: [gateTest],
    because: 'every test passed',
    at,
  }),
];

const updated = (nodeId: string, status: 'done' | 'failed', at: number) =>
  event('NodeUpdated', {
    rolloutId: 'ro3',
    stage: 'canary',
    nodeId,
    status,
    probes: 3,
    passed: status === 'done' ? 3 : 1,
    detail: `${status}`,
    at,
  });

const rollouts: Chapter = [
  [
    streamOf.rollout('ro3'),
    0,
    [
      declared('ro3'),
      blocked('ro3'),
      event('RiskAssessed', { rolloutId: 'ro3', risk: 'low', author: 'ana', text: 'a flag', by: BY, at: T + 1_100 }),
      event('BlastRadiusComputed', {
        rolloutId: 'ro3',
        stages: [
          {
            stage: 'canary',
            nodes: 1,
            customers: 2,
            byTier: { tier1: 1, tier2: 1, tier3: 0 },
            score: 110,
            dollarsPerMinute: 55_000,
          },
        ],
        at: T + 1_200,
      }),
      event('LoadTested', {
        rolloutId: 'ro3',
        nodeId: 'n1',
        families: [{ family: 'edge_cases', passed: true, detail: '40 of 40' }],
        by: BY,
        at: T + 1_300,
      }),
      event('PreflightOverridden', {
        rolloutId: 'ro3',
        items: ['target'],
        by: 'operator:ana',
        comment: 'first of its kind',
        at: T + 1_400,
      }),
      event('RolloutStartRequested', { rolloutId: 'ro3', by: BY, at: T + 2_500 }),
      started('ro3'),
      event('StageCommanded', {
        rolloutId: 'ro3',
        stage: 'canary',
        commandId: 'co9',
        generation: 30,
        nodes: ['n1'],
        at: T + 3_100,
      }),
      event('HaltCommanded', { rolloutId: 'ro3', commandId: 'co10', generation: 31, nodes: ['n1'], at: T + 3_150 }),
      updated('n1', 'failed', T + 3_200),
      updated('n1', 'done', T + 3_300),
      ...gate('ro3', 'canary', T + 60_000),
      event('StageApproved', { rolloutId: 'ro3', stage: 'canary', by: 'operator:ana', note: '', at: T + 61_000 }),
      event('StagePromoted', { rolloutId: 'ro3', stage: 'canary', next: 'rest', because: 'passed', at: T + 61_000 }),
      event('RolloutStageReached', { rolloutId: 'ro3', stage: 'rest', nodes: ['n2'], at: T + 62_000 }),
      event('GateOverdue', { rolloutId: 'ro3', stage: 'rest', because: 'twice 60 s', at: T + 182_000 }),
      event('RolloutCompleted', { rolloutId: 'ro3', because: 'every stage was promoted', at: T + 190_000 }),
    ],
  ],
  [
    streamOf.rollout('ro4'),
    0,
    [
      declared('ro4'),
      started('ro4'),
      event('RolloutCompleted', { rolloutId: 'ro4', because: 'every stage was promoted', at: T + 190_000 }),
      event('RolloutEnded', { rolloutId: 'ro4', because: 'watched for 24 h', at: T + 90_000_000 }),
    ],
  ],
  [
    streamOf.rollout('ro5'),
    0,
    [
      declared('ro5'),
      blocked('ro5'),
      event('HaltRequested', { rolloutId: 'ro5', by: 'operator:ana', comment: 'not today', at: T + 4_000 }),
      event('HaltCommanded', { rolloutId: 'ro5', commandId: 'co10', generation: 31, nodes: ['n1'], at: T + 4_500 }),
    ],
  ],
];

const releaseOf = { service: 'dns', release: RELEASE };
const releases: Chapter = [
  [
    streamOf.release('dns', 'v2.1.6+c43'),
    0,
    [
      event('ReleaseAttested', {
        ...releaseOf,
        goodSinceMs: T - 86_400_000,
        nodes: 20,
        isRollbackSafe: true,
        by: BY,
        at: T,
      }),
      event('RollbackRehearsed', { ...releaseOf, passed: true, detail: 'back in 12 s', by: BY, at: T + 1 }),
      event('ReleaseQuarantined', { ...releaseOf, rollbackId: 'rb1', because: 'rolled back', at: T + 2 }),
      event('QuarantineLifted', { ...releaseOf, by: 'admin:root', comment: 'it was the network', at: T + 3 }),
    ],
  ],
  [
    streamOf.release('dns', 'v2.1.7+c44'),
    0,
    [
      event('ReleaseQuarantined', {
        service: 'dns',
        release: { softwareVersion: 'v2.1.7', configRev: 'c44' },
        rollbackId: 'rb2',
        because: 'rolled back',
        at: T + 2,
      }),
    ],
  ],
  [
    streamOf.automation,
    0,
    [
      event('AutomationSwitched', { isOn: false, by: 'admin:root', comment: 'drill', at: T }),
      event('AutomationModeSet', { service: 'dns', mode: 'approve', by: 'operator:ana', comment: 'week 1', at: T + 1 }),
      event('RateRailOpened', { rollbackId: 'rb1', plans: 3, because: '3 in 24 h', at: T + 1 }),
      event('RateRailReset', { service: 'dns', by: 'operator:ana', comment: 'known', at: T + 2 }),
    ],
  ],
];

const trigger = { rollbackId: 'rb4', incidentId: 'in2', rolloutId: 'ro3' };
const rollbacks: Chapter = [
  [
    streamOf.rollback('rb4'),
    0,
    [
      event('RollbackProposed', { ...trigger, mode: 'approve', nodes: 2, because: 'every rail holds', at: T + 70_000 }),
      event('RollbackApproved', { rollbackId: 'rb4', by: 'operator:ana', comment: 'yes', at: T + 71_000 }),
    ],
  ],
  [
    streamOf.rollback('rb5'),
    0,
    [
      event('RollbackRequested', {
        rollbackId: 'rb5',
        rolloutId: 'ro3',
        by: 'operator:ana',
        comment: 'customers call',
        at: T + 72_000,
      }),
    ],
  ],
  [
    streamOf.rollback('rb1'),
    7,
    [
      event('WaveRepeated', { rollbackId: 'rb1', wave: 2, commandId: 'co1', missing: 1, at: T + 80_000 }),
      event('WaveStepAnswered', {
        rollbackId: 'rb1',
        wave: 1,
        nodeId: 'n1',
        step: 'stop',
        status: 'done',
        detail: '',
        at: T + 66_000,
      }),
      event('StakeholdersNotified', { rollbackId: 'rb1', because: 'it is over', at: T + 200_000 }),
    ],
  ],
];

const checklist = { isCritical: true, dollarsPerHour: 12e6, affectedCustomers: 1_200, resolutionEtaMs: 10_800_000 };
const overrideOf = (overrideId: string) =>
  event('OverrideRequested', {
    overrideId,
    rollbackId: 'rb3',
    rails: ['fresh'],
    checklist,
    by: 'incident_commander:ivy',
    comment: 'nothing else is left',
    expiresAtMs: T + 670_000,
    at: T + 70_000,
  });
const vote = (overrideId: string, isApproved: boolean) =>
  event('OverrideVoted', {
    overrideId,
    role: 'engineering_vp',
    isApproved,
    by: 'engineering_vp:eve',
    comment: 'seen',
    at: T + 80_000,
  });
const overrides: Chapter = [
  [
    streamOf.override('ov1'),
    0,
    [
      overrideOf('ov1'),
      vote('ov1', true),
      event('OverrideGranted', { overrideId: 'ov1', rollbackId: 'rb3', at: T + 81_000 }),
    ],
  ],
  [
    streamOf.override('ov2'),
    0,
    [
      overrideOf('ov2'),
      vote('ov2', false),
      event('OverrideRefused', { overrideId: 'ov2', because: 'the engineering VP said no', at: T + 81_000 }),
    ],
  ],
  [
    streamOf.override('ov3'),
    0,
    [overrideOf('ov3'), event('OverrideExpired', { overrideId: 'ov3', because: '1 of 3 votes', at: T + 670_000 })],
  ],
  [streamOf.override('ov4'), 0, [overrideOf('ov4')]],
];

const update = (service: string, updateId: string) =>
  event('UpdateBegan', { service, updateId, rolloutId: 'ro3', nodeId: updateId, at: T + 3_000 });
const updateEnded = (service: string, updateId: string, isHealthy: boolean) =>
  event('UpdateEnded', { service, updateId, isHealthy, detail: '', at: T + 3_500 });
const opened = (service: string) =>
  event('BreakerOpened', { service, because: '6 of 10 failed', failures: 6, updates: 10, at: T + 4_000 });
const breakers: Chapter = [
  [
    streamOf.breaker('dns'),
    0,
    [
      ...['n1', 'n2', 'n3'].map((node) => update('dns', node)),
      updateEnded('dns', 'n1', true),
      updateEnded('dns', 'n2', false),
      opened('dns'),
    ],
  ],
  [
    streamOf.breaker('mail'),
    0,
    [update('mail', 'n1'), opened('mail'), event('BreakerHalfOpened', { service: 'mail', at: T + 5_000 })],
  ],
  [
    streamOf.breaker('web'),
    0,
    [
      update('web', 'n1'),
      opened('web'),
      event('BreakerHalfOpened', { service: 'web', at: T + 5_000 }),
      event('BreakerClosed', { service: 'web', because: 'the update was healthy', at: T + 6_000 }),
    ],
  ],
];

const fallbackOf = (fallbackId: string, isDryRun: boolean) =>
  event('FallbackDecided', {
    fallbackId,
    incidentId: 'in2',
    customerId: 'delta',
    provider: 'cloudflare_dns',
    isDryRun,
    because: 'success 80 %',
    at: T + 63_000,
  });
const fallbackCommand = (fallbackId: string) =>
  event('FallbackCommanded', {
    fallbackId,
    step: 'setup_emergency_dns_fallback',
    provider: 'cloudflare_dns',
    commandId: `${fallbackId}-1`,
    generation: 40,
    at: T + 64_000,
  });
const fallbacks: Chapter = [
  [
    streamOf.fallback('fb1'),
    0,
    [
      fallbackOf('fb1', false),
      fallbackCommand('fb1'),
      event('FallbackAnswered', {
        fallbackId: 'fb1',
        step: 'setup_emergency_dns_fallback',
        status: 'failed',
        detail: 'no zone',
        at: T + 65_000,
      }),
      event('FallbackProviderChanged', {
        fallbackId: 'fb1',
        provider: 'google_dns',
        because: 'cloudflare_dns failed',
        at: T + 66_000,
      }),
    ],
  ],
  [
    streamOf.fallback('fb2'),
    0,
    [
      fallbackOf('fb2', false),
      event('FallbackStopped', { fallbackId: 'fb2', because: 'no provider took it', at: T + 70_000 }),
    ],
  ],
  [
    streamOf.fallback('fb3'),
    0,
    [
      fallbackOf('fb3', true),
      event('FallbackEnded', { fallbackId: 'fb3', because: 'the customer is well', at: T + 90_000 }),
    ],
  ],
];

/** What acts: rollouts in every state, releases, automation, what people ask for and vote on, breakers and fallbacks. */
export const rolloutsChapter: Chapter = [
  ...rollouts,
  ...releases,
  ...rollbacks,
  ...overrides,
  ...breakers,
  ...fallbacks,
];
