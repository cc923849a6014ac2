import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOnce, EXIT_STATUS } from './check-once.js';
import { systemClock } from './clock.js';
import { type FakeDnsServer, startDnsServer } from './dns-server.fake.js';
import { readProberConfig, type ProberConfig } from './prober.config.js';

const keyFile = join(mkdtempSync(join(tmpdir(), 'prober-')), 'key');
writeFileSync(keyFile, 'prober.secret\n');

describe('the recovery check', () => {
  let servers: readonly FakeDnsServer[];
  beforeEach(async () => {
    servers = await Promise.all([startDnsServer(), startDnsServer(), startDnsServer()]);
  });
  afterEach(() => Promise.all(servers.map((server) => server.close())));

  const configOf = (regions: readonly string[]): ProberConfig => {
    const resolvers = regions.map((region, i) => {
      return `{ name: r${i}, region: ${region}, address: 127.0.0.1, port: ${servers[i]!.port} }`;
    });
    const text = `id: p1\ngateway: http://127.0.0.1:1\nkey_file: ${keyFile}\nresolvers: [${resolvers.join(',')}]\n`;
    const { config, problems } = readProberConfig(text, 'prober.yml');
    if (config === undefined) throw new Error(problems.join('\n'));
    return config;
  };
  const check = (regions: readonly string[]) => checkOnce(configOf(regions), systemClock, 0);

  it('R59: all six domains good in three rounds, in each region, are a recovery', async () => {
    const report = await check(['eu', 'us']);
    expect([report.verdict, EXIT_STATUS[report.verdict]]).toEqual(['recovered', 0]);
    expect(Object.keys(report.domains)).toHaveLength(6);
    const delta = report.domains['delta.com']!;
    expect(delta).toMatchObject({ response_code: 'NOERROR', propagation: 'recovered' });
    expect(delta.resolution_time_ms).toBeGreaterThan(0);
    expect(servers[0]!.asked).toHaveLength(18);
    // One socket for a round, however many domains: a machine has not many.
    expect(servers[0]!.sources.size).toBeLessThanOrEqual(3);
  });

  it('R59: a region that fails is none, with a resolution time without end', async () => {
    servers[1]!.behave({ kind: 'rcode', rcode: 2 });
    const report = await check(['eu', 'us']);
    expect([report.verdict, EXIT_STATUS[report.verdict]]).toEqual(['not_recovered', 1]);
    expect(report.reason).toMatch(/no good answer: delta\.com in us/);
    expect(report.domains['bbc.com']).toEqual({
      resolution_time_ms: Number.POSITIVE_INFINITY,
      response_code: 'SERVFAIL',
      propagation: 'not_recovered',
    });
    expect(JSON.parse(JSON.stringify(report)).domains['bbc.com'].resolution_time_ms).toBeNull();
  });

  it('R59: one resolver of a region that agrees is enough, also over TCP', async () => {
    servers[1]!.behave({ kind: 'rcode', rcode: 3 });
    servers[2]!.behave({ kind: 'truncated', address: '192.0.2.1' });
    const report = await check(['eu', 'us', 'us']);
    expect(report.verdict).toBe('recovered');
    expect(report.domains['ups.com']).toMatchObject({ response_code: 'NXDOMAIN', propagation: 'recovered' });
  });

  it('R59: answers that say nothing leave it unknown', async () => {
    servers[0]!.behave({ kind: 'rcode', rcode: 4 });
    const report = await check(['eu']);
    expect([report.verdict, EXIT_STATUS[report.verdict]]).toEqual(['unknown', 2]);
  });
});
