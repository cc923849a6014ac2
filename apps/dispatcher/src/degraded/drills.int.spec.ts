import { createSecretKey } from 'node:crypto';
import { event, GATEWAY_KEY_ID, makeTag, streamOf, type TaggedMessage } from '#contracts';
import { readRecord } from '#domain';
import type { EventLog, NewRecord } from '#event-log';
import { createDeliveryRepository, createDrillRepository } from '#store';
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
  const drillsOf = (isRequired: boolean): DrillsReconciler =>
    new DrillsReconciler({
      plan: { time: undefined, channel: undefined },
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
});
