import { event, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T } from './event-history-parts.fixture.js';

const REQUESTED = { by: 'schedule', deadlineMs: T + 160_000, at: T + 100_000 };

/** What happens while something of Tocsin itself is away, and what shows beforehand that it is not. */
export const degradedChapter: Chapter = [
  [
    streamOf.spooled('sp1'),
    0,
    [
      event('PageSpooled', {
        spoolId: 'sp1',
        channel: 'pagerduty',
        dedupKey: 'in1',
        title: 'success 80 % < 99 %',
        outcome: 'delivered',
        status: 202,
        detail: 'Event processed',
        spooledAtMs: T + 90_000,
        at: T + 90_200,
      }),
    ],
  ],
  [
    streamOf.spooled('sp2'),
    0,
    [
      event('PageSpooled', {
        spoolId: 'sp2',
        channel: 'slack',
        dedupKey: 'in1',
        action: 'trigger',
        title: 'success 80 % < 99 %',
        outcome: 'handed_over',
        status: null,
        detail: 'timeout: no answer',
        isUnknown: true,
        spooledAtMs: T + 90_000,
        at: T + 90_300,
      }),
    ],
  ],
  [
    streamOf.stale('telemetry-stale-7'),
    0,
    [
      event('TelemetryWentStale', {
        staleId: 'telemetry-stale-7',
        because: 'no tick',
        sinceMs: T + 60_000,
        at: T + 90_000,
      }),
      event('TelemetryMoved', { staleId: 'telemetry-stale-7', because: 'ticks come', at: T + 99_000 }),
    ],
  ],
  [
    streamOf.drill('dr1'),
    0,
    [
      event('DrillRequested', { drillId: 'dr1', channel: 'webhook', ...REQUESTED }),
      event('DrillSignalled', { drillId: 'dr1', at: T + 100_200 }),
      event('DrillFired', { drillId: 'dr1', channel: 'webhook', signalledAtMs: T + 100_200, at: T + 100_500 }),
      event('DrillPassed', {
        drillId: 'dr1',
        hops: {
          requested: T + 100_000,
          signalled: T + 100_200,
          decided: T + 100_500,
          sent: T + 100_600,
          accepted: T + 100_700,
        },
        at: T + 101_000,
      }),
    ],
  ],
  [
    streamOf.drill('dr2'),
    0,
    [
      event('DrillRequested', { drillId: 'dr2', ...REQUESTED }),
      event('DrillSignalled', { drillId: 'dr2', at: T + 100_300 }),
      event('DrillFailed', { drillId: 'dr2', missed: 'decided', because: 'the rules are away', at: T + 160_000 }),
    ],
  ],
  [
    streamOf.drill('dr3'),
    0,
    [
      event('DrillRequested', { drillId: 'dr3', ...REQUESTED }),
      event('DrillFired', { drillId: 'dr3', signalledAtMs: T + 100_200, at: T + 100_500 }),
    ],
  ],
];
