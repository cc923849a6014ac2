import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '#contracts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#store';
import { databaseUrlOf, describeKafka, openTestKafkaLog, testKafkaUrl, type TestKafkaLog, until } from '#testing';
import { signalPostgres } from './degraded-site.fixture.js';
import { startPager, startProcess, untilReady } from './role-processes.fixture.js';

describeKafka('B11: a dispatcher that starts while its database hangs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-start-'));
  const closing: (() => Promise<unknown>)[] = [];
  let postgres: EmbeddedPostgres;
  let kafka: TestKafkaLog;
  let pager: Awaited<ReturnType<typeof startPager>>;
  beforeAll(async () => {
    pager = await startPager();
    kafka = await openTestKafkaLog();
    await kafka.log.ensureTopics({
      ...TOPICS,
      'telemetry.outcomes': { ...TOPICS['telemetry.outcomes'], partitions: 2 },
    });
    postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'database'), settings: ['fsync=off'] });
    closing.push(pager.close, kafka.close, () => postgres.stop());
  }, 120_000);
  afterAll(async () => {
    signalPostgres(join(folder, 'database'), 'SIGCONT');
    for (const close of closing.toReversed()) await close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('sends urgent pages, and is ready once the database answers', async () => {
    signalPostgres(join(folder, 'database'), 'SIGSTOP');
    const starting = startProcess('dispatcher', {
      DATABASE_URL: databaseUrlOf(postgres.connection()),
      EVENT_LOG_URL: testKafkaUrl(),
      EVENT_LOG_PREFIX: kafka.prefix,
      OUTCOME_PARTITIONS: '2',
      NODE_KEY_SECRET: 'n'.repeat(43),
      PAGERDUTY_ROUTING_KEY: 'r'.repeat(32),
      PAGERDUTY_URL: pager.url,
      DATA_DIR: join(folder, 'data'),
    });
    const page = { kind: 'page', dedupKey: 'in1', body: { title: 'success 23 %', severity: 'critical' }, at: 1 };
    const value = Buffer.from(JSON.stringify(page));
    await kafka.log.append('pages.urgent', [{ key: 'in1', value, headers: {} }]);
    await until('it is paged', () => pager.events.some(({ dedup_key }) => dedup_key === 'in1'), 40_000);
    signalPostgres(join(folder, 'database'), 'SIGCONT');
    const server = await starting;
    closing.push(server.kill);
    await untilReady(server);
    expect(pager.events.filter(({ dedup_key }) => dedup_key === 'in1')).toHaveLength(1);
  }, 150_000);
});
