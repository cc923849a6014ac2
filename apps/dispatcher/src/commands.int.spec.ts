import { type Command, event, fleetCommandSchema, signedCommandSchema, verifyCommand } from '#contracts';
import type { EventLog } from '#event-log';
import { until } from '#testing';
import type { Channel } from './channels/channel.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './channels/webhook.fake.js';
import { World } from './dispatcher.fixture.js';

const SECRET = Buffer.alloc(32, 7);

describe('commands and events', () => {
  let world: World;
  let hook: FakeWebhook;
  beforeEach(async () => {
    world = await World.open();
    hook = await startFakeWebhook(SECRET, world.clock.nowMs);
  });
  afterEach(async () => {
    await hook.close();
    await world.close();
  });

  const deploy = (): Channel =>
    webhookChannel({ name: 'deploy', subject: 'command', url: new URL(hook.url), secret: SECRET });
  const read = async (topic: 'events' | 'fleet.commands') => {
    const records = await world.eventLog.read({ topic, partition: 0, offset: 0 }, 1_000);
    return records.map(({ key, value }) => ({ key, value: JSON.parse(Buffer.from(value).toString()) as unknown }));
  };
  const positions = async () => (await read('events')).map(({ value }) => (value as { position: number }).position);
  const executed = (): Command[] => {
    let lastGeneration = 0;
    return hook.messages.map(({ data }) => {
      const signed = signedCommandSchema.parse(data);
      const verdict = verifyCommand(signed, world.keys.publicKey, world.clock.nowMs(), undefined, lastGeneration);
      if (verdict.verdict === 'refuse') throw new Error(`${verdict.reason}: ${verdict.detail}`);
      lastGeneration = verdict.command.generation;
      return verdict.command;
    });
  };

  it('a signed command is delivered, and the deploy system executes it', async () => {
    const dispatcher = await world.dispatcher([deploy()]);
    await world.issues('co1');
    dispatcher.tick();
    await until('it is delivered', async () => (await world.deliveries())[0]?.status === 'delivered');
    expect(executed()).toMatchObject([{ commandId: 'co1', generation: 1, audience: ['n1'] }]);
  });

  it('commands reach the deploy system in the order of their generations, though one is retried', async () => {
    hook.faults.push({ status: 503 });
    const dispatcher = await world.dispatcher([deploy()]);
    await world.issues('co1', 1);
    await world.issues('co2', 2);
    await dispatcher.settle();
    expect(hook.messages).toEqual([]);
    await world.clock.advance(1_000);
    dispatcher.tick();
    await until('both are there', () => hook.messages.length === 2);
    expect(executed().map(({ generation }) => generation)).toEqual([1, 2]);
  });

  it('B8: a repeated command leaves again under its id, by webhook and for nodes; an executor acts on it once', async () => {
    const dispatcher = await world.dispatcher([deploy()]);
    await world.issues('co1', 3);
    await dispatcher.settle();
    const repeated = { rollbackId: 'rb1', wave: 1, commandId: 'co1', missing: 1, at: world.clock.nowMs() + 60_000 };
    await world.tell('rollback-rb1', 0, event('WaveRepeated', repeated));
    await world.clock.advance(60_000);
    await dispatcher.settle();
    await until('both are there', () => hook.messages.length === 2);
    const [first, second] = hook.messages.map(({ data }) => signedCommandSchema.parse(data));
    expect(second).toEqual(first);
    expect((await read('fleet.commands')).map(({ key }) => key)).toEqual(['co1', 'co1']);
    if (second === undefined) throw new Error('nothing was sent');
    const { verdict } = verifyCommand(second, world.keys.publicKey, world.clock.nowMs(), 'n1', 3);
    expect(verdict).toBe('refuse');
  });

  it('B8: a command that nobody signed does not leave because it is repeated', async () => {
    const repeated = { rollbackId: 'rb1', wave: 1, commandId: 'unknown', missing: 1, at: world.clock.nowMs() };
    await world.tell('rollback-rb1', 0, event('WaveRepeated', repeated));
    const dispatcher = await world.dispatcher([deploy()]);
    await dispatcher.settle();
    expect(hook.messages).toEqual([]);
    expect(await read('fleet.commands')).toEqual([]);
  });

  it('R25: the commands of a redirect are delivered and verified, drain before resume', async () => {
    const dispatcher = await world.dispatcher([deploy()]);
    await world.redirects('co1', 'drain', 1);
    await world.redirects('co2', 'resume', 2);
    await dispatcher.settle();
    await until('both are there', () => hook.messages.length === 2);
    expect(executed()).toMatchObject([
      { action: 'drain', redirectId: 'rd1', audience: ['n1'] },
      { action: 'resume', redirectId: 'rd1' },
    ]);
    expect(executed()[0]).not.toHaveProperty('rollbackId');
  });

  it('a signed command that expired before it could be delivered is not sent: given up with the reason', async () => {
    hook.faults.push({ status: 503, retryAfter: '300' });
    const dispatcher = await world.dispatcher([deploy()]);
    await world.issues('co1');
    await dispatcher.settle();
    await world.clock.advance(120_000);
    await dispatcher.settle();
    expect(hook.requests).toHaveLength(1);
    expect((await world.attempts()).at(-1)).toMatchObject({
      outcome: 'gave_up',
      status: null,
      detail: 'the command expired 0 ms ago',
    });
  });

  it('two dispatchers send a command once', async () => {
    const both = [await world.dispatcher([deploy()]), await world.dispatcher([deploy()])];
    await world.issues('co1');
    await Promise.all(both.map((dispatcher) => dispatcher.settle()));
    expect(hook.requests).toHaveLength(1);
  });

  it('every event is published once, in the global order, and each command with what the gateway needs', async () => {
    const dispatcher = await world.dispatcher([deploy()]);
    await world.opens('in1');
    await world.issues('co1', 7);
    await dispatcher.settle();
    await dispatcher.settle();
    const stored = await world.eventStore.readAll(0, 100);
    expect(await read('events')).toEqual(stored.map((value) => ({ key: value.stream, value })));
    const [command, ...others] = await read('fleet.commands');
    expect(others).toEqual([]);
    expect(command?.key).toBe('co1');
    const { signed, ...beside } = fleetCommandSchema.parse(command?.value);
    expect(beside).toEqual({ generation: 7, audience: ['n1'], expiresAtMs: world.clock.nowMs() + 120_000 });
    expect(verifyCommand(signed, world.keys.publicKey, world.clock.nowMs(), 'n1', 6).verdict).toBe('execute');
  });

  it('after a crash between append and advance events are repeated whole, and recognised by their position', async () => {
    await world.issues('co1');
    const dying: EventLog = {
      ...world.eventLog,
      clusterId: world.eventLog.clusterId,
      append: async (topic, records) => {
        await world.eventLog.append(topic, records);
        throw new Error('killed');
      },
    };
    const first = await world.dispatcher([deploy()], { eventLog: dying });
    await first.settle();
    expect(first.unready()).toBe('publish: killed');
    const second = await world.dispatcher([deploy()]);
    await second.settle();
    const stored = (await world.eventStore.readAll(0, 100)).map(({ position }) => position);
    const published = await positions();
    expect(published.length).toBeGreaterThan(stored.length);
    expect([...new Set(published)]).toEqual(stored);
    expect((await read('fleet.commands')).map(({ key }) => key)).toEqual(['co1']);
  });

  it('two publishers side by side publish everything once, in its order', async () => {
    const both = [await world.dispatcher([]), await world.dispatcher([])];
    for (let index = 0; index < 5; index++) {
      await world.opens(`in${index}`);
      await Promise.all(both.map((dispatcher) => dispatcher.settle()));
    }
    expect(await positions()).toEqual([1, 2, 3, 4, 5]);
  });

  it('a publisher that hangs holds the others until the server ends its session, and moves nothing afterwards', async () => {
    await world.opens('in1');
    let letGo = (): void => undefined;
    const held = new Promise<void>((done) => (letGo = done));
    let hangs = false;
    const hanging: EventLog = {
      ...world.eventLog,
      clusterId: world.eventLog.clusterId,
      append: async (topic, records) => {
        hangs = true;
        await held;
        return world.eventLog.append(topic, records);
      },
    };
    const first = await world.dispatcher([], { eventLog: hanging });
    const hung = first.settle();
    await until('it appends', () => hangs);
    const second = await world.dispatcher([]);
    await second.settle();
    expect(await positions()).toEqual([]);
    // What `idle_in_transaction_session_timeout` does after 5 s.
    await world.db.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and state = 'idle in transaction'`,
    );
    await until('the other publishes', async () => {
      await second.settle();
      return (await positions()).length === 1;
    });
    letGo();
    await hung;
    expect(first.unready()).toMatch(/^publish: /);
    await first.settle();
    expect(await positions()).toEqual([1, 1]);
  });
});
