import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#runtime';
import { type EmbeddedPostgres, openDatabase, startEmbeddedPostgres } from '#store';
import { databaseUrlOf, describeKafka, type KafkaBroker, startKafka, until } from '#testing';
import { Site, signalPostgres, SITE_ADMIN_KEY, startOutside } from './degraded-site.fixture.js';
import { startPager, startProcess, untilReady } from './role-processes.fixture.js';

/** What a page may take longer while PostgreSQL hangs. */
const LATER_MS_MAX = 5_000;
const HUNG_MS = 60_000;
/** From the last tick to the page that says so. */
const STALE_MS_MAX = 40_000;
/** The outside hears of us every 30 s, and pages when it has not for this long. */
const OUTSIDE_MS = 45_000;
const OUTSIDE_MS_MAX = 90_000;
const isStale = (dedupKey: string): boolean => dedupKey.startsWith('telemetry-stale-');
const isIncident = (dedupKey: string): boolean => !isStale(dedupKey);
const { nowMs } = systemClock;

/** Two servers on one Kafka, told the same: the PostgreSQL of one hangs, the other shows what is normal. */
describeKafka('P4: pages leave while the database hangs, and while the log does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-degraded-'));
  const closing: (() => Promise<unknown>)[] = [];
  let broker: KafkaBroker;
  let postgres: EmbeddedPostgres;
  let other: EmbeddedPostgres;
  let hung: Site;
  let normal: Site;
  let outside: Awaited<ReturnType<typeof startOutside>>;
  beforeAll(async () => {
    mkdirSync(join(folder, 'kafka'));
    outside = await startOutside();
    closing.push(outside.close);
    [broker, postgres, other] = await Promise.all([
      startKafka({ dataDir: join(folder, 'kafka') }),
      startEmbeddedPostgres({ dataDir: join(folder, 'hung'), settings: ['fsync=off'] }),
      startEmbeddedPostgres({ dataDir: join(folder, 'normal'), settings: ['fsync=off'] }),
    ]);
    closing.push(
      () => broker.kill(),
      () => postgres.stop(),
      () => other.stop(),
    );
    const urls = [databaseUrlOf(postgres.connection()), databaseUrlOf(other.connection())];
    [hung, normal] = (await Promise.all(urls.map(startSite))) as [Site, Site];
  }, 180_000);
  afterAll(async () => {
    signalPostgres(join(folder, 'hung'), 'SIGCONT');
    broker.signal('SIGCONT');
    for (const close of closing.toReversed()) await close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const startSite = async (databaseUrl: string, index: number): Promise<Site> => {
    const pager = await startPager();
    closing.push(pager.close);
    const server = await startProcess('standalone', {
      DATABASE_URL: databaseUrl,
      EVENT_LOG_URL: broker.url,
      EVENT_LOG_PREFIX: `${randomBytes(6).toString('hex')}.`,
      OUTCOME_PARTITIONS: '2',
      ADMIN_KEY: SITE_ADMIN_KEY,
      NODE_KEY_SECRET: 'n'.repeat(43),
      COMMAND_PRIVATE_KEY: generateKeyPairSync('ed25519')
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
      PAGERDUTY_ROUTING_KEY: 'r'.repeat(32),
      PAGERDUTY_URL: pager.url,
      DATA_DIR: join(folder, `site-${index}`),
      ...(index === 0 ? { DEAD_MAN_URL: outside.url } : {}),
    });
    closing.push(server.kill);
    await untilReady(server);
    return Site.open(server, pager);
  };
  /** Sends until a condition holds: half of the answers fail, or none. */
  const sendUntil = (what: string, failing: number, isDone: () => boolean, boundMs: number): Promise<unknown> => {
    let nextMs = 0;
    return until(
      what,
      async () => {
        if (nowMs() >= nextMs) {
          nextMs = nowMs() + 250;
          for (const statuses of await Promise.all([hung.send(failing), normal.send(failing)]))
            expect(statuses).toEqual([202, 202, 202]);
        }
        return isDone();
      },
      boundMs,
    );
  };

  it('a fault that begins while PostgreSQL hangs is paged within five seconds of the normal time, under one key', async () => {
    const wellUntilMs = nowMs() + 5_000;
    await sendUntil('all is well for a while', 0, () => nowMs() > wellUntilMs && outside.beats.length > 0, 60_000);
    signalPostgres(join(folder, 'hung'), 'SIGSTOP');
    const hungAtMs = nowMs();
    const paged = (): readonly (number | undefined)[] => [hung, normal].map((site) => site.pagedAtMs(isIncident));
    await sendUntil('both are paged', 50, () => paged().every((at) => at !== undefined), 40_000);
    const [late = 0, usual = 0] = paged().map((at) => (at ?? 0) - hungAtMs);
    process.stdout.write(`paged ${usual} ms after the fault, ${late} ms with PostgreSQL hung\n`);
    expect(late).toBeLessThan(usual + LATER_MS_MAX);
    await sendUntil('it hung for a minute', 50, () => nowMs() - hungAtMs >= HUNG_MS, HUNG_MS + 20_000);
    signalPostgres(join(folder, 'hung'), 'SIGCONT');
    const database = openDatabase({ connection: postgres.connection, name: 'test' });
    closing.push(database.close);
    const [key] = hung.pager.events.filter(({ dedup_key }) => isIncident(dedup_key)).map(({ dedup_key }) => dedup_key);
    const delivered = () =>
      database.query<{ detail: string }>(
        `select last_detail as detail from delivery where dedup_key = $1 and action = 'trigger' and status = 'delivered'`,
        [key],
      );
    const [told] = await until(
      'its delivery is recorded',
      async () => {
        const rows = await delivered().catch(() => []);
        return rows.length > 0 && rows;
      },
      60_000,
    );
    expect(told?.detail).toMatch(/^sent from the spool: /);
    const keys = new Set(hung.pager.events.map(({ dedup_key }) => dedup_key).filter(isIncident));
    expect([...keys]).toEqual([key]);
  }, 200_000);

  it('B17: with Kafka hung a page says that telemetry is stale; with both away the outside pages', async () => {
    const beats = outside.beats.length;
    await sendUntil('the switch is held again', 50, () => outside.beats.length > beats, 60_000);
    broker.signal('SIGSTOP');
    signalPostgres(join(folder, 'hung'), 'SIGSTOP');
    const downAtMs = nowMs();
    await until('the stale page is out', () => normal.pagedAtMs(isStale), STALE_MS_MAX + 5_000);
    const staleMs = (normal.pagedAtMs(isStale) ?? 0) - downAtMs;
    expect(staleMs).toBeLessThan(STALE_MS_MAX);
    const lastBeat = (): number => outside.beats.at(-1) ?? 0;
    await until('the outside pages', () => nowMs() - lastBeat() > OUTSIDE_MS, OUTSIDE_MS_MAX);
    const firedMs = lastBeat() + OUTSIDE_MS - downAtMs;
    process.stdout.write(`stale paged after ${staleMs} ms, the outside after ${firedMs} ms\n`);
    expect(firedMs).toBeLessThan(OUTSIDE_MS_MAX);
    await until('with the database away as well', () => hung.pagedAtMs(isStale), STALE_MS_MAX);
  }, 150_000);
});
