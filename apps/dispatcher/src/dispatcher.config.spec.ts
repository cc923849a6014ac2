import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHANNEL_TIMEOUT_MS_MAX, readDispatcherSettings } from './dispatcher.config.js';

const KEY = 'a'.repeat(32);
const readChannels = (env: Record<string, string>) => readDispatcherSettings(env).channels;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('readDispatcherSettings', () => {
  it('configures nothing from nothing', () => {
    expect(readChannels({}).size).toBe(0);
  });

  it('configures every channel', () => {
    const channels = readChannels({
      PAGERDUTY_ROUTING_KEY: KEY,
      WEBHOOK_URL: 'https://example.com/hook',
      WEBHOOK_SECRET: SECRET,
      DEPLOY_WEBHOOK_URL: 'http://127.0.0.1:1/',
      DEPLOY_WEBHOOK_SECRET: SECRET,
      ROLLOUT_WEBHOOK_URL: 'https://ci.example.com/hook',
      ROLLOUT_WEBHOOK_SECRET: SECRET,
      STATUS_WEBHOOK_URL: 'https://status.example.com/hook',
      STATUS_WEBHOOK_SECRET: SECRET,
      EMAIL_SMTP_URL: 'smtps://tocsin:p%40ss@mail.example.com',
      EMAIL_FROM: 'Tocsin <tocsin@example.com>',
      EMAIL_TO: 'ops@example.com, noc@example.com',
      ALERTMANAGER_URL: 'http://localhost:9093',
      STATUSPAGE_PAGE_ID: 'p1',
      STATUSPAGE_KEY: 'key-of-a-page',
    });
    expect([...channels.values()].map(({ name, subject = 'page' }) => `${name} ${subject}`)).toEqual([
      'pagerduty page',
      'pagerduty-change change',
      'webhook page',
      'deploy command',
      'rollouts rollout',
      'status status',
      'email page',
      'alertmanager page',
      'statuspage status',
    ]);
    expect(channels.get('email')?.secrets).toContain('p@ss');
  });

  it('reads the routing keys that a plan names, also from a file', () => {
    const [david, erin] = ['d'.repeat(32), 'e'.repeat(32)];
    const file = join(mkdtempSync(join(tmpdir(), 'dispatcher-')), 'keys');
    writeFileSync(file, `david=${david}\ndns-team=${erin}\n`);
    const given = [
      { PAGERDUTY_ROUTING_KEYS: `david=${david}, dns-team=${erin}` },
      { PAGERDUTY_ROUTING_KEYS_FILE: file },
    ];
    for (const env of given) {
      const channel = readChannels({ PAGERDUTY_ROUTING_KEY: KEY, ...env }).get('pagerduty');
      expect(channel?.addresses).toEqual(['david', 'dns-team']);
      expect(channel?.secrets).toEqual([KEY, david, erin]);
    }
  });

  it('tells changes through a key of its own, and through none that they refuse', () => {
    const ofRules = { PAGERDUTY_ROUTING_KEY: 'R'.repeat(32) };
    expect([...readChannels(ofRules).keys()]).toEqual(['pagerduty']);
    const both = readChannels({ ...ofRules, PAGERDUTY_CHANGE_KEY: KEY });
    expect(both.get('pagerduty-change')?.secrets).toEqual([KEY]);
    expect([...readChannels({ PAGERDUTY_CHANGE_KEY: KEY }).keys()]).toEqual(['pagerduty-change']);
  });

  it.each([
    { ALERTMANAGER_URL: 'http://10.0.0.5:9093' },
    { ALERTMANAGER_URL: 'http://alertmanager:9093' },
    { WEBHOOK_URL: 'https://192.168.1.2/hook', WEBHOOK_SECRET: SECRET },
    { EMAIL_SMTP_URL: 'smtp://10.0.0.25:25', EMAIL_FROM: 'a@example.com', EMAIL_TO: 'b@example.com' },
  ])('reaches into a private network only where that is said: %j', (env) => {
    expect(() => readChannels(env)).toThrow(/^(ALERTMANAGER_URL|WEBHOOK_URL|EMAIL_SMTP_URL): /);
    expect(readChannels({ ...env, ALLOW_PRIVATE_RECEIVERS: 'true' }).size).toBe(1);
  });

  it('configures Opsgenie, Slack and Teams', () => {
    const channels = readChannels({
      OPSGENIE_KEY: 'eb243592-faa2-4ba2',
      SLACK_TOKEN: 'xoxb-1',
      SLACK_CHANNEL: '#ops',
      SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/secret',
      TEAMS_WEBHOOK_URL: 'https://prod-1.westeurope.logic.azure.com/workflows/1?sig=secret',
    });
    expect([...channels.keys()]).toEqual(['opsgenie', 'slack', 'slack-webhook', 'teams']);
  });

  it.each([
    ['WEBHOOK', 'webhook'],
    ['DEPLOY_WEBHOOK', 'deploy'],
    ['ROLLOUT_WEBHOOK', 'rollouts'],
    ['NOTICE_WEBHOOK', 'notice'],
    ['STATUS_WEBHOOK', 'status'],
  ])('reads the address of %s from a file: its path may be a password', (prefix, name) => {
    const file = join(mkdtempSync(join(tmpdir(), 'dispatcher-')), 'address');
    writeFileSync(file, 'https://example.com/hooks/secretsecret\n');
    const channel = readChannels({ [`${prefix}_URL_FILE`]: file, [`${prefix}_SECRET`]: SECRET }).get(name);
    expect(channel?.secrets).toContain('/hooks/secretsecret');
  });

  it('reads a secret from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'dispatcher-')), 'key');
    writeFileSync(file, `${KEY}\n`);
    expect(readChannels({ PAGERDUTY_ROUTING_KEY_FILE: file }).get('pagerduty')?.secrets).toEqual([KEY]);
  });

  it.each([
    [{ PAGERDUTY_ROUTING_KEY: 'short' }, /^PAGERDUTY_ROUTING_KEY: /],
    [
      { PAGERDUTY_ROUTING_KEY_FILE: '/nonexistent' },
      /^PAGERDUTY_ROUTING_KEY_FILE: cannot read \/nonexistent \(ENOENT\)$/,
    ],
    [{ PAGERDUTY_ROUTING_KEY: KEY, PAGERDUTY_URL: 'http://example.com' }, /^PAGERDUTY_URL: /],
    [{ PAGERDUTY_ROUTING_KEYS: `david=${KEY}` }, /^PAGERDUTY_ROUTING_KEY: needed beside/],
    [
      { PAGERDUTY_ROUTING_KEY: KEY, PAGERDUTY_ROUTING_KEYS: `david=${KEY},erin=short,david=${KEY}` },
      /^PAGERDUTY_ROUTING_KEYS: entry 2: expected [^]*PAGERDUTY_ROUTING_KEYS: entry 3: its name is there twice/,
    ],
    [{ SLACK_TOKEN: 'xoxb-1' }, /^SLACK_CHANNEL: needed beside SLACK_TOKEN/],
    [{ SLACK_TOKEN: 'https://hooks.slack.com/services', SLACK_CHANNEL: '#ops' }, /^SLACK_TOKEN: expected a token/],
    [{ TEAMS_WEBHOOK_URL: 'http://example.com/x' }, /^TEAMS_WEBHOOK_URL: /],
    [{ ROLLOUT_WEBHOOK_URL: 'https://example.com' }, /^ROLLOUT_WEBHOOK_SECRET: needed/],
    [{ WEBHOOK_URL: 'https://example.com' }, /^WEBHOOK_SECRET: needed beside WEBHOOK_URL/],
    [{ WEBHOOK_URL: 'https://example.com', WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /^WEBHOOK_SECRET: /],
    [{ WEBHOOK_URL: 'https://example.com', WEBHOOK_SECRET: SECRET.slice(6) }, /^WEBHOOK_SECRET: /],
    [{ EMAIL_SMTP_URL: 'https://mail.example.com' }, /^EMAIL_SMTP_URL: expected smtp/],
    [{ EMAIL_SMTP_URL: 'smtp://' }, /^EMAIL_SMTP_URL: expected smtp/],
    [{ EMAIL_SMTP_URL: 'smtp://169.254.169.254' }, /^EMAIL_SMTP_URL: its address is of a special range/],
    [{ EMAIL_SMTP_URL: 'smtp://mail.example.com' }, /^EMAIL_FROM: needed[^]*EMAIL_TO: needed/],
    [{ EMAIL_TO: 'ops' }, /^EMAIL_TO.*: expected ops@example.com/],
    [{ EMAIL_FROM: 'a@example.com\r\nBcc: all@example.com' }, /^EMAIL_FROM: /],
    [{ EMAIL_CA_FILE: '/nonexistent' }, /^EMAIL_CA_FILE: cannot read/],
    [{ STATUSPAGE_PAGE_ID: 'p1' }, /^STATUSPAGE_KEY: needed beside STATUSPAGE_PAGE_ID/],
    [{ STATUSPAGE_KEY: 'key-of-a-page' }, /^STATUSPAGE_PAGE_ID: needed beside STATUSPAGE_KEY/],
    [{ STATUSPAGE_PAGE_ID: '../x' }, /^STATUSPAGE_PAGE_ID: expected an id/],
    [{ PAGERDUTY_CHANGE_KEY: 'R'.repeat(32) }, /^PAGERDUTY_CHANGE_KEY: a key that begins with R/],
    [{ FALL_OVER: 'webhook' }, /^FALL_OVER: channel webhook is not configured$/m],
    [
      { FALL_OVER: 'deploy', DEPLOY_WEBHOOK_URL: 'http://127.0.0.1:1/', DEPLOY_WEBHOOK_SECRET: SECRET },
      /^FALL_OVER: channel deploy is for command, not for pages$/m,
    ],
    [{ ALLOW_PRIVATE_RECEIVERS: 'yes' }, /^ALLOW_PRIVATE_RECEIVERS: /],
  ])('refuses %j, naming the setting and not the secret', (env, message) => {
    expect(() => readChannels(env)).toThrow(message);
  });

  it('names everything that is wrong at once', () => {
    const env = {
      PAGERDUTY_ROUTING_KEY: 'canary',
      EMAIL_SMTP_URL: 'imap://u:canary@mail.example.com',
      WEBHOOK_URL: 'http://example.com/canary',
    };
    expect(() => readDispatcherSettings(env)).toThrow(/PAGERDUTY_ROUTING_KEY: [^]*WEBHOOK_URL: /);
    expect(() => readDispatcherSettings(env)).not.toThrow(/canary/);
  });

  it('no channel waits longer for an answer than the lease reckons with', () => {
    const channels = readChannels({
      PAGERDUTY_ROUTING_KEY: KEY,
      WEBHOOK_URL: 'https://example.com/hook',
      WEBHOOK_SECRET: SECRET,
    });
    const timeouts = [...channels.values()].map((channel) => channel.timeoutMs);
    expect(Math.max(...timeouts)).toBe(CHANNEL_TIMEOUT_MS_MAX);
  });
});
