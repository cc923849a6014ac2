import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '#runtime';
import { until } from '#testing';
import { signalPostgres, Site, SITE_ADMIN_KEY, startOutside } from './degraded-site.fixture.js';
import { ask, startPager, startProcess, untilReady } from './role-processes.fixture.js';

/** From the last tick to the page that says so. */
const STALE_MS_MAX = 40_000;
/** The outside hears of us every 30 s, and pages when it has not for this long. */
const OUTSIDE_MS = 45_000;
/** A start of all roles, and what a hung server needs to go on, on a busy machine. */
const BACK_MS_MAX = 120_000;
const { nowMs } = systemClock;

describe('the embedded default while its PostgreSQL hangs, and with it the log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-hung-'));
  const closing: (() => Promise<unknown>)[] = [];
  let site: Site;
  let outside: Awaited<ReturnType<typeof startOutside>>;
  beforeAll(async () => {
    outside = await startOutside();
    const pager = await startPager();
    closing.push(outside.close, pager.close);
    const server = await startProcess('standalone', {
      ADMIN_KEY: SITE_ADMIN_KEY,
      PAGERDUTY_ROUTING_KEY: 'r'.repeat(32),
      PAGERDUTY_URL: pager.url,
      DATA_DIR: folder,
      DEAD_MAN_URL: outside.url,
    });
    closing.push(server.kill);
    await untilReady(server);
    site = await Site.open(server, pager);
  }, 180_000);
  afterAll(async () => {
    signalPostgres(folder, 'SIGCONT');
    for (const close of closing.toReversed()) await close();
    // The server was killed; its database goes after it, and may still write while its folder is removed.
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 250 });
  }, 60_000);

  /** What was told of stale telemetry, `trigger telemetry-stale-8`. */
  const stale = (): readonly string[] =>
    site.pager.events.flatMap(({ event_action: action, dedup_key: key }) =>
      key.startsWith('telemetry-stale-') ? [`${action} ${key}`] : [],
    );
  const spooled = async (): Promise<boolean> => {
    const { body } = await ask(site.server, '/v1/events?limit=1000', SITE_ADMIN_KEY);
    return JSON.stringify(body).includes('PageSpooled');
  };

  it('B17: the stale page leaves from the spool, the outside pages; both are over when it goes on', async () => {
    await until('the switch is held', () => outside.beats.length > 0, BACK_MS_MAX);
    signalPostgres(folder, 'SIGSTOP');
    const hungAtMs = nowMs();
    await until('the stale page is out', () => stale().length > 0, STALE_MS_MAX + 5_000);
    const staleMs = (site.pagedAtMs((key) => key.startsWith('telemetry-stale-')) ?? Infinity) - hungAtMs;
    expect(staleMs).toBeLessThan(STALE_MS_MAX);
    const lastBeat = (): number => outside.beats.at(-1) ?? 0;
    await until('the outside pages', () => nowMs() - lastBeat() > OUTSIDE_MS, 2 * OUTSIDE_MS);
    process.stdout.write(
      `stale paged after ${staleMs} ms, the outside after ${lastBeat() + OUTSIDE_MS - hungAtMs} ms\n`,
    );
    // What was begun before may have been heard; nothing was since.
    expect(lastBeat() - hungAtMs).toBeLessThan(1_000);
    expect(stale()).toHaveLength(1);
    const beats = outside.beats.length;
    signalPostgres(folder, 'SIGCONT');
    await until('the page is over', () => stale().length > 1, BACK_MS_MAX);
    await until('the switch is held again', () => outside.beats.length > beats, BACK_MS_MAX);
    const [trigger] = stale();
    expect(stale()).toEqual([trigger, trigger?.replace('trigger', 'resolve')]);
    await until('it stands in the timeline', spooled, BACK_MS_MAX);
  }, 400_000);
});
