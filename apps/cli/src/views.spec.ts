import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ApiClient, createApiClient, Refused, Unreachable } from './api-client.js';
import type { Incident, Recorded, Rollback } from './answers.js';
import { formatIncident, readIncident } from './incident.js';
import { createPaint } from './paint.js';
import { formatStatus, type Health, readStatus, verdictOf } from './status.js';
import { formatRecorded, tailEvents } from './tail.js';

const NOW_MS = 1_626_954_445_000;
const PLAIN = createPaint(false, {});
const health = (key: string, success: number | null): Health => ({
  key,
  good: 9_000,
  bad: 1_000,
  success,
  p50: 15_000,
  p95: 'timeout',
  p99: 'timeout',
});
const impact = {
  affectedCustomers: 144,
  byTier: { tier1: 9, tier2: 35, tier3: 100 },
  score: 1_350,
  dollarsPerMinute: 675_000,
  top: [{ customerId: 'delta', name: 'Delta Air Lines', tier: 'tier1' as const, failing: 0.77 }],
};
const incident: Incident = {
  incidentId: 'i-1',
  title: 'v2.1.5+c42 fails in europe',
  severity: 'critical',
  status: 'acknowledged',
  rule: 'dns_resolution_success_rate',
  scope: 'release_region',
  key: 'v2.1.5+c42|europe',
  reason: { text: 'success 80.71 % < 99 % over 1m' },
  impact,
  peakImpact: impact,
  openedAt: NOW_MS - 42_000,
  acknowledgedAt: NOW_MS - 39_000,
  acknowledgedBy: 'on-call engineer',
  owner: null,
  snoozedUntil: null,
  priority: 'P0',
  detectMs: 400,
  isDetectedInTime: true,
  escalations: [{ to: 'vp', alertId: 'a-1', because: 'impact score 1350 > 1000 over 2m', at: NOW_MS - 40_000 }],
  requests: [{ what: 'status_update', alertId: 'a-1', because: 'success 80.71 % < 99 % over 1m', at: NOW_MS - 40_000 }],
  resolvedAt: null,
};
const rollback: Rollback = {
  rollbackId: 'r-1',
  incidentId: 'i-1',
  status: 'running',
  from: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  to: { softwareVersion: 'v2.1.4', configRev: 'c41' },
  because: null,
  decidedAt: NOW_MS - 41_000,
  refusals: [],
  waves: [
    {
      wave: 1,
      nodes: ['fra-01', 'fra-02'],
      status: 'verified',
      commandedAt: 1,
      verifiedAt: 2,
      because: '100 % over 3s',
    },
    { wave: 2, nodes: ['iad-01'], status: 'commanded', commandedAt: 3, verifiedAt: null, because: null },
  ],
};
const recorded = (position: number): Recorded => ({
  position,
  stream: 'incident-i-1',
  recordedAtMs: NOW_MS,
  event: { type: 'IncidentAcknowledged', data: { incidentId: 'i-1', by: 'on-call engineer', note: 'looking' } },
  metadata: { actor: 'user:on-call engineer' },
});

const saidOver: Recorded = {
  ...recorded(8),
  stream: 'resolution-al1',
  event: { type: 'AlertResolutionRequested', data: { alertId: 'al1', by: 'slack:alice', comment: 'fixed' } },
  metadata: { actor: 'slack:alice' },
};

/** Answers by path; what is not there is a 404 problem. */
const startApi = async (answers: Readonly<Record<string, unknown>>) => {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://x');
    asked.push(`${pathname}${search}`);
    const answer = answers[pathname];
    const problem = { title: 'There is no such thing here', detail: pathname };
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? problem));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { api: createApiClient({ url, key: 'a.b' }), asked, close };
};
const withApi = async <T>(
  answers: Readonly<Record<string, unknown>>,
  use: (api: ApiClient) => Promise<T>,
): Promise<T> => {
  const { api, close } = await startApi(answers);
  try {
    return await use(api);
  } finally {
    await close();
  }
};

describe('status', () => {
  it('B4: without outcomes nothing is known; an open incident is never well', () => {
    expect(verdictOf(health('fleet', null), [])).toBe('unknown');
    expect(verdictOf(health('fleet', 99.95), [])).toBe('well');
    expect(verdictOf(health('fleet', 99.4), [])).toBe('hurt');
    expect(verdictOf(health('fleet', 100), [incident])).toBe('hurt');
  });

  it('B9: tells success, percentiles, regions, open incidents with customers and money, running rollbacks', async () => {
    const answers = {
      '/v1/fleet': { fleet: health('fleet', 80.71), regions: [health('us-east', 99.95), health('europe', 23)] },
      '/v1/incidents': { incidents: [incident] },
      '/v1/rollbacks': { rollbacks: [rollback] },
    };
    const status = await withApi(answers, readStatus);
    expect(formatStatus(status, NOW_MS, PLAIN)).toEqual([
      'The fleet is hurt.',
      '',
      '         success    p50      p95      p99  outcomes',
      'fleet    80.71 %  15 ms  timeout  timeout    10,000',
      'us-east  99.95 %  15 ms  timeout  timeout    10,000',
      'europe   23.00 %  15 ms  timeout  timeout    10,000',
      '',
      'incident  status        since  customers         money  what',
      'i-1       acknowledged   42 s        144  $675,000/min  v2.1.5+c42 fails in europe',
      '',
      'running rollbacks',
      '  r-1: v2.1.5+c42 to v2.1.4+c41, running, 1 of 2 waves verified',
    ]);
    expect(status.more).toEqual({ incidents: false, rollbacks: false });
  });

  it('says that there is more than it shows, and what lists it', async () => {
    const answers = {
      '/v1/fleet': { fleet: health('fleet', 80.71), regions: [] },
      '/v1/incidents': { incidents: [incident], next: 'c1' },
      '/v1/rollbacks': { rollbacks: [rollback], next: 'c2' },
    };
    const status = await withApi(answers, readStatus);
    expect(status.more).toEqual({ incidents: true, rollbacks: true });
    const lines = formatStatus(status, NOW_MS, PLAIN);
    expect(lines).toContain('and more than these 1: tocsin incident ls --status open,acknowledged --all');
    expect(lines.at(-1)).toBe('  and more than these 1: tocsin rollback ls --status running --all');
  });
});

describe('incident show', () => {
  it('B13, R44, R48: tells why, how soon, how urgent, who, what was done, who was told', async () => {
    const deliveries = [
      {
        deliveryId: 'd',
        subject: 'page',
        action: 'trigger',
        channel: 'pagerduty',
        dedupKey: 'i-1',
        status: 'delivered',
        attempts: 1,
      },
    ];
    const redirects = [
      {
        redirectId: 'rd-1',
        incidentId: 'i-1',
        decidedAt: NOW_MS,
        status: 'verified',
        scope: 'pop',
        key: 'iad1',
        nodes: ['n1', 'n2', 'n3'],
        siblings: ['iad2'],
        refusals: [],
        because: '6 of 9 nodes serve',
      },
    ];
    const answers = {
      '/v1/incidents': { incidents: [incident] },
      '/v1/incidents/i-1': {
        incident,
        alerts: [],
        timeline: [recorded(7), saidOver],
        rollbacks: [rollback],
        redirects,
        deliveries,
        escalation: null,
      },
    };
    const report = await withApi(answers, (api) => readIncident(api, 'latest'));
    if (report === undefined) throw new Error('no report');
    const text = formatIncident(report, NOW_MS, PLAIN).join('\n');
    for (const part of [
      'acknowledged, P0, critical, opened 2021-07-22 11:46:43 UTC, for 42 s',
      'why           success 80.71 % < 99 % over 1m',
      'detected      0.4 s after it began, within 2 min',
      'called        vp: impact score 1350 > 1000 over 2m',
      'asked for     status update: success 80.71 % < 99 % over 1m',
      'rd-1: 3 nodes of pop iad1 to iad2, verified; 6 of 9 nodes serve',
      'acknowledged  by on-call engineer, 3 s after opening',
      '144 customers (tier 1: 9, tier 2: 35, tier 3: 100), score 1,350, $675,000 a minute',
      'Delta Air Lines  tier 1  77.00 %',
      'wave 1: verified, 2 nodes (fra-01, fra-02): 100 % over 3s',
      'page trigger  pagerduty  delivered         1',
    ])
      expect(text).toContain(part);
    expect(text).toMatch(/IncidentAcknowledged +user:on-call engineer +by on-call engineer, note looking/);
    expect(text).toMatch(/AlertResolutionRequested +slack:alice +alertId al1, by slack:alice/);
  });

  it('an unknown one, and none at all, are undefined', async () => {
    await withApi({ '/v1/incidents': { incidents: [] } }, async (api) => {
      expect(await readIncident(api, 'latest')).toBeUndefined();
      expect(await readIncident(api, 'i-9')).toBeUndefined();
    });
  });
});

describe('tail', () => {
  const frame = (position: number): string => `id: ${position}\ndata: ${JSON.stringify(recorded(position))}\n\n`;
  /** A server whose every stream ends after what is told for it; the last one is refused for good. */
  const startStreams = async (streams: readonly (string | number)[]) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const told = streams[asked.length] ?? 401;
      asked.push(request.url ?? '');
      if (typeof told === 'string') response.write(told, () => response.destroy());
      else response.writeHead(told).end('{"title":"no"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return { api: createApiClient({ url, key: 'a.b' }), asked, close: () => server.close() };
  };
  const tailOf = async (streams: readonly (string | number)[], filter = {}) => {
    const { api, asked, close } = await startStreams(streams);
    const [seen, told]: [number[], string[]] = [[], []];
    const failed = await tailEvents({
      api,
      after: 4,
      filter,
      onEvent: ({ position }) => seen.push(position),
      onAway: (message) => told.push(message),
      pause: () => Promise.resolve(),
      isStopped: () => false,
    }).catch((error: unknown) => error);
    close();
    return { asked, seen, told, failed };
  };

  it('B15: each connection goes on after the last position, whatever broke and wherever; no gap, no repetition', async () => {
    const cut = frame(6).slice(0, 40);
    const beat = ': beat\nid: 9\n\n';
    const { asked, seen, told, failed } = await tailOf([`${frame(5)}${cut}`, 503, `${frame(6)}${frame(7)}${beat}`], {
      types: 'A,B',
    });
    expect(seen).toEqual([5, 6, 7]);
    expect(asked).toEqual([4, 5, 5, 9].map((after) => `/v1/stream?types=A%2CB&after=${after}`));
    expect(told).toHaveLength(2);
    expect(failed).toBeInstanceOf(Refused);
    expect(formatRecorded(recorded(5), PLAIN)).toBe(
      '5  2021-07-22 11:47:25  IncidentAcknowledged  by on-call engineer, note looking',
    );
  });

  it('says why the server ended it', async () => {
    const end = 'event: end\ndata: {"status":401,"title":"The API key is not known","detail":"revoked"}\n\n';
    const { asked, failed } = await tailOf([`${frame(5)}${end}`]);
    expect([asked.length, String(failed)]).toEqual([1, 'Refused: the stream ended: The API key is not known: revoked']);
  });

  it('waits for a server that is away, says so once, and gives up in the end', async () => {
    const api = createApiClient({ url: new URL('http://127.0.0.1:1'), key: 'a.b' });
    const told: string[] = [];
    const tailing = tailEvents({
      api,
      after: 0,
      filter: {},
      onEvent: () => undefined,
      onAway: (message) => told.push(message),
      pause: () => Promise.resolve(),
      isStopped: () => false,
    });
    await expect(tailing).rejects.toThrow(Unreachable);
    expect(told).toHaveLength(1);
  });
});

it('a refusal says what was refused and why', async () => {
  await withApi({}, async (api) => {
    await expect(api.get('/v1/what')).rejects.toThrow(Refused);
    await expect(api.get('/v1/what')).rejects.toThrow('GET /v1/what: 404 There is no such thing here: /v1/what');
  });
});
