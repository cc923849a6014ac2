import { readRuntimeSettings } from './settings.js';

const SECRET = 's'.repeat(32);

const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('readRuntimeSettings', () => {
  it('is closed to the outside and embedded by default', () => {
    expect(readRuntimeSettings({})).toEqual({
      port: 8_080,
      host: '127.0.0.1',
      dataDir: '.tocsin',
      database: undefined,
      kafka: undefined,
      outcomePartitions: 4,
      adminKey: undefined,
      logLevel: 'info',
      nodeKeySecret: undefined,
      door: {
        corsOrigins: new Set(),
        trustedProxies: [],
        rates: {
          view: { perSecond: 100, windowS: 10 },
          act: { perSecond: 100, windowS: 10 },
          telemetry: { perSecond: 10_000, windowS: 10 },
          proved: { perSecond: 50, windowS: 10 },
          stranger: { perSecond: 5, windowS: 10 },
        },
      },
      batchAuthentication: 'vouched',
    });
  });

  it('reads an external database', () => {
    const { database } = readRuntimeSettings({ DATABASE_URL: 'postgres://t:x@db:5433/tocsin' });
    expect(database).toEqual({ host: 'db', port: 5_433, user: 't', password: 'x', database: 'tocsin' });
  });

  it('reads a shared log, with more partitions unless told', () => {
    const shared = {
      DATABASE_URL: 'postgres://db/tocsin',
      EVENT_LOG_URL: 'kafka://b1:9092,b2:9093',
      NODE_KEY_SECRET: 'n'.repeat(43),
    };
    expect(readRuntimeSettings(shared)).toMatchObject({
      kafka: { url: 'kafka://b1:9092,b2:9093' },
      outcomePartitions: 12,
    });
    expect(readRuntimeSettings({ ...shared, OUTCOME_PARTITIONS: '24' }).outcomePartitions).toBe(24);
  });

  it.each([
    [{ PORT: 'eighty' }, /^PORT: /],
    [{ ADMIN_KEY: 'admin.short' }, /^ADMIN_KEY: expected <keyId>\.<secret>/],
    [{ ADMIN_KEY: SECRET }, /^ADMIN_KEY: /],
    [{ CORS_ORIGINS: 'https://a.example/,https://b.example' }, /^CORS_ORIGINS: expected origins/],
    [{ TRUSTED_PROXIES: '10.0.0.0/33' }, /^TRUSTED_PROXIES: expected addresses or networks/],
    [{ TRUSTED_PROXIES: 'balancer' }, /^TRUSTED_PROXIES: /],
    [{ RATE_LIMIT_VIEW: '0' }, /^RATE_LIMIT_VIEW: /],
    [{ CORS_ORIGINS: '*' }, /^CORS_ORIGINS: expected origins/],
    [{ DATABASE_URL: 'mysql://a:canary@b/c' }, /^DATABASE_URL: expected postgres/],
    [{ EVENT_LOG_URL: 'kafka://b:9092' }, /^DATABASE_URL: needed beside EVENT_LOG_URL/],
    [
      { EVENT_LOG_URL: 'kafka://b:9092', DATABASE_URL: 'postgres://db/t' },
      /^NODE_KEY_SECRET: needed beside EVENT_LOG_URL/,
    ],
    [{ EVENT_LOG_URL: 'amqp://a:canary@b', DATABASE_URL: 'postgres://db/t' }, /^EVENT_LOG_URL: /],
    [{ EVENT_LOG_PREFIX: 'A B' }, /^EVENT_LOG_PREFIX: /],
    [{ OUTCOME_PARTITIONS: '0' }, /^OUTCOME_PARTITIONS: /],
    [{ OUTCOME_PARTITIONS: '121' }, /^OUTCOME_PARTITIONS: /],
    [{ LOG_LEVEL: 'chatty' }, /^LOG_LEVEL: /],
    [{ NODE_KEY_SECRET: 'canary' }, /^NODE_KEY_SECRET: expected 32/],
    [{ BATCH_AUTHENTICATION: 'maybe' }, /^BATCH_AUTHENTICATION: /],
    [
      { ...COLLECTOR, OTEL_EXPORTER_OTLP_HEADERS: 'key=canary%' },
      /^OTEL_EXPORTER_OTLP_HEADERS: expected a % in a value to be/,
    ],
    [{ ...COLLECTOR, OTEL_EXPORTER_OTLP_HEADERS: 'canary' }, /^OTEL_EXPORTER_OTLP_HEADERS: expected name=value/],
  ])('refuses %j', (env, message) => {
    expect(() => readRuntimeSettings(env)).toThrow(message);
    expect(() => readRuntimeSettings(env)).not.toThrow(/canary/);
  });
});
