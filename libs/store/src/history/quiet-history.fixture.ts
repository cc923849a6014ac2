import { event, type Mute, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T, impactOf, reasonOf } from './event-history-parts.fixture.js';

const MINUTE_MS = 60_000;
const silenced: Mute = {
  by: 'silence',
  id: 'si1',
  untilMs: T + 30 * MINUTE_MS,
  because: 'silenced by user:alice: work',
};

const subject = { rule: 'R17', scope: 'fleet', key: 'fleet', severity: 'critical' } as const;
const fired = (alertId: string) => event('AlertFired', { alertId, ...subject, reason: reasonOf(80), at: T + 1 });
const opened = (incidentId: string, alertId: string) =>
  event('IncidentOpened', {
    incidentId,
    title: 'success across the fleet',
    alertId,
    ...subject,
    reason: reasonOf(80),
    impact: impactOf(10),
    muted: silenced,
    at: T + 1,
  });

const silence = (silenceId: string, comment: string) =>
  event('SilenceCreated', {
    silenceId,
    where: { region: ['us-*'] },
    startsAtMs: T,
    endsAtMs: T + 60 * MINUTE_MS,
    by: 'user:alice',
    comment,
    at: T - 5_000,
  });

const began = (maintenanceId: string) =>
  event('MaintenanceBegan', { maintenanceId, window: 'nightly', startsAtMs: T, endsAtMs: T + 60 * MINUTE_MS, at: T });

const cause = (score: number) => ({
  kind: 'release' as const,
  id: 'ro1',
  verdict: 'proved' as const,
  score,
  failingWith: 0.77,
  failingWithout: 0.0005,
  explained: 0.9,
  onsetAfterMs: 61_000,
  regions: ['us-east'],
  failingRegions: ['us-east'],
  because: '77 % fail with it',
});

/** Alerts that are muted, an incident whose page is held back until its silence is over, and what muted them. */
export const quiet: Chapter = [
  [
    streamOf.silence('si1'),
    0,
    [
      silence('si1', 'work'),
      event('SilenceMatched', { silenceId: 'si1', alertId: 'al4', at: T + 1 }),
      event('SilenceExpired', { silenceId: 'si1', endsAtMs: T + 30 * MINUTE_MS, by: 'user:bob', at: T + MINUTE_MS }),
      event('SilenceEndsSoon', { silenceId: 'si1', endsAtMs: T + 30 * MINUTE_MS, muting: 1, at: T + 20 * MINUTE_MS }),
      event('SilenceEnded', { silenceId: 'si1', hasMatched: true, at: T + 30 * MINUTE_MS }),
    ],
  ],
  [
    streamOf.silence('si2'),
    0,
    [
      silence('si2', 'more work'),
      event('SilenceEndsSoon', { silenceId: 'si2', endsAtMs: T + 60 * MINUTE_MS, muting: 0, at: T + 50 * MINUTE_MS }),
    ],
  ],
  [
    streamOf.maintenance('ma1'),
    0,
    [
      began('ma1'),
      event('MaintenanceMatched', { maintenanceId: 'ma1', alertId: 'al5', at: T + 1 }),
      event('MaintenanceBrokenThrough', { maintenanceId: 'ma1', alertId: 'al5', because: 'success 23 %', at: T + 2 }),
    ],
  ],
  [
    streamOf.maintenance('ma2'),
    0,
    [
      began('ma2'),
      event('MaintenanceEndsSoon', { maintenanceId: 'ma2', endsAtMs: T + 60 * MINUTE_MS, muting: 0, at: T + 3 }),
    ],
  ],
  [
    streamOf.maintenance('ma3'),
    0,
    [began('ma3'), event('MaintenanceEnded', { maintenanceId: 'ma3', hasMatched: false, because: 'over', at: T + 3 })],
  ],
  [
    streamOf.alert('al4'),
    0,
    [
      fired('al4'),
      event('AlertMuted', { alertId: 'al4', mute: silenced, at: T + 1 }),
      event('AlertUnmuted', { alertId: 'al4', because: 'silence si1 is over', at: T + 30 * MINUTE_MS }),
    ],
  ],
  ...['al5', 'al6'].map((alertId): Chapter[number] => [
    streamOf.alert(alertId),
    0,
    [
      fired(alertId),
      event('AlertMuted', { alertId, mute: { ...silenced, by: 'maintenance', id: 'ma1' }, at: T + 1 }),
      event('AlertMuted', { alertId, mute: { ...silenced, by: 'alert', id: 'al4', untilMs: null }, at: T + 2 }),
      ...(alertId === 'al6' ? [event('AlertResolved', { alertId, reason: reasonOf(100), at: T + 4 })] : []),
    ],
  ]),
  [
    streamOf.incident('in3'),
    0,
    [
      opened('in3', 'al4'),
      event('IncidentUnmuted', { incidentId: 'in3', alertId: 'al4', because: 'over', at: T + 30 * MINUTE_MS }),
      event('IncidentCauseChanged', {
        incidentId: 'in3',
        title: 'success of v2.1.5+c42',
        alertId: 'al5',
        rule: 'R26',
        scope: 'release',
        key: 'v2.1.5+c42',
        reason: reasonOf(23),
        because: 'it explains it',
        at: T + 31 * MINUTE_MS,
      }),
      event('IncidentCausesRanked', { incidentId: 'in3', causes: [cause(0.9)], because: 'it', at: T + 31 * MINUTE_MS }),
    ],
  ],
  [streamOf.incident('in4'), 0, [opened('in4', 'al6')]],
  [
    streamOf.status('in3'),
    0,
    [event('StatusUpdatesHeld', { incidentId: 'in3', because: 'its page is held back: work', at: T + MINUTE_MS })],
  ],
];
