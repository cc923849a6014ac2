import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { linkedChannel } from '../page-links.js';
import { GOLDEN_NOW_MS, goldenPages } from './golden-pages.fixture.js';
import { type GoldenChannel, goldenOf, requestsTo, sendGolden } from './golden.fixture.js';
import { alertmanagerChannel } from './alertmanager.channel.js';
import { startFakeAlertmanager } from './alertmanager.fake.js';
import { emailChannel } from './email.channel.js';
import { opsgenieChannel } from './opsgenie.channel.js';
import { startFakeOpsgenie } from './opsgenie.fake.js';
import { pagerDutyChannel } from './pagerduty.channel.js';
import { startFakePagerDuty } from './pagerduty.fake.js';
import { slackWebhookChannel } from './slack-webhook.channel.js';
import { slackChannel } from './slack.channel.js';
import { startFakeSlack } from './slack.fake.js';
import { startFakeSmtp } from './smtp-server.fixture.js';
import { teamsChannel } from './teams.channel.js';
import { startFakeTeams } from './teams.fake.js';
import { webhookChannel } from './webhook.channel.js';
import { startFakeWebhook } from './webhook.fake.js';

const LINKS = { secret: 's'.repeat(43), publicUrl: new URL('https://tocsin.example') };
const SECRET = Buffer.alloc(32, 7);
const SLACK = {
  token: 'xoxb-token',
  channels: { '#ops': 'C01' },
  webhook: { path: '/services/T0/B0/secret', channel: 'C02' },
};
const FIRST = { deliveryId: 'd-0', subject: 'page', action: 'trigger', dedupKey: 'in-2021-07-22', body: {} } as const;
const DIRECTORY = fileURLToPath(new URL('../../../../../apps/dispatcher/src/channels/goldens', import.meta.url));

/** What the channel says itself; a boundary and the like are drawn by the sender. */
const shown = (headers: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries(
    [
      'from',
      'to',
      'subject',
      'date',
      'message-id',
      'in-reply-to',
      'references',
      'auto-submitted',
      'importance',
    ].flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? '']] : [])),
  );

/** Each channel before the fake that is as strict as its receiver. */
const CHANNELS: Readonly<Record<string, () => Promise<GoldenChannel>>> = {
  alertmanager: async () => {
    const fake = await startFakeAlertmanager(() => GOLDEN_NOW_MS);
    const channel = alertmanagerChannel({ url: new URL(fake.url) });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
  email: async () => {
    const fake = await startFakeSmtp();
    const server = { host: '127.0.0.1', port: fake.port, tls: 'offered' } as const;
    const [from, known] = ['Tocsin <tocsin@example.com>', '<incident.1@example.com>'];
    const channel = emailChannel({ server, from, to: ['ops@example.com'] });
    const sent = () => fake.mails.map(({ headers, to, text, html }) => ({ to, headers: shown(headers), text, html }));
    return { channel, sent, known, close: fake.close };
  },
  pagerduty: async () => {
    const fake = await startFakePagerDuty();
    const channel = pagerDutyChannel({ url: new URL(fake.url), routingKey: 'R'.repeat(32) });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
  opsgenie: async () => {
    const fake = await startFakeOpsgenie('key');
    const channel = opsgenieChannel({ url: new URL(fake.alertsUrl), key: 'key', sleep: async () => undefined });
    // What follows tells of an alert that is there.
    await channel.send(FIRST, { nowMs: GOLDEN_NOW_MS });
    const earlier = fake.requests.length;
    return { channel, sent: () => requestsTo(fake)().slice(earlier), close: fake.close };
  },
  slack: async () => {
    const fake = await startFakeSlack(SLACK);
    const target = { url: new URL(fake.url), token: SLACK.token, channel: '#ops' };
    const channel = slackChannel(target);
    // What follows changes a message that is there.
    const first = await slackChannel(target).send(FIRST, { nowMs: GOLDEN_NOW_MS });
    const known = 'receiverId' in first ? first.receiverId : undefined;
    const earlier = fake.requests.length;
    return { channel, sent: () => requestsTo(fake)().slice(earlier), known, close: fake.close };
  },
  'slack-webhook': async () => {
    const fake = await startFakeSlack(SLACK);
    const channel = slackWebhookChannel({ url: new URL(SLACK.webhook.path, fake.url) });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
  teams: async () => {
    const fake = await startFakeTeams('/workflows/1');
    const channel = teamsChannel({ url: new URL('/workflows/1', fake.url) });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
  webhook: async () => {
    const fake = await startFakeWebhook(SECRET, () => GOLDEN_NOW_MS);
    const channel = webhookChannel({ name: 'webhook', url: new URL(fake.url), secret: SECRET });
    return { channel, sent: requestsTo(fake), close: fake.close };
  },
};

const linked = (name: string) => async (): Promise<GoldenChannel> => {
  const opened = await CHANNELS[name]?.();
  if (opened === undefined) throw new Error(name);
  return { ...opened, channel: linkedChannel(opened.channel, LINKS) };
};

const pages = goldenPages();
const cases = Object.keys(CHANNELS).flatMap((channel) => pages.map((page) => ({ channel, name: page.name, page })));

describe('what a page says', () => {
  it.each(cases)('$channel: $name', async ({ channel, name, page }) => {
    const sent = await sendGolden(linked(channel), page);
    expect(sent).toEqual(goldenOf(channel, name, sent));
  });

  it('there is no golden file of what is not sent', () => {
    const files = readdirSync(DIRECTORY, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.json'),
    );
    expect(files.toSorted()).toEqual(cases.map(({ channel, name }) => `${channel}/${name}.json`).toSorted());
  });
});
