import { event, type EventData, streamOf } from '#contracts';
import { BREAKER_FAILURES } from '#domain';
import type { Database, EventStore } from '#store';
import { until } from '#testing';
import type { AttemptAnswer } from './channels/attempt.decide.js';
import type { Channel } from './channels/channel.js';
import { type Script, scriptedReceiver, type ScriptedReceiver } from './channels/scripted.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { DELIVERY_LEASE_MS, SENDS_NOT_URGENT_MAX, SENDS_PER_CHANNEL_MAX } from './dispatcher.config.js';
import { World } from './dispatcher.fixture.js';

const S = 1_000;
const answered = (status: number, retryAfter: string | null = null): AttemptAnswer => ({
  kind: 'answered',
  status,
  retryAfter,
  detail: `status ${status}`,
});
const REFUSED: AttemptAnswer = { kind: 'unreached', detail: 'ECONNREFUSED' };
const times = (count: number, script: Script): Script[] => Array.from({ length: count }, () => script);

describe('the delivery engine', () => {
  let world: World;
  let first: ScriptedReceiver;
  let second: ScriptedReceiver;
  beforeEach(async () => {
    world = await World.open();
    first = scriptedReceiver({ name: 'first', isKeyed: true });
    second = scriptedReceiver({ name: 'second', isKeyed: true });
  });
  afterEach(() => world.close());

  const request = (deliveryId: string, changes: Partial<EventData<'DeliveryRequested'>> = {}) => ({
    stream: streamOf.delivery(deliveryId),
    expectedVersion: 0,
    events: [
      event('DeliveryRequested', {
        deliveryId,
        subject: 'page',
        action: 'trigger',
        channel: 'first',
        dedupKey: deliveryId,
        body: { title: deliveryId, severity: 'critical', at: world.clock.nowMs() },
        at: world.clock.nowMs(),
        ...changes,
      }),
    ],
  });
  const ask = async (...requests: readonly ReturnType<typeof request>[]): Promise<void> => {
    const result = await world.eventStore.append(requests, { actor: 'rules', cause: 'test' });
    expect(result).not.toHaveProperty('conflict');
  };
  const later = async (dispatcher: Dispatcher, ms: number, stepMs = ms): Promise<void> => {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await world.clock.advance(stepMs);
      await dispatcher.settle();
    }
  };
  const run = async (...receivers: readonly ScriptedReceiver[]): Promise<Dispatcher> => {
    const dispatcher = await world.dispatcher(receivers.map(({ channel }) => channel));
    await dispatcher.settle();
    return dispatcher;
  };
  const keys = ({ taken }: ScriptedReceiver) => taken.map(({ delivery }) => `${delivery.action} ${delivery.dedupKey}`);
  const statuses = async () =>
    (await world.deliveries()).map(({ channel, action, status }) => `${channel} ${action} ${status}`).toSorted();

  it('B11: of a thousand alerts at once the critical one is out within 2 s, and the limit holds in every 60 s', async () => {
    const pace = { perMinute: 100, urgentPerMinute: 20 };
    const paced = scriptedReceiver({ name: 'first', isKeyed: true, pace, perMinuteMax: 120 });
    const both = [await run(paced), await run(paced)];
    const warning = { title: 'w', severity: 'warning' };
    await ask(...Array.from({ length: 1_000 }, (_, index) => request(`w${index}`, { body: warning })));
    for (const dispatcher of both) await dispatcher.settle();
    const begunAtMs = world.clock.nowMs();
    await ask(request('critical'));
    for (let step = 0; step < 32; step++) for (const dispatcher of both) await later(dispatcher, 1 * S);
    const critical = paced.taken.find(({ delivery }) => delivery.dedupKey === 'critical');
    expect((critical?.attempt.nowMs ?? Infinity) - begunAtMs).toBeLessThanOrEqual(2 * S);
    expect(paced.asked).toHaveLength(paced.taken.length);
    // 64 s: what may leave at once, and what flows in.
    expect(paced.taken.length).toBeGreaterThan(95);
  });

  it('B11: a call that is not accepted for 45 s leaves through the next channel once, and is tried on', async () => {
    first.scripts.push(...times(1_000, REFUSED));
    const dispatcher = await run(first, second);
    await ask(request('in1'));
    await later(dispatcher, 44 * S, 4 * S);
    expect(second.taken).toEqual([]);
    await later(dispatcher, 16 * S, 4 * S);
    expect(keys(second)).toEqual(['trigger in1']);
    expect(second.taken[0]?.delivery.body).toMatchObject({ insteadOf: { channel: 'first' } });
    first.scripts.length = 0;
    await later(dispatcher, 120 * S, 30 * S);
    expect([keys(first), keys(second)]).toEqual([['trigger in1'], ['trigger in1']]);
    expect(await world.deliveries()).toMatchObject([
      { insteadOf: 'in1' },
      { fellOverTo: 'second', status: 'delivered' },
    ]);
  });

  it('B11: a warning falls over as well, also one that waits behind a dead receiver; what waits for its turn and a test do not', async () => {
    const body = { title: 'w', severity: 'warning' };
    first.scripts.push(...times(1_000, REFUSED));
    const slow = scriptedReceiver({ name: 'slow', isKeyed: true, pace: { perMinute: 6, urgentPerMinute: 0 } });
    const dispatcher = await run(first, second, slow);
    await ask(...Array.from({ length: 12 }, (_, index) => request(`w${index}`, { body })));
    await ask(request('test', { body: { ...body, isTest: true } }));
    await ask(...Array.from({ length: 12 }, (_, index) => request(`s${index}`, { channel: 'slow', body })));
    await later(dispatcher, 60 * S, 4 * S);
    expect(slow.taken.length).toBeLessThan(12);
    expect(new Set(keys(second))).toEqual(new Set(Array.from({ length: 12 }, (_, index) => `trigger w${index}`)));
  });

  it('B11: it falls over though its attempt hangs at that moment, and the attempt still counts', async () => {
    const asked: ((answer: AttemptAnswer) => void)[] = [];
    const hanging = { ...first.channel, send: () => new Promise<AttemptAnswer>((resolve) => asked.push(resolve)) };
    const dispatcher = await world.dispatcher([hanging, second.channel]);
    await ask(request('in1'));
    dispatcher.tick();
    await until('it hangs', () => asked.length === 1);
    await world.clock.advance(46 * S);
    dispatcher.tick();
    await until('another has it', () => second.taken.length === 1);
    asked[0]?.(answered(200));
    await dispatcher.settle();
    expect(await statuses()).toEqual(['first trigger delivered', 'second trigger delivered']);
  });

  it('B11: a call that falls over after it was acknowledged has that behind it there as well', async () => {
    first.scripts.push('lost', ...times(1_000, REFUSED));
    const dispatcher = await run(first, second);
    await ask(request('in1'));
    await dispatcher.settle();
    await ask(request('after', { action: 'acknowledge', dedupKey: 'in1' }));
    await later(dispatcher, 60 * S, 4 * S);
    expect(keys(second)).toEqual(['trigger in1', 'acknowledge in1']);
  });

  it('B11: a call that is over calls nobody elsewhere; given up, it is told there by a notice that wakes nobody', async () => {
    // It may have arrived: it is tried on, though it is over.
    first.scripts.push('lost', ...times(1_000, REFUSED));
    const dispatcher = await run(first, second);
    await ask(request('in1'));
    await dispatcher.settle();
    await ask(request('end', { action: 'resolve', dedupKey: 'in1', body: { title: 't', because: 'well', at: 5 } }));
    await later(dispatcher, 60 * S, 4 * S);
    expect(keys(second)).toEqual([]);
    first.scripts.splice(0, Infinity, answered(400));
    await later(dispatcher, 120 * S, 30 * S);
    expect(keys(second)).toEqual(['update in1', 'resolve in1']);
    expect(second.taken[0]?.delivery.body).toMatchObject({ severity: 'info', over: { resolvedAt: 5 } });
  });

  it('B11: what began hours ago and is asked for only now is sent all the same', async () => {
    const dispatcher = await run(first, second);
    await ask(request('in1', { at: world.clock.nowMs() - 3 * 3_600 * S }));
    await dispatcher.settle();
    expect([keys(first), keys(second)]).toEqual([['trigger in1'], []]);
  });

  it('B11: what began a minute ago has its time to be accepted before it falls over', async () => {
    first.scripts.push(...times(1_000, REFUSED));
    const dispatcher = await run(first, second);
    await ask(request('in1', { at: world.clock.nowMs() - 60 * S }));
    await later(dispatcher, 40 * S, 4 * S);
    expect(second.taken).toEqual([]);
    await later(dispatcher, 16 * S, 4 * S);
    expect(keys(second)).toEqual(['trigger in1']);
  });

  it('B11: of channels that are all dead each is tried, and none gets it back', async () => {
    const third = scriptedReceiver({ name: 'third', isKeyed: true });
    for (const each of [first, second, third]) each.scripts.push(...times(10_000, REFUSED));
    const dispatcher = await run(first, second, third);
    await ask(request('in1'));
    await later(dispatcher, 600 * S, 30 * S);
    expect(await statuses()).toEqual(['first trigger due', 'second trigger due', 'third trigger due']);
  });

  it('B11: what is refused leaves through the next channel at once, and what would end it is not sent after it', async () => {
    first.scripts.push(answered(400));
    const dispatcher = await run(first, second);
    await ask(request('in1'));
    await dispatcher.settle();
    expect(keys(second)).toEqual(['trigger in1']);
    await ask(request('end', { action: 'resolve', dedupKey: 'in1' }));
    await dispatcher.settle();
    expect(first.asked).toHaveLength(1);
    expect(await statuses()).toEqual(['first resolve superseded', 'first trigger gave_up', 'second trigger delivered']);
  });

  it('B11: a page that began and ended while its receiver was away is one notice that wakes nobody', async () => {
    first.scripts.push(...times(6, REFUSED));
    const dispatcher = await run(first);
    await ask(request('in1'));
    await later(dispatcher, 10 * S, 5 * S);
    await ask(
      request('u1', { action: 'update', dedupKey: 'in1' }),
      request('end', { action: 'resolve', dedupKey: 'in1', body: { title: 't', because: 'well', at: 5 } }),
    );
    await later(dispatcher, 60 * S, 10 * S);
    // A receiver with a key would keep it open.
    expect(keys(first)).toEqual(['update in1', 'resolve in1']);
    expect(first.taken[0]?.delivery.body).toMatchObject({ severity: 'info', over: { resolvedAt: 5 } });
    expect((await statuses()).filter((status) => status.endsWith('superseded'))).toHaveLength(3);
  });

  it('B11: one that may have arrived is sent again and resolved after it', async () => {
    first.scripts.push('lost');
    const dispatcher = await run(first);
    await ask(request('in1'));
    await dispatcher.settle();
    await ask(request('end', { action: 'resolve', dedupKey: 'in1' }));
    await later(dispatcher, 5 * S);
    expect(keys(first)).toEqual(['trigger in1', 'trigger in1', 'resolve in1']);
  });

  it('B11: a receiver without a key gets a lost message once more, marked unknown, and not a third time', async () => {
    const chat = scriptedReceiver({ name: 'first' });
    chat.scripts.push('lost', 'lost', 'lost');
    const dispatcher = await run(chat, second);
    await ask(request('in1'));
    await later(dispatcher, 40 * S, 10 * S);
    expect(keys(chat)).toEqual(['trigger in1', 'trigger in1']);
    expect((await world.attempts()).slice(0, 2)).toMatchObject([
      { outcome: 'retry', isUnknown: true },
      { outcome: 'gave_up', isUnknown: true },
    ]);
    // Nobody knows whether anybody read it: it is told through another.
    expect(keys(second)).toEqual(['trigger in1']);
  });

  it('B11: what dies between send and record at a receiver without a key is sent once more, marked unknown', async () => {
    const chat = scriptedReceiver({ name: 'first' });
    const dying: EventStore = { ...world.eventStore, append: () => Promise.reject(new Error('killed')) };
    await ask(request('in1'));
    const killed = async (): Promise<void> => {
      const dispatcher = await world.dispatcher([chat.channel], { eventStore: dying });
      await dispatcher.settle();
      await world.clock.advance(DELIVERY_LEASE_MS);
    };
    await killed();
    const dispatcher = await run(chat);
    expect(await world.attempts()).toMatchObject([{ outcome: 'delivered', isUnknown: true }]);
    await ask(request('in2'));
    await killed();
    await killed();
    await dispatcher.settle();
    expect(keys(chat)).toEqual(['trigger in1', 'trigger in1', 'trigger in2', 'trigger in2']);
    expect((await world.attempts()).at(-1)).toMatchObject({ outcome: 'gave_up', detail: 'may have arrived twice' });
  });

  it('B11: what fails before its send is sent all the same, as if it had never been claimed', async () => {
    const chat = scriptedReceiver({ name: 'first' });
    let failures = 3;
    const { query } = world.db.database;
    const failing: Database = {
      ...world.db.database,
      query: (sql, values) =>
        sql.includes('channel_disabled') && failures-- > 0 ? Promise.reject(new Error('away')) : query(sql, values),
    };
    const dispatcher = await world.dispatcher([chat.channel], { database: failing });
    await ask(request('in1'));
    await later(dispatcher, 4 * S, 1 * S);
    expect(failures).toBeLessThan(0);
    expect(keys(chat)).toEqual(['trigger in1']);
    const [attempt, ...others] = await world.attempts();
    expect([attempt?.outcome, attempt?.isUnknown, others]).toEqual(['delivered', undefined, []]);
  });

  it('B11: what can wait leaves places to what is urgent, however slow its receiver is', async () => {
    const answers: (() => void)[] = [];
    const taken: string[] = [];
    const slow: Channel = {
      ...first.channel,
      send: ({ dedupKey }) => {
        taken.push(dedupKey);
        return new Promise((resolve) => answers.push(() => resolve(answered(202))));
      },
    };
    const dispatcher = await world.dispatcher([slow]);
    const body = { title: 'w', severity: 'warning' };
    await ask(...Array.from({ length: 20 }, (_, index) => request(`w${index}`, { body })));
    dispatcher.tick();
    await until('what can wait has its places', () => taken.length >= SENDS_NOT_URGENT_MAX);
    await ask(request('critical'));
    dispatcher.tick();
    await until('the critical one is there', () => taken.includes('critical'));
    expect(taken).toHaveLength(SENDS_NOT_URGENT_MAX + 1);
    const settled = dispatcher.settle();
    await until('all were asked', () => {
      for (const answer of answers.splice(0)) answer();
      return taken.length === 21;
    });
    for (const answer of answers.splice(0)) answer();
    await settled;
  });

  it('B11: a receiver that wants nothing more disables its channel, which is told through another until it is enabled', async () => {
    first.scripts.push({ kind: 'gone', status: 410, detail: 'Gone' });
    const dispatcher = await run(first, second);
    await ask(request('in1'));
    await dispatcher.settle();
    await ask(request('in2'));
    await dispatcher.settle();
    await dispatcher.settle();
    expect(first.asked).toHaveLength(1);
    expect(keys(second).toSorted()).toEqual(['trigger channel-first', 'trigger in1', 'trigger in2']);
    const at = world.clock.nowMs();
    await world.tell(
      streamOf.channel('first'),
      1,
      event('ChannelEnabled', { channel: 'first', by: 'operator:ana', at }),
    );
    await world.tell(
      streamOf.delivery('in2'),
      3,
      event('DeliveryRetried', { deliveryId: 'in2', by: 'operator:ana', at }),
    );
    await dispatcher.settle();
    expect(keys(first)).toEqual(['trigger in2']);
  });

  it('B11: a dead receiver is tried by one delivery in ten seconds, and all leave when it lives again', async () => {
    first.scripts.push(...times(1_000, REFUSED));
    const dispatcher = await run(first);
    await ask(...Array.from({ length: 20 }, (_, index) => request(`in${index}`)));
    await dispatcher.settle();
    // As many as are under way at once learn of it together; a place that is free before the breaker opens is taken once more.
    const asked = first.asked.length;
    expect(asked).toBeGreaterThanOrEqual(BREAKER_FAILURES);
    expect(asked).toBeLessThan(SENDS_PER_CHANNEL_MAX + BREAKER_FAILURES);
    await later(dispatcher, 9 * S, 3 * S);
    expect(first.asked).toHaveLength(asked);
    await later(dispatcher, 2 * S);
    expect(first.asked).toHaveLength(asked + 1);
    first.scripts.length = 0;
    await later(dispatcher, 60 * S, 5 * S);
    expect(new Set(keys(first)).size).toBe(20);
  });

  it('B11: what is dropped instead of trying a dead receiver leaves the try to the next', async () => {
    first.scripts.push(...times(BREAKER_FAILURES, REFUSED));
    const dispatcher = await run(first);
    await ask(...Array.from({ length: BREAKER_FAILURES }, (_, index) => request(`in${index}`)));
    await dispatcher.settle();
    // The oldest, which would be the first to try it, is over.
    await ask(request('end', { action: 'resolve', dedupKey: 'in0', body: { title: 't', because: 'well', at: 5 } }));
    await later(dispatcher, 11 * S);
    await dispatcher.settle();
    expect(keys(first)).toEqual(expect.arrayContaining(['update in0', 'trigger in1', 'trigger in4']));
    expect(await world.db.database.query('select * from delivery_claim')).toEqual([]);
  });

  it('what the receiver called the first is known to what follows it, and a 429 holds only what can wait', async () => {
    const chat = scriptedReceiver({ name: 'first' });
    chat.scripts.push(
      { kind: 'answered', status: 200, retryAfter: null, detail: 'ok', receiverId: '17.1' },
      answered(429, '60'),
    );
    const dispatcher = await run(chat);
    await ask(request('in1'));
    await dispatcher.settle();
    const warning = { title: 'w', severity: 'warning' };
    await ask(request('u1', { action: 'update', dedupKey: 'in1' }));
    await dispatcher.settle();
    expect(chat.asked[1]?.attempt.known).toBe('17.1');
    await ask(request('waits', { body: warning }), request('urgent'));
    await dispatcher.settle();
    expect(keys(chat)).toEqual(['trigger in1', 'trigger urgent']);
  });

  it('what nobody accepts for two hours is given up, and a person has it sent again', async () => {
    first.scripts.push(...times(10_000, REFUSED));
    const dispatcher = await run(first);
    await ask(request('in1'));
    await later(dispatcher, 7_260 * S, 605 * S);
    const [row] = await world.deliveries();
    expect(row).toMatchObject({ status: 'gave_up', lastDetail: 'not accepted for 120 minutes' });
    first.scripts.length = 0;
    const at = world.clock.nowMs();
    const { length: version } = await world.eventStore.readStream(streamOf.delivery('in1'));
    await world.tell(
      streamOf.delivery('in1'),
      version,
      event('DeliveryRetried', { deliveryId: 'in1', by: 'operator:ana', at }),
    );
    await dispatcher.settle();
    expect(keys(first)).toEqual(['trigger in1']);
  });
});
