import { event, type Event, streamOf } from '#contracts';
import { NOW_MS } from './api.fixture.js';

const AT = NOW_MS - 30_000;
/** What was decided of the story beside its rollback: an override, a fallback, who is called, and what the public is told. */
export const LATER_DECISIONS: readonly (readonly [string, Event])[] = [
  [
    streamOf.override('ov1'),
    event('OverrideRequested', {
      overrideId: 'ov1',
      rollbackId: 'rb1',
      rails: ['quarantine'],
      checklist: { isCritical: true, dollarsPerHour: 12e6, affectedCustomers: 1_200, resolutionEtaMs: 10_800_000 },
      by: 'user:ana',
      comment: 'no other way',
      expiresAtMs: NOW_MS,
      at: AT,
    }),
  ],
  [
    streamOf.fallback('fb1'),
    event('FallbackDecided', {
      fallbackId: 'fb1',
      incidentId: 'in1',
      customerId: 'delta',
      provider: 'cloudflare_dns',
      isDryRun: true,
      because: '77 % of its queries fail',
      at: AT,
    }),
  ],
  [
    streamOf.escalation('in1'),
    event('EscalationStarted', {
      incidentId: 'in1',
      policy: {
        policy: 'default',
        levels: [{ call: [{ vp: true }], waitMs: 240_000 }],
        repeats: 1,
        raises: [],
        acknowledgedForMs: 1_800_000,
      },
      level: 1,
      because: 'policy default',
      dueAtMs: NOW_MS,
      at: AT,
    }),
  ],
  [
    streamOf.status('in1'),
    event('StatusUpdateDrafted', {
      incidentId: 'in1',
      n: 1,
      update: {
        title: 'DNS queries fail in US East',
        state: 'identified',
        impact: 'critical',
        text: 'Some DNS queries fail.',
        workaround: 'Ask 1.1.1.1.',
        regions: ['us-east'],
        startedAtMs: AT,
        nextUpdateAtMs: NOW_MS,
      },
      customers: [],
      affectedCustomers: 37,
      publishByMs: NOW_MS,
      isReviewed: true,
      everyMs: 900_000,
      because: 'the first is due',
      dueAtMs: NOW_MS,
      at: AT,
    }),
  ],
];
