import { event, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T, impactOf, reasonOf } from './event-history-parts.fixture.js';

const RELEASE = { softwareVersion: 'v2.1.4', configRev: 'c41' };

const plan = (redirectId: string, key: string) =>
  event('RedirectDecided', {
    redirectId,
    incidentId: 'in2',
    alertId: 'al3',
    scope: 'pop',
    key,
    nodes: ['n1', 'n2'],
    siblings: ['iad2'],
    service: 'dns',
    release: RELEASE,
    trigger: reasonOf(null, 'R25'),
    rails: [{ rail: 'capacity', holds: true, detail: '3 of 5' }],
    at: T + 70_000,
  });
const refusal = (redirectId: string, rail: string) =>
  event('RedirectRefused', { redirectId, incidentId: 'in2', alertId: 'al3', rail, because: 'none', at: T + 69_000 });
const command = (redirectId: string, action: 'drain' | 'resume', generation: number) =>
  event('RedirectCommanded', {
    redirectId,
    action,
    commandId: `${redirectId}-${action}`,
    generation,
    because: 'p99',
    at: T + 70_000,
  });
const answer = (redirectId: string, action: 'drain' | 'resume', nodeId: string, status = 'done') =>
  event('RedirectAnswered', { redirectId, action, nodeId, status, at: T + 71_000 });

/** What rules do beside the record: an incident that is declared and escalated, and traffic in every state but `resuming`. */
export const actionsChapter: Chapter = [
  [
    streamOf.externalChange('ch1'),
    0,
    [
      event('ExternalChangeTold', {
        changeId: 'ch1',
        source: 'pagerduty',
        summary: 'deployed v2.1.5',
        labels: {},
        links: [],
        at: T + 50_000,
      }),
    ],
  ],
  [
    streamOf.receiverIncident('pagerduty', 'P1'),
    0,
    [
      event('ReceiverIncidentNamed', {
        receiver: 'pagerduty',
        receiverIncidentId: 'P1',
        incidentId: 'in1',
        at: T + 79_000,
      }),
    ],
  ],
  [
    streamOf.alertResolution('al2'),
    0,
    [event('AlertResolutionRequested', { alertId: 'al2', by: 'operator:alice', comment: 'over', at: T + 79_500 })],
  ],
  [
    streamOf.reply('re1'),
    0,
    [
      event('ReplyTaken', {
        replyId: 're1',
        incidentId: 'in1',
        action: 'acknowledge',
        by: 'link:alice',
        via: 'link',
        at: T + 80_000,
      }),
    ],
  ],
  [
    streamOf.incident('in2'),
    1,
    [
      event('IncidentDeclared', { incidentId: 'in2', priority: 'P0', because: 'critical', at: T + 62_500 }),
      event('IncidentEscalated', { incidentId: 'in2', to: 'vp', alertId: 'al3', because: 'score', at: T + 62_750 }),
      event('IncidentEscalated', {
        incidentId: 'in2',
        to: 'on_call',
        alertId: 'al3',
        because: '1 more, 2 in all',
        joined: { count: 2 },
        at: T + 62_800,
      }),
      event('StatusUpdateRequested', {
        incidentId: 'in2',
        alertId: 'al3',
        because: 'success 80 %',
        impact: impactOf(10),
        at: T + 63_000,
      }),
      event('FallBackRequested', {
        incidentId: 'in2',
        alertId: 'al3',
        because: 'success 80 %',
        impact: impactOf(10),
        at: T + 63_000,
      }),
    ],
  ],
  [
    streamOf.redirect('rd1'),
    0,
    [
      refusal('rd1', 'capacity'),
      plan('rd1', 'iad1'),
      command('rd1', 'drain', 11),
      answer('rd1', 'drain', 'n1'),
      answer('rd1', 'drain', 'n2'),
    ],
  ],
  [
    streamOf.redirect('rd2'),
    0,
    [
      plan('rd2', 'fra1'),
      command('rd2', 'drain', 12),
      answer('rd2', 'drain', 'n1'),
      answer('rd2', 'drain', 'n2'),
      event('RedirectVerified', { redirectId: 'rd2', because: '3 of 5 serve', at: T + 80_000 }),
      event('RedirectWaiting', { redirectId: 'rd2', because: '0 of 2 nodes answered well', at: T + 81_000 }),
    ],
  ],
  [
    streamOf.redirect('rd3'),
    0,
    [
      plan('rd3', 'lhr1'),
      command('rd3', 'drain', 13),
      command('rd3', 'resume', 14),
      event('RedirectEnded', { redirectId: 'rd3', because: 'all 2 nodes serve again', at: T + 90_000 }),
    ],
  ],
  [
    streamOf.redirect('rd4'),
    0,
    [
      plan('rd4', 'cdg1'),
      command('rd4', 'drain', 15),
      answer('rd4', 'drain', 'n1', 'failed'),
      command('rd4', 'resume', 16),
      event('RedirectStopped', { redirectId: 'rd4', because: 'resume: node n1 answered failed', at: T + 95_000 }),
    ],
  ],
  [streamOf.redirect('rd5'), 0, [refusal('rd5', 'siblings'), refusal('rd5', 'rate')]],
];
