import { generateKeyPairSync } from 'node:crypto';
import { readSignerSettings } from './signer.config.js';

const pemOf = (type: 'ed25519' | 'x25519'): string =>
  (type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519')).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

describe('readSignerSettings', () => {
  it('takes an Ed25519 key for commands and no other', () => {
    expect(readSignerSettings({ COMMAND_PRIVATE_KEY: pemOf('ed25519') }).commandKey?.asymmetricKeyType).toBe('ed25519');
    expect(() => readSignerSettings({ COMMAND_PRIVATE_KEY: pemOf('x25519') })).toThrow(
      /^COMMAND_PRIVATE_KEY: expected an Ed25519 key, got x25519$/,
    );
    expect(() => readSignerSettings({ COMMAND_PRIVATE_KEY: 'x' })).toThrow(
      /^COMMAND_PRIVATE_KEY: expected a private key/,
    );
    expect(readSignerSettings({}).commandKey).toBeUndefined();
  });

  it('needs a given key where the log is shared: a generated one would be another on every machine', () => {
    expect(() => readSignerSettings({ EVENT_LOG_URL: 'kafka://b:9092' })).toThrow(
      /^COMMAND_PRIVATE_KEY: needed beside EVENT_LOG_URL/,
    );
  });

  it('is switched on unless somebody says otherwise', () => {
    const { automation, automationFile } = readSignerSettings({});
    expect([automation, automationFile]).toEqual(['on', undefined]);
    expect(readSignerSettings({ AUTOMATION: 'off', AUTOMATION_FILE: '/run/automation' })).toMatchObject({
      automation: 'off',
      automationFile: '/run/automation',
    });
  });
});
