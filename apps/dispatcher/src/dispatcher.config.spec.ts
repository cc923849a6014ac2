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
    });
    expect([...channels.keys()]).toEqual(['pagerduty', 'webhook', 'deploy', 'rollouts']);
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
    [{ ROLLOUT_WEBHOOK_URL: 'https://example.com' }, /^ROLLOUT_WEBHOOK_SECRET: needed/],
    [{ WEBHOOK_URL: 'https://example.com' }, /^WEBHOOK_SECRET: needed beside WEBHOOK_URL/],
    [{ WEBHOOK_URL: 'https://example.com', WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /^WEBHOOK_SECRET: /],
    [{ WEBHOOK_URL: 'https://example.com', WEBHOOK_SECRET: SECRET.slice(6) }, /^WEBHOOK_SECRET: /],
  ])('refuses %j, naming the setting and not the secret', (env, message) => {
    expect(() => readChannels(env)).toThrow(message);
  });

  it('names everything that is wrong at once', () => {
    const env = {
      PAGERDUTY_ROUTING_KEY: 'canary',
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
