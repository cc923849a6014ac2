import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '#store';
import { until } from '#testing';
import type { Channel } from '../channels/channel.js';
import { World } from '../dispatcher.fixture.js';
import { pageMeanwhile } from './meanwhile.js';

const away = (): Promise<never> => Promise.reject(new Error('the database is away'));
const DATABASE: Database = { query: away, transaction: away, close: async () => undefined };

describe('a dispatcher whose database has not answered since the start', () => {
  let world: World;
  let dataDir: string;
  beforeEach(async () => {
    world = await World.open();
    dataDir = await mkdtemp(join(tmpdir(), 'tocsin-meanwhile-'));
  });
  afterEach(async () => {
    await world.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('sends urgent pages, and the whole one that follows does not send them again', async () => {
    const sent: string[] = [];
    const channel: Channel = {
      name: 'slack',
      isKeyed: false,
      timeoutMs: 1_000,
      secrets: [],
      send: async ({ action, dedupKey }) => {
        sent.push(`${action} ${dedupKey}`);
        return { kind: 'answered', status: 200, retryAfter: null, detail: 'ok' };
      },
    };
    const { clock, logger, eventLog } = world;
    const degraded = {
      dataDir,
      deadManUrl: undefined,
      allowsPrivate: false,
      drillTime: undefined,
      drillChannel: undefined,
    };
    const settings = { channels: new Map([['slack', channel]]), degraded };
    const links = { secret: undefined, publicUrl: undefined };
    const end = await pageMeanwhile(settings, { database: DATABASE, eventLog, links, clock, logger }, () => 0.5);
    const page = { kind: 'page', dedupKey: 'in1', body: { title: 'success 23 %' }, at: clock.nowMs() };
    const value = Buffer.from(JSON.stringify(page));
    await eventLog.append('pages.urgent', [{ key: 'in1', value, headers: {} }]);
    await until('it is said', () => sent.length > 0);
    await end();
    const whole = await world.dispatcher([channel], { dataDir });
    await world.opens('in1');
    await whole.settle();
    await whole.settle();
    expect(sent).toEqual(['trigger in1']);
    expect(await world.deliveries()).toMatchObject([{ dedupKey: 'in1', status: 'delivered' }]);
  });
});
