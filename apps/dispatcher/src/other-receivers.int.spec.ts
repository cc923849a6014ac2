import { event, type EventOf, streamOf } from '#contracts';
import { createDeliveryRepository } from '#store';
import type { Channel } from './channels/channel.js';
import type { FakeReceiver, Fault } from './channels/fault-script.fake.js';
import { pagerDutyChangeChannel } from './channels/pagerduty-change.channel.js';
import { startFakePagerDuty } from './channels/pagerduty.fake.js';
import { scriptedReceiver } from './channels/scripted.fake.js';
import { statuspageChannel } from './channels/statuspage.channel.js';
import { startFakeStatuspage } from './channels/statuspage.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { World } from './dispatcher.fixture.js';
import { hurryTimeouts } from './matrix-receivers.fixture.js';
import { HTTP_ROWS, type MatrixRow } from './matrix-rows.fixture.js';

const S = 1_000;
/** More than are met in ten minutes. */
const FAULTS_OF_TEN_MINUTES = 500;
const KEY = 'CANARYxKEYx0123456789abcdefghijk';
const ACCOUNT = { pageId: 'p1', key: KEY, componentIds: [] };

/** A receiver of what is no page. */
interface Other {
  readonly fake: FakeReceiver;
  readonly channel: Channel;
  readonly said: Pick<EventOf<'DeliveryRequested'>['data'], 'subject' | 'action'>;
  /** What its readers see of a key. */
  readonly seen: (key: string) => readonly string[];
  /** Requests before the one that says it. */
  readonly looks: readonly Fault[];
}

const statuspage = async (): Promise<Other> => {
  const fake = await startFakeStatuspage(ACCOUNT);
  return {
    fake,
    channel: statuspageChannel({ url: new URL(fake.url), ...ACCOUNT }),
    said: { subject: 'status', action: 'status_update' },
    seen: (key) => fake.incidents.filter(({ name }) => name === key).map(({ status }) => status),
    looks: [{ taken: 200 }],
  };
};

const changes = async (): Promise<Other> => {
  const fake = await startFakePagerDuty();
  return {
    fake,
    channel: pagerDutyChangeChannel({ url: new URL(fake.url), routingKey: KEY }),
    said: { subject: 'change', action: 'change' },
    seen: (key) => fake.changes.filter(({ payload }) => payload.summary === key).map(() => 'change'),
    looks: [],
  };
};

const STARTS = { statuspage, 'pagerduty-change': changes } as const;
type Kind = keyof typeof STARTS;

/** Its incident stands there once, and ends, whatever the answers to it were; a change has no key and may stand there twice. */
const expected = (kind: Kind, { outcome }: MatrixRow): readonly string[] => {
  if (kind === 'statuspage') return ['resolved'];
  const count = outcome === 'refused' ? 0 : outcome === 'lost taken' ? 2 : 1;
  return [...Array.from({ length: count }, () => 'change'), 'change'];
};

const kinds: readonly Kind[] = ['statuspage', 'pagerduty-change'];
const cases = kinds.flatMap((kind) =>
  HTTP_ROWS.filter(({ isSlow }) => isSlow !== true).map((row) => [kind, row.what, row] as const),
);

describe('the matrix of receivers of what is no page', () => {
  let world: World;
  const others = new Map<Kind, Other>();
  beforeAll(async () => {
    world = await World.open();
    for (const kind of kinds) others.set(kind, await STARTS[kind]());
  });
  afterAll(async () => {
    for (const { fake } of others.values()) await fake.close();
    await world.close();
  });

  const ask = (deliveryId: string, key: string, channel: string, { said }: Other, state: string) => {
    const at = world.clock.nowMs();
    const body = { title: key, summary: key, state, text: `it is ${state}`, at };
    const asked = { deliveryId, channel, dedupKey: key, body, at, ...said };
    return world.tell(streamOf.delivery(deliveryId), 0, event('DeliveryRequested', asked));
  };
  const isDue = async (channel: string): Promise<boolean> =>
    (await createDeliveryRepository(world.db.database).list({ channel, statuses: ['due'], limit: 1 })).length > 0;

  /** Ten minutes at most, and as long as it takes after them. */
  const play = async (dispatcher: Dispatcher, channel: string, faults: Fault[]): Promise<void> => {
    const startMs = world.clock.nowMs();
    await dispatcher.settle();
    for (let step = 0; step < 60 && (await isDue(channel)); step += 1) {
      await world.clock.advance(20 * S);
      if (world.clock.nowMs() - startMs >= 600 * S) faults.length = 0;
      await dispatcher.settle();
    }
  };

  it.each(cases)('B11: %s that %s', async (kind, what, row) => {
    const { fault, isDown = false, isHanging = false, outcome } = row;
    const other = others.get(kind)!;
    const { faults } = other.fake;
    const name = `${kind}-${what.replaceAll(/[^a-z0-9]/gi, '-')}`;
    const channel = { ...other.channel, name };
    const backup = scriptedReceiver({ name: 'backup', isKeyed: true });
    const dispatcher = await world.dispatcher([channel, backup.channel]);
    if (fault !== undefined)
      faults.push(...other.looks, ...Array.from({ length: isDown ? FAULTS_OF_TEN_MINUTES : 1 }, () => fault as Fault));
    const unhurry = isHanging ? hurryTimeouts(() => faults.length) : () => undefined;
    await ask(`${name}-first`, name, name, other, 'investigating');
    await play(dispatcher, name, faults);
    unhurry();
    const isAttemptUnknown = (await world.eventStore.readStream(streamOf.delivery(`${name}-first`))).some(
      ({ event: told }) => told.type === 'DeliveryAttempted' && told.data.isUnknown === true,
    );
    await world.clock.advance(S);
    await ask(`${name}-last`, name, name, other, 'resolved');
    await dispatcher.settle();
    await dispatcher.settle();
    await dispatcher.stop();

    expect(other.seen(name)).toEqual(expected(kind, row));
    expect(isAttemptUnknown).toBe(!channel.isKeyed && outcome.startsWith('lost'));
    // Nobody else reaches its readers: that they were not reached is told to who is on call, until they are.
    const isTold = outcome === 'refused' || (isDown && kind === 'statuspage');
    const told = backup.taken.map(({ delivery }) => `${delivery.action} ${delivery.dedupKey}`);
    expect(told).toEqual(isTold ? [`trigger channel-${name}`, `resolve channel-${name}`] : []);
    expect(faults).toEqual([]);
  });
});
