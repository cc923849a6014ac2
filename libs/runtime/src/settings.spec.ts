import { readRuntimeSettings } from './settings.js';

const SECRET = 's'.repeat(32);

describe('readRuntimeSettings', () => {
  it('is closed to the outside and embedded by default', () => {
    expect(readRuntimeSettings({})).toEqual({
      port: 8_080,
      host: '127.0.0.1',
      dataDir: '.tocsin',
      database: undefined,
      adminKey: undefined,
      logLevel: 'info',
      nodeKeySecret: undefined,
      batchAuthentication: 'vouched',
    });
  });

  it('reads an external database', () => {
    const { database } = readRuntimeSettings({ DATABASE_URL: 'postgres://t:x@db:5433/tocsin' });
    expect(database).toEqual({ host: 'db', port: 5_433, user: 't', password: 'x', database: 'tocsin' });
  });

  it.each([
    [{ PORT: 'eighty' }, /^PORT: /],
    [{ ADMIN_KEY: 'admin.short' }, /^ADMIN_KEY: expected <keyId>\.<secret>/],
    [{ ADMIN_KEY: SECRET }, /^ADMIN_KEY: /],
    [{ DATABASE_URL: 'mysql://a:canary@b/c' }, /^DATABASE_URL: expected postgres/],
    [{ EVENT_LOG_URL: 'kafka://b:9092' }, /^EVENT_LOG_URL: /],
    [{ LOG_LEVEL: 'chatty' }, /^LOG_LEVEL: /],
    [{ NODE_KEY_SECRET: 'canary' }, /^NODE_KEY_SECRET: expected 32/],
    [{ BATCH_AUTHENTICATION: 'maybe' }, /^BATCH_AUTHENTICATION: /],
  ])('refuses %j', (env, message) => {
    expect(() => readRuntimeSettings(env)).toThrow(message);
    expect(() => readRuntimeSettings(env)).not.toThrow(/canary/);
  });
});
