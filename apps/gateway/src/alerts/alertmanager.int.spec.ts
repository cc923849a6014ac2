import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { signalSchema } from '#contracts';
import type { OpenApi } from '#runtime';
import { createDice, hostilePayload, soundBatch, until } from '#testing';
import { send, serveGateway, type ServedGateway } from '../gateway.fixture.js';

const run = promisify(execFile);
const AMTOOL = '/usr/bin/amtool';
const withAmtool = existsSync(AMTOOL) ? describe : describe.skip;
if (!existsSync(AMTOOL)) console.info(`skipped: no ${AMTOOL}; apt-get install prometheus-alertmanager`);

let served: ServedGateway;
let key: string;
/** What was told, and kept, before a test. */
const before = { signals: 0, letters: 0 };
beforeAll(async () => {
  served = await serveGateway();
  key = await served.keyOf('alerts');
});
afterAll(() => served.stop());
beforeEach(async () => {
  before.signals = (await served.records('telemetry.signals')).length;
  before.letters = (await served.records('telemetry.dead-letter')).length;
});

const JSON_TYPE = 'application/json';
const post = async (path: string, body: unknown, authorization = key, contentType = JSON_TYPE) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(new URL(path, served.url), {
    method: 'POST',
    headers: { 'content-type': contentType, authorization },
    body: text,
  });
  return { status: response.status, body: await response.text() };
};

const told = async () =>
  (await served.records('telemetry.signals'))
    .slice(before.signals)
    .map(({ value }) => signalSchema.parse(JSON.parse(Buffer.from(value).toString())));
const letters = async () => (await served.records('telemetry.dead-letter')).length - before.letters;

const LABELS = { alertname: 'DnsSuccessRate', instance: 'n1', region: 'us-east', severity: 'critical' };

/** As a Prometheus 2.42 posts it. */
const posted = (changes: object = {}) => ({
  labels: LABELS,
  annotations: { summary: 'success 23%' },
  startsAt: '2026-01-05T09:59:07.502947341Z',
  endsAt: '2026-01-05T10:04:07.502947341Z',
  generatorURL: 'http://prometheus:9090/graph?g0.expr=up',
  ...changes,
});

/** As an Alertmanager 0.25.0 sends it, recorded. */
const RECORDED_WEBHOOK = `{"receiver":"all","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"DnsSuccessRate",
"instance":"n1","region":"us-east","severity":"critical"},"annotations":{"summary":"success 23%"},
"startsAt":"2026-11-23T10:52:07.502947341Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://127.0.0.1:3000/incidents/1",
"fingerprint":"690e54ec55263cb2"}],"groupLabels":{"alertname":"DnsSuccessRate","region":"us-east"},"commonLabels":{"alertname":
"DnsSuccessRate","region":"us-east","severity":"critical"},"commonAnnotations":{},"externalURL":"http://alertmanager:9093",
"version":"4","groupKey":"{}:{alertname=\\"DnsSuccessRate\\", region=\\"us-east\\"}","truncatedAlerts":0}
`;

describe('Alertmanager’s API, v2', () => {
  it('B19: takes what a Prometheus posts, and answers as Alertmanager does', async () => {
    expect(await post('/api/v2/alerts', [posted()])).toEqual({ status: 200, body: '' });
    expect(await post('/api/v2/alerts', [])).toEqual({ status: 200, body: '' });
    const [signal] = await told();
    expect(signal).toMatchObject({
      type: 'external_alert',
      source: 'prometheus',
      action: 'trigger',
      severity: 'critical',
      name: 'DnsSuccessRate',
      region: 'us-east',
      summary: 'success 23%',
      links: [{ href: 'http://prometheus:9090/graph?g0.expr=up', text: 'source' }],
      startsAtMs: Date.parse('2026-01-05T09:59:07.502Z'),
      sender: key.split(' ')[1]?.split('.')[0],
    });
  });

  it('B19: what ends in the past is over; the same labels in another order are the same alert', async () => {
    const { severity, region, instance, alertname } = LABELS;
    const labels = { severity, region, instance, alertname };
    await post('/api/v2/alerts', [posted(), posted({ labels, endsAt: '2020-01-05T10:04:07Z', startsAt: '' })]);
    const signals = await told();
    expect(signals.map((each) => 'action' in each && each.action)).toEqual(['trigger', 'resolve']);
    expect(new Set(signals.map((each) => 'dedupKey' in each && each.dedupKey)).size).toBe(1);
  });

  it('B19: a word of its severity that says that it can wait is a warning; any other, and none, is critical', async () => {
    const labelled = (severity?: string) => posted({ labels: { alertname: 'A', ...(severity && { severity }) } });
    const low = ['info', 'Warning', 'warn', 'low', 'minor', 'none', 'debug', 'notice', 'P3', 'sev4', 'ticket'];
    const high = ['critical', 'PAGE', 'high', 'major', 'sev1', 'crit', 'urgent', 'alert', 'emerg', 'P2', 'anything'];
    await post('/api/v2/alerts', [labelled(), ...high.map(labelled), ...low.map(labelled)]);
    const severities = (await told()).map((each) => 'severity' in each && each.severity);
    expect(severities).toEqual(['critical', ...high.map(() => 'critical'), ...low.map(() => 'warning')]);
  });

  it.each([
    ['no labels', posted({ labels: undefined }), '0: labels in body is required'],
    ['labels that are empty', posted({ labels: { a: '' } }), '0: at least one label pair required'],
    ['a label that is no text', posted({ labels: { a: 1 } }), '0: label a is no text'],
    ['a time that is none', posted({ startsAt: 'soon' }), '0: startsAt is no RFC 3339 time'],
    [
      'an end before its start',
      posted({ endsAt: '2001-01-01T00:00:00Z', startsAt: '2002-01-01T00:00:00Z' }),
      '0: start time must be before end time',
    ],
    ['no object', 7, '0: is no object'],
  ])('B19: refuses %s, and takes what stands beside it', async (_, wrong, reason) => {
    const { status, body } = await post('/api/v2/alerts', [wrong, posted()]);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toBe(`1 of 2 alerts were taken; refused: ${reason}`);
    expect(await told()).toHaveLength(1);
    await until('it is kept', async () => (await letters()) === 1);
  });

  it('B19: what is no list, and no JSON, is 400 in their words', async () => {
    for (const wrong of ['{}', '{', '', '['.repeat(100_000)]) {
      const { status, body } = await post('/api/v2/alerts', wrong);
      expect([status, (JSON.parse(body) as { code: number }).code]).toEqual([400, 400]);
    }
  });

  it('nobody posts without a key that may', async () => {
    expect((await post('/api/v2/alerts', [posted()], 'Bearer no.key')).status).toBe(401);
    expect((await post('/api/v2/alerts', [posted()], await served.keyOf('viewer'))).status).toBe(403);
    expect((await post('/v1/signals', { type: 'tickets', count: 1, atUs: 1 })).status).toBe(403);
  });

  it('hostile alerts are taken or refused, and never more than that', async () => {
    const dice = createDice(7);
    for (let round = 0; round < 200; round += 1) {
      const { bytes } = hostilePayload(dice, soundBatch(dice, { nodeId: 'n1', agentBootId: '1', seq: 1, t0Us: 1 }));
      const { status } = await send(served.url, 'POST', '/api/v2/alerts', { authorization: key }, bytes).catch(() => ({
        status: 400,
      }));
      expect([200, 400]).toContain(status);
    }
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, each) => [`l${each}`, 'v'.repeat(500)]));
    await post('/api/v2/alerts', `[{"labels":{"__proto__":"x","a":"b"}},${JSON.stringify(posted({ labels: wide }))}]`);
    const labelled = (await told()).map((each) => ('labels' in each ? Object.keys(each.labels).length : 0));
    expect(Math.max(...labelled)).toBe(32);
  });
});

withAmtool('Alertmanager’s own tool', () => {
  let folder: string;
  let config: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'amtool-'));
    config = join(folder, 'http.yml');
  });
  // It holds a key: it goes whatever becomes of the test.
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('B19: the real amtool adds an alert and asks for those there are', async () => {
    const [bearer = ''] = key.split(' ').slice(1);
    await writeFile(config, `authorization:\n  type: Bearer\n  credentials: ${bearer}\n`, { mode: 0o600 });
    const amtool = (...words: string[]) =>
      run(AMTOOL, ['--alertmanager.url', served.url, '--http.config.file', config, ...words]);
    await amtool('alert', 'add', 'DiskFull', 'instance=n1', 'severity=critical', '--annotation=summary=98 %');
    expect(await told()).toMatchObject([{ name: 'DiskFull', action: 'trigger', summary: '98 %' }]);
    expect((await amtool('alert', 'query')).stdout).toContain('Alertname');
    expect((await amtool('alert', 'query', 'instance=~n1|n2.*', 'alertname!~Dns.+')).stdout).toContain('Alertname');
    await expect(amtool('alert', 'query', 'instance=~[a-z]+')).rejects.toThrow('are read');
    expect((await amtool('cluster', 'show')).stdout).toContain('disabled');
    await expect(amtool('alert', 'add')).rejects.toThrow('Command failed');
  });
});

describe('the webhook of an Alertmanager, version 4', () => {
  it('B19: takes what a real one sent', async () => {
    const { status, body } = await post('/v1/alerts/alertmanager', RECORDED_WEBHOOK);
    expect([status, JSON.parse(body)]).toEqual([202, { accepted: 1, refused: [] }]);
    expect(await told()).toMatchObject([
      { source: 'alertmanager', dedupKey: '690e54ec55263cb2', action: 'trigger', name: 'DnsSuccessRate' },
    ]);
    await post('/v1/alerts/alertmanager', RECORDED_WEBHOOK.replaceAll('"firing"', '"resolved"'));
    expect((await told())[1]).toMatchObject({ action: 'resolve', dedupKey: '690e54ec55263cb2' });
  });

  it('B19: says how many alerts its sender left out, and keeps that', async () => {
    const body = RECORDED_WEBHOOK.replace('"truncatedAlerts":0', '"truncatedAlerts":36');
    const answer = await post('/v1/alerts/alertmanager', body);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { accepted: 1, refused: [], truncated: 36 }]);
    await until('it is kept', async () => (await letters()) === 1);
  });

  it('B19: another version, and what is none, is refused and kept', async () => {
    expect((await post('/v1/alerts/alertmanager', RECORDED_WEBHOOK.replace('"4"', '"3"'))).status).toBe(422);
    expect((await post('/v1/alerts/alertmanager', {})).status).toBe(422);
    await until('both are kept', async () => (await letters()) === 2);
  });
});

describe('support tickets', () => {
  it('R10: a count, and a webhook for each, which counts once however often it comes', async () => {
    expect(await post('/v1/tickets', { count: 40 })).toEqual({ status: 202, body: '{"tickets":40}' });
    const zendesk = { ticket: { id: 35_436, subject: 'DNS is down' } };
    for (let time = 0; time < 3; time += 1) await post('/v1/tickets', zendesk);
    await post('/v1/tickets', { issue: { key: 'SUP-7' } });
    expect((await told()).map((each) => each.type === 'tickets' && each.count)).toEqual([40, 1, 1]);
  });

  const sendOnce = async (path: string, body: object, idempotencyKey: string, authorization = key) => {
    const response = await fetch(new URL(path, served.url), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('and signals are all that the document of the gateway names the header for', async () => {
    const authorization = await served.keyOf('viewer');
    const document = await fetch(new URL('/openapi.json', served.url), { headers: { authorization } });
    const { paths } = (await document.json()) as OpenApi;
    const naming = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters }]) =>
        JSON.stringify(parameters).includes('IdempotencyKey') ? [`${method} ${path}`] : [],
      ),
    );
    expect(naming.toSorted()).toEqual(['post /v1/signals', 'post /v1/tickets']);
    const deploy = await served.keyOf('deploy');
    const signal = { type: 'spillover', provider: 'route53', queriesPerSecond: 9, usualPerSecond: 1, atUs: 1 };
    for (let time = 0; time < 3; time += 1)
      expect(await sendOnce('/v1/signals', signal, 'signal-1', deploy)).toEqual({
        status: 202,
        body: { signal: signal.type },
      });
    expect(await told()).toHaveLength(1);
  });

  it('is counted once under a key, however often and however many at a time it is sent', async () => {
    const together = await Promise.all([1, 2, 3, 4].map(() => sendOnce('/v1/tickets', { count: 7 }, 'minute-1')));
    const done = { status: 202, body: { tickets: 7 } };
    for (const each of together) expect([done.status, 409]).toContain(each.status);
    expect(together).toContainEqual(done);
    expect(await sendOnce('/v1/tickets', { count: 7 }, 'minute-1')).toEqual(done);
    expect(await sendOnce('/v1/tickets', { count: 8 }, 'minute-1')).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    // What was refused keeps no key: mended, it is taken under the same.
    expect(await sendOnce('/v1/tickets', { count: -1 }, 'minute-2')).toMatchObject({ status: 422 });
    expect(await sendOnce('/v1/tickets', { count: 2 }, 'minute-2')).toEqual({ status: 202, body: { tickets: 2 } });
    expect((await told()).map((each) => each.type === 'tickets' && each.count)).toEqual([7, 2]);
  });

  it.each([[[]], [{ count: -1 }], [{ count: 1.5 }], [{ count: 1e9 }], ['7']])('R10: %j is refused', async (body) => {
    expect((await post('/v1/tickets', body as never)).status).toBe(422);
    expect(await told()).toEqual([]);
  });

  it('R10: is read whatever its sender calls the body, and what is no JSON is no ticket', async () => {
    const plain = (body: string) => post('/v1/tickets', body, key, 'application/octet-stream');
    expect(await plain('{"count":3}')).toEqual({ status: 202, body: '{"tickets":3}' });
    expect((await plain('rubbish')).status).toBe(400);
    expect((await plain('[{"id":1}]')).status).toBe(422);
    expect((await told()).map((each) => each.type === 'tickets' && each.count)).toEqual([3]);
  });
});
