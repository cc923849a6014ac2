import { createServer, type Server } from 'node:http';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseUrlOf, openTestDatabase, type TestDatabase, until } from '#testing';
import { ask, type RoleProcess, startProcess, untilReady } from './role-processes.fixture.js';

/** No word of ours: stages of rollouts are called canary. */
const MARK = 'h1dden';
/** A secret that stands nowhere else. */
const canaryOf = (name: string, chars: number): string => `${MARK}${name}`.padEnd(chars, '0');
const base64 = (name: string): string => Buffer.from(canaryOf(name, 30)).toString('base64');
const WEBHOOKS = ['WEBHOOK', 'DEPLOY_WEBHOOK', 'ROLLOUT_WEBHOOK', 'NOTICE_WEBHOOK', 'STATUS_WEBHOOK'] as const;
const METRICS = canaryOf('Metrics', 40);
const ADMIN = `admin.${canaryOf('Admin', 32)}`;

/** Every setting that is a secret, each with one of its own, and receivers that show whoever sends what he sent. */
const environmentOf = (receiver: string, { connection }: TestDatabase): Readonly<Record<string, string>> => ({
  DATA_DIR: mkdtempSync(join(tmpdir(), 'canary-')),
  DATABASE_URL: databaseUrlOf({ password: canaryOf('Database', 20), ...connection }),
  ADMIN_KEY: ADMIN,
  METRICS_TOKEN: METRICS,
  // The receiver answers spans with 400 and all that it was sent, as it does everybody.
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${canaryOf('Collector', 32)}`,
  OTEL_TRACES_SAMPLER_ARG: '1',
  NODE_KEY_SECRET: canaryOf('NodeKeys', 40),
  LINK_SECRET: canaryOf('Links', 40),
  PUBLIC_URL: 'https://tocsin.example.com',
  SLACK_SIGNING_SECRET: canaryOf('SlackSigning', 32),
  SLACK_USERS: '*=operator',
  PAGERDUTY_WEBHOOK_SECRET: canaryOf('PagerDutyWebhook', 32),
  PAGERDUTY_ROUTING_KEY: canaryOf('PagerDuty', 32),
  PAGERDUTY_ROUTING_KEYS: `david=${canaryOf('PagerDutyDavid', 32)}`,
  PAGERDUTY_CHANGE_KEY: canaryOf('PagerDutyChange', 32),
  PAGERDUTY_URL: receiver,
  OPSGENIE_KEY: canaryOf('Opsgenie', 36),
  OPSGENIE_URL: `${receiver}/v2/alerts`,
  SLACK_TOKEN: `xoxb-${canaryOf('SlackToken', 40)}`,
  SLACK_CHANNEL: '#dns',
  SLACK_URL: receiver,
  SLACK_WEBHOOK_URL: `${receiver}/services/${canaryOf('SlackPath', 24)}`,
  TEAMS_WEBHOOK_URL: `${receiver}/workflows/${canaryOf('TeamsPath', 24)}`,
  STATUSPAGE_PAGE_ID: 'page1',
  STATUSPAGE_KEY: canaryOf('Statuspage', 36),
  STATUSPAGE_URL: receiver,
  DEAD_MAN_URL: `${receiver}/ping/${canaryOf('DeadMan', 24)}`,
  EMAIL_SMTP_URL: `smtp://tocsin:${canaryOf('Mail', 24)}@127.0.0.1:1`,
  EMAIL_FROM: 'tocsin@example.com',
  EMAIL_TO: 'ops@example.com',
  ...Object.fromEntries(
    WEBHOOKS.flatMap((name) => [
      [`${name}_URL`, `${receiver}/${canaryOf(name.replace('_', ''), 24)}`],
      [`${name}_SECRET`, `whsec_${base64(name)}`],
    ]),
  ),
});

/** As text, as bytes that a database shows in hexadecimal, and the keys that are bytes. */
const CANARIES: readonly string[] = [
  MARK,
  Buffer.from(MARK).toString('hex'),
  ...WEBHOOKS.map((name) => base64(name).slice(0, 24)),
];
const found = (text: string): readonly string[] =>
  CANARIES.flatMap((canary) => {
    const at = text.indexOf(canary);
    return at < 0 ? [] : [text.slice(Math.max(0, at - 120), at + 60)];
  });

/** No plan was loaded, and zones are told to who sends telemetry. */
const NOT_FOR_ADMIN = ['/v1/on-call/plan 404', '/v1/registry/zones 403'];
/** One answer, on a machine that has other things to do as well. */
const ANSWER_MS = 15_000;

let test: TestDatabase;
let server: RoleProcess;
let receiver: Server;
let asked = 0;
let traced = 0;
beforeAll(async () => {
  test = await openTestDatabase();
  // Answers with all that it was sent, as receivers do that explain what they did not like.
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (request.url?.startsWith('/v1/traces') === true) traced += 1;
      else asked += 1;
      response.writeHead(400).end(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
    });
  });
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  server = await startProcess('standalone', { ...environmentOf(address, test), LOG_LEVEL: 'debug' });
  await untilReady(server);
}, 90_000);
afterAll(async () => {
  await server.stop();
  receiver.closeAllConnections();
  receiver.close();
  await test.close();
});

/** Answers of the server that were looked at: each must come, and be what the path gives to an administrator. */
const answerOf = async (path: string, key = ADMIN): Promise<string> => {
  const answer = await fetch(new URL(path, server.url), {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  // A stream does not end: what it says at once is in the table of events.
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? '' : await answer.text();
  if (isStream) await answer.body?.cancel();
  return `${path} ${answer.status} ${text}`;
};

/** What the server answers to everything that may be looked at without an id. */
const allAnswers = async (): Promise<readonly string[]> => {
  const { body } = await ask(server, '/openapi.json', ADMIN);
  const paths = Object.entries(body['paths'] as Readonly<Record<string, object>>)
    .filter(([path, methods]) => 'get' in methods && !path.includes('{'))
    .map(([path]) => path);
  expect(paths.length).toBeGreaterThan(20);
  expect(paths).toContain('/metrics');
  const answers = [];
  for (const path of paths) answers.push(await answerOf(path));
  return answers;
};

const allRows = async (): Promise<string> => {
  const tables = await test.database.query<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const texts = [];
  for (const { name } of tables) {
    const rows = await test.database.query<{ text: string }>(`select t::text as text from ${name} t`);
    texts.push(...rows.map(({ text }) => `${name} ${text}`));
  }
  return texts.join('\n');
};

describe('secrets of settings', () => {
  it('stand in no log line, no row, no record and no answer, whatever fails', async () => {
    const { body } = await ask(server, '/v1/channels', ADMIN);
    const channels = body['channels'] as readonly { readonly name: string }[];
    expect(channels.length).toBeGreaterThanOrEqual(10);
    await Promise.all(channels.map(({ name }) => ask(server, `/v1/channels/${name}/test`, ADMIN, {})));
    const signed = (path: string) =>
      fetch(new URL(path, server.url), { method: 'POST', body: '{}', headers: { 'x-slack-signature': 'v0=00' } });
    const refused = await Promise.all(
      ['slack', 'slack/events', 'pagerduty'].map((at) => signed(`/v1/callbacks/${at}`)),
    );
    const wrong = await ask(server, '/v1/nodes', `${ADMIN}wrong`);
    const graphql = await ask(server, '/graphql', ADMIN, { query: '{ nothing }' });
    await until('receivers were asked, and what they said is kept', async () => {
      const [row] = await test.database.query<{ count: number }>(
        "select count(*)::int as count from event where type = 'DeliveryAttempted'",
      );
      return asked >= 5 && traced >= 1 && (row?.count ?? 0) >= 5;
    });
    const looked = await allAnswers();
    // What needs a query is refused for want of it, and a busy machine is not always ready.
    const others = looked.filter((answer) => !/^\S+ (?:200|400) |^\/(?:readyz|-\/ready) 503 /.test(answer));
    expect(others.map((answer) => answer.split(' ', 2).join(' '))).toEqual(NOT_FOR_ADMIN);
    expect(looked.filter((answer) => / 200 ./.test(answer)).length).toBeGreaterThan(20);
    const byToken = [await answerOf('/metrics', METRICS), await answerOf('/v1/fleet', METRICS)];
    expect(byToken.map((answer) => answer.slice(0, 14))).toEqual(['/metrics 200 #', '/v1/fleet 401 ']);
    const answers = [...looked, ...byToken, JSON.stringify([wrong, graphql])];
    for (const answer of refused) answers.push(await answer.text());
    expect(found(answers.join('\n'))).toEqual([]);
    const rows = await allRows();
    expect(rows).toContain('DeliveryAttempted');
    expect(found(rows)).toEqual([]);
    await server.stop();
    expect(found(JSON.stringify(server.lines()))).toEqual([]);
  }, 90_000);
});
