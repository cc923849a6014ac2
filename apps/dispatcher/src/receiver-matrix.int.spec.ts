import { event, type EventOf, streamOf } from '#contracts';
import { createDeliveryRepository, type DeliveryRepository } from '#store';
import { until } from '#testing';
import type { Channel } from './channels/channel.js';
import { scriptedReceiver, type ScriptedReceiver } from './channels/scripted.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { World } from './dispatcher.fixture.js';
import {
  hurryTimeouts,
  MATRIX_CHANNELS,
  type MatrixChannel,
  type MatrixReceiver,
  type Seen,
  startMatrixReceivers,
} from './matrix-receivers.fixture.js';
import { HTTP_ROWS, type MatrixFault, type MatrixOutcome, SMTP_ROWS } from './matrix-rows.fixture.js';

const S = 1_000;
const DOWN_MS = 600 * S;
/** More than are met in ten minutes. */
const FAULTS_OF_TEN_MINUTES = 500;
/** A minute in steps in which a fall-over is seen, the rest of the ten, and ten more. */
const STEPS_MS = [
  ...Array.from({ length: 12 }, () => 5 * S),
  ...Array.from({ length: 3 }, () => 180 * S),
  ...Array.from({ length: 10 }, () => 60 * S),
];

/** What people see of a page that lasts longer than its receiver is away. */
const LASTING: Readonly<Record<MatrixOutcome, readonly Seen[]>> = {
  accepted: ['page', 'end'],
  refused: [],
  again: ['page', 'end'],
  late: ['page', 'end'],
  'lost untaken': ['page', 'end'],
  'lost taken': ['page', 'end'],
};

/** The same of one that was over before it could be told. */
const BRIEF: Readonly<Record<MatrixOutcome, readonly Seen[]>> = {
  ...LASTING,
  again: ['over'],
  late: ['over'],
};

const cases = MATRIX_CHANNELS.flatMap((kind) =>
  (kind === 'email' ? SMTP_ROWS : HTTP_ROWS).map((row) => [kind, row.what, row] as const),
);

describe('the matrix of receivers', () => {
  let world: World;
  let deliveries: DeliveryRepository;
  let receivers: ReadonlyMap<MatrixChannel, MatrixReceiver>;
  beforeAll(async () => {
    world = await World.open();
    deliveries = createDeliveryRepository(world.db.database);
    receivers = await startMatrixReceivers(world.clock.nowMs);
  });
  afterAll(async () => {
    await Promise.all([...receivers.values()].map(({ close }) => close()));
    await world.close();
  });

  const ask = (key: string, action: 'trigger' | 'resolve', channel: string, address?: string) => {
    const at = world.clock.nowMs();
    const deliveryId = `${key}-${action}`;
    const end = action === 'resolve' ? { status: 'resolved', because: 'well' } : {};
    // What lasts is no more than a warning: every call falls over in its time, not only what is urgent.
    const severity = key.endsWith('lasting') ? 'warning' : 'critical';
    const body = { title: `success 23 % of ${key}`, severity, at, ...end };
    const to = address === undefined ? { channel } : { channel, address };
    const asked = { subject: 'page', action, ...to, dedupKey: key, body, at } as const;
    return world.tell(streamOf.delivery(deliveryId), 0, event('DeliveryRequested', { deliveryId, ...asked }));
  };
  const attemptsAt = async (key: string) =>
    (await world.eventStore.readStream(streamOf.delivery(`${key}-trigger`)))
      .map(({ event: told }) => told)
      .filter((told): told is EventOf<'DeliveryAttempted'> => told.type === 'DeliveryAttempted');
  const isDue = async (channel: string): Promise<boolean> =>
    (await deliveries.list({ channel, statuses: ['due'], limit: 1 })).length > 0;
  const told = ({ taken }: ScriptedReceiver, key: string) =>
    taken.filter(({ delivery }) => delivery.dedupKey === key).map(({ delivery }) => delivery.action);

  /** Until nothing waits any more and a minute longer; when the next channel had the page. */
  const play = async (
    dispatcher: Dispatcher,
    channel: string,
    hasFallenOver: () => boolean,
    recover: () => void,
  ): Promise<number> => {
    const startMs = world.clock.nowMs();
    let fellOverMs = Infinity;
    const look = async (): Promise<void> => {
      await dispatcher.settle();
      if (hasFallenOver()) fellOverMs = Math.min(fellOverMs, world.clock.nowMs() - startMs);
    };
    await look();
    for (const stepMs of STEPS_MS) {
      if (!(await isDue(channel))) break;
      await world.clock.advance(stepMs);
      if (world.clock.nowMs() - startMs >= DOWN_MS) recover();
      await look();
    }
    await world.clock.advance(60 * S);
    await look();
    return fellOverMs;
  };

  /** Both pages are taken and not answered for five seconds; what would end one of them waits for that. */
  const answerSlowly = async (
    dispatcher: Dispatcher,
    { seen }: MatrixReceiver,
    keys: readonly string[],
    release: () => void,
  ): Promise<void> => {
    const settled = dispatcher.settle();
    await until('both pages are there', () => keys.every((key) => seen(key).length === 1));
    await world.clock.advance(5 * S);
    dispatcher.tick();
    await world.clock.advance(5 * S);
    expect(keys.map(seen)).toEqual([['page'], ['page']]);
    release();
    await settled;
  };

  // A channel of its own for each, since what is known of its receiver outlives the page.
  it.each(cases)('B11: a page through %s whose receiver %s', async (kind, what, row) => {
    const { fault, isDown = false, isSlow = false, isHanging = false } = row;
    const outcome = row.outcomeOf?.[kind] ?? row.outcome;
    const receiver = receivers.get(kind)!;
    const name = `${kind}-${what.replaceAll(/[^a-z0-9]/gi, '-')}.`;
    const [lasting, brief] = [`${name}lasting`, `${name}brief`];
    const backup = scriptedReceiver({ name: 'backup' });
    const channel: Channel = receiver.channel(name);
    const dispatcher = await world.dispatcher([channel, backup.channel]);
    const { address, faultsLeft } = receiver;
    let release = (): void => undefined;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    const met: MatrixFault | undefined =
      isSlow && kind === 'email' ? { at: 'taken', after } : isSlow ? { after } : fault;
    // Both pages meet it first.
    if (met !== undefined) receiver.misbehave(Array.from({ length: isDown ? FAULTS_OF_TEN_MINUTES : 2 }, () => met));
    const unhurry = isHanging ? hurryTimeouts(faultsLeft) : () => undefined;
    await ask(lasting, 'trigger', name, address);
    await ask(brief, 'trigger', name, address);
    await ask(brief, 'resolve', name, address);
    if (isSlow) await answerSlowly(dispatcher, receiver, [lasting, brief], release);
    const hasFallenOver = (): boolean => told(backup, lasting).includes('trigger');
    const fellOverMs = await play(dispatcher, name, hasFallenOver, receiver.recover);
    unhurry();
    await ask(lasting, 'resolve', name, address);
    await dispatcher.settle();
    await dispatcher.stop();

    const isUnknown = !channel.isKeyed && outcome.startsWith('lost');
    const isTwice = !channel.isKeyed && outcome === 'lost taken';
    const repeated: readonly Seen[] = isTwice ? ['page'] : [];
    expect(receiver.seen(lasting)).toEqual([...repeated, ...LASTING[outcome]]);
    // What is told by a key would stay open.
    const ends: readonly Seen[] = channel.isKeyed && BRIEF[outcome].at(-1) === 'over' ? ['end'] : [];
    expect(receiver.seen(brief)).toEqual([...repeated, ...BRIEF[outcome], ...ends]);
    for (const key of [lasting, brief])
      expect((await attemptsAt(key)).some(({ data }) => data.isUnknown === true)).toBe(isUnknown);
    const [attempt] = await attemptsAt(lasting);
    expect(/^(timeout|unreached): no answer within /.test(attempt?.data.detail ?? '')).toBe(isHanging);
    const fallsOver = outcome === 'refused' || outcome === 'late';
    expect(told(backup, lasting)).toEqual(fallsOver ? ['trigger'] : []);
    expect(fellOverMs <= 60 * S).toBe(fallsOver);
    // What is over wakes nobody there either, and is not lost.
    expect(told(backup, brief)).toEqual(outcome === 'refused' ? ['update'] : []);
    expect(await isDue(name)).toBe(false);
    expect(await isDue('backup')).toBe(false);
    expect(receiver.faultsLeft()).toBe(0);
  });
});
