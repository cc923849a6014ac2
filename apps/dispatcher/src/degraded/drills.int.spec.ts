import { createSecretKey } from 'node:crypto';
import { event, GATEWAY_KEY_ID, makeTag, streamOf, type TaggedMessage } from '#contracts';
import { type DrillTime, readRecord } from '#domain';
import type { EventLog, NewRecord } from '#event-log';
import { createDeliveryRepository, createDrillRepository } from '#store';
import type { Channel } from '../channels/channel.js';
import { World } from '../dispatcher.fixture.js';
import { DrillsReconciler } from './drills.reconciler.js';

describe('fire drills', () => {
  let world: World;
  const written: NewRecord[] = [];
  beforeEach(async () => {
    world = await World.open();
    written.length = 0;
  });
  afterEach(() => world.close());

  const key = createSecretKey(Buffer.alloc(32, 7));
  const vouch = (message: Omit<TaggedMessage, 'keyId'>) => ({
    keyId: GATEWAY_KEY_ID,
    tag: makeTag({ ...message, keyId: GATEWAY_KEY_ID }, key),
  });
  const eventLog = {
    append: async (_topic: string, records: readonly NewRecord[]) => void written.push(...records),
  } as unknown as EventLog;
  const drillsOf = (isRequired: boolean, time?: DrillTime): DrillsReconciler =>
    new DrillsReconciler({
      plan: { time, channel: undefined },
      eventStore: world.eventStore,
      eventLog,
      nodeKeys: { isRequired, vouch },
      drills: createDrillRepository(world.db.database),
      deliveries: createDeliveryRepository(world.db.database),
      clock: world.clock,
      logger: world.logger,
    });
  const ask = async (): Promise<void> => {
    const at = world.clock.nowMs();
    const asked = event('DrillRequested', { drillId: 'd1', by: 'user:alice', deadlineMs: at + 60_000, at });
    await world.tell(streamOf.drill('d1'), 0, asked);
  };
  const policyOf = (isRequired: boolean) => ({
    isRequired,
    find: (keyId: string) =>
      keyId === GATEWAY_KEY_ID ? { key, nodeId: undefined, revokedAtMs: undefined } : undefined,
  });

  it.each([true, false])('B17: the signal is read where a tag is demanded: %s', async (isRequired) => {
    await ask();
    const drills = drillsOf(isRequired);
    await drills.reconcile();
    await drills.reconcile();
    expect(written).toHaveLength(1);
    const record = { ...written[0], appendedAtMs: world.clock.nowMs() };
    const told = readRecord('telemetry.signals', record as never, policyOf(isRequired));
    expect(told).toMatchObject({ kind: 'signal', signal: { type: 'drill', drillId: 'd1' } });
  });

  it('B17: one that nobody decides fails after a minute, and is not looked at again', async () => {
    await ask();
    const drills = drillsOf(false);
    await drills.reconcile();
    await world.clock.advance(60_000);
    await drills.reconcile();
    await drills.reconcile();
    const told = await world.eventStore.readStream(streamOf.drill('d1'));
    expect(told.map(({ event: { type } }) => type)).toEqual(['DrillRequested', 'DrillSignalled', 'DrillFailed']);
    expect(told.at(-1)?.event.data).toMatchObject({ missed: 'decided' });
  });

  /** A drill that ends at once; through all channels unless told. */
  const drilled = async (drillId: string, end: 'passed' | 'failed', channel?: string): Promise<void> => {
    await world.clock.advance(60_000);
    const at = world.clock.nowMs();
    const through = channel === undefined ? {} : { channel };
    const told = { drillId, at };
    const hops = { requested: at, signalled: at, decided: at, sent: at, accepted: at };
    await world.tell(
      streamOf.drill(drillId),
      0,
      event('DrillRequested', { ...told, ...through, by: 'user:alice', deadlineMs: at + 60_000 }),
      event('DrillFired', { ...told, ...through, signalledAtMs: at }),
      end === 'passed'
        ? event('DrillPassed', { ...told, hops })
        : event('DrillFailed', { ...told, missed: 'accepted', because: 'busy' }),
    );
  };
  /** What was asked for of the page that a drill failed. */
  const failedPage = async (drillId: string): Promise<readonly string[]> => {
    const deliveries = await world.deliveries();
    const ofKey = deliveries.filter(({ dedupKey }) => dedupKey === `drill-${drillId}-failed`);
    return ofKey.map(({ channel, action }) => `${channel} ${action}`).toSorted();
  };
  const channelOf = (name: string): Channel => ({
    name,
    isKeyed: true,
    timeoutMs: 1_000,
    secrets: [],
    send: async () => ({ kind: 'answered', status: 202, retryAfter: null, detail: 'ok' }),
  });
  const TRIGGERS = ['pagerduty trigger', 'slack trigger'];
  const OVER = ['pagerduty resolve', 'pagerduty trigger', 'slack resolve', 'slack trigger'];

  it('B17: the page that a drill failed is over with the next that passes, once', async () => {
    await world.dispatcher([channelOf('pagerduty'), channelOf('slack')]);
    await drilled('d1', 'failed');
    await drilled('d2', 'failed');
    expect([await failedPage('d1'), await failedPage('d2')]).toEqual([TRIGGERS, TRIGGERS]);
    await drilled('d3', 'passed');
    expect([await failedPage('d1'), await failedPage('d2')]).toEqual([OVER, OVER]);
    await drilled('d4', 'passed');
    expect(await failedPage('d1')).toEqual(OVER);
  });

  it('B17: one channel that takes a drill proves nothing of all', async () => {
    await world.dispatcher([channelOf('pagerduty'), channelOf('slack')]);
    await drilled('all', 'failed');
    await drilled('one', 'failed', 'slack');
    await drilled('other', 'passed', 'pagerduty');
    expect([await failedPage('all'), await failedPage('one')]).toEqual([TRIGGERS, TRIGGERS]);
    await drilled('same', 'passed', 'slack');
    expect([await failedPage('all'), await failedPage('one')]).toEqual([TRIGGERS, OVER]);
  });

  /** Half past eleven UTC each day: the world begins at 11:47. */
  const DAILY: DrillTime = { minuteOfDay: 11 * 60 + 30, weekdays: [0, 1, 2, 3, 4, 5, 6], timeZone: 'UTC' };
  const HOUR_MS = 3_600_000;
  const LEFT_OUT = /^the fire drill of 2021-07-24 was left out/;

  it('B17: one that was due while nobody could begin it is named, until the next is due', async () => {
    const drills = drillsOf(false, DAILY);
    await drills.reconcile();
    // A plan of today has left nothing out.
    expect(drills.notice()).toBeUndefined();
    await world.clock.advance(23 * HOUR_MS + 44 * 60_000);
    await drills.reconcile();
    await world.clock.advance(HOUR_MS);
    await drills.reconcile();
    expect(drills.notice()).toBeUndefined();
    await world.clock.advance(24 * HOUR_MS);
    await drills.reconcile();
    expect(drills.notice()).toMatch(LEFT_OUT);
    const restarted = drillsOf(false, DAILY);
    await restarted.reconcile();
    expect(restarted.notice()).toMatch(LEFT_OUT);
    expect(world.lines.filter(({ level, message }) => level === 'warn' && /left out/.test(message))).toHaveLength(2);
    await world.clock.advance(23 * HOUR_MS);
    await drills.reconcile();
    expect(drills.notice()).toBeUndefined();
    const rows = await createDrillRepository(world.db.database).list({ limit: 10 });
    expect(rows.map(({ drillId }) => drillId)).toEqual(['daily-2021-07-25', 'daily-2021-07-23']);
  });
});
