import { event, type StatusUpdate, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T } from './event-history-parts.fixture.js';

const update = (state: StatusUpdate['state']): StatusUpdate => ({
  title: 'Some DNS queries fail in US East',
  state,
  impact: 'critical',
  text: 'Some DNS queries fail in US East, since 11:47 UTC.',
  workaround: '',
  regions: ['us-east'],
  startedAtMs: T + 61_000,
  nextUpdateAtMs: state === 'resolved' ? null : T + 1_000_000,
});
const told = { customers: [{ customerId: 'delta', name: 'DELTA' }], affectedCustomers: 10 };

const drafted = (incidentId: string, n: number, state: StatusUpdate['state'] = 'investigating') =>
  event('StatusUpdateDrafted', {
    incidentId,
    n,
    update: update(state),
    ...told,
    publishByMs: T + 182_000,
    isReviewed: true,
    everyMs: 900_000,
    because: 'the first update is due',
    dueAtMs: T + 482_000,
    at: T + 122_000 + n,
  });
const published = (incidentId: string, n: number) =>
  event('StatusUpdatePublished', {
    incidentId,
    n,
    update: { ...update('identified'), text: 'as edited' },
    ...told,
    by: 'operator:alice',
    endsOverdue: false,
    dueAtMs: T + 1_000_000,
    at: T + 130_000,
  });

/** What the public is told of one incident, and not of another, with updates in every state; and a post-mortem. */
export const statusChapter: Chapter = [
  [
    streamOf.status('in2'),
    0,
    [
      drafted('in2', 1),
      event('StatusCustomersListed', {
        incidentId: 'in2',
        n: 1,
        customers: [{ customerId: 'ups', name: 'UPS' }],
        at: T + 122_001,
      }),
      published('in2', 1),
      drafted('in2', 2),
      event('StatusUpdateDiscarded', {
        incidentId: 'in2',
        n: 2,
        by: 'operator:alice',
        comment: 'nothing is new',
        endsOverdue: false,
        dueAtMs: T + 1_900_000,
        at: T + 140_000,
      }),
      drafted('in2', 3),
      drafted('in2', 4),
      event('StatusUpdateOverdue', {
        incidentId: 'in2',
        n: 4,
        title: 'success',
        publishByMs: T + 182_000,
        because: 'nobody published it',
        dueAtMs: T + 1_910_000,
        at: T + 482_000,
      }),
    ],
  ],
  [
    streamOf.status('in1'),
    0,
    [
      drafted('in1', 1, 'resolved'),
      event('StatusUpdatesEnded', { incidentId: 'in1', because: 'over', endsOverdue: false, at: T + 202_000 }),
    ],
  ],
  [
    streamOf.postMortem('in1'),
    0,
    [
      event('PostMortemDrafted', {
        incidentId: 'in1',
        sha256: 'ab'.repeat(32),
        detectMs: 30_000,
        acknowledgeMs: 19_000,
        mitigateMs: null,
        resolveMs: 170_000,
        peakCustomers: 90,
        cumulativeDollars: 12.5,
        statusUpdates: 0,
        at: T + 203_000,
      }),
    ],
  ],
  [
    streamOf.incident('in2'),
    6,
    [event('RunbookResultAttached', { incidentId: 'in2', step: 'dig', by: 'user:alice', output: 'NXDOMAIN', at: T })],
  ],
];
