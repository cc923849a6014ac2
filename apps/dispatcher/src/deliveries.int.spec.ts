import { event, streamOf } from '#contracts';
import type { EventStore } from '#store';
import { until } from '#testing';
import type { Channel } from './channels/channel.js';
import { startFakeReceiver } from './channels/fault-script.fake.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './channels/webhook.fake.js';
import { DELIVERY_LEASE_MS, SENDS_PER_CHANNEL_MAX } from './dispatcher.config.js';
import { hasty, World } from './dispatcher.fixture.js';

const ROUTING_KEY = 'CANARYxROUTINGxKEYx0123456789abc';
const SECRET = Buffer.from('CANARY-webhook-secret-0123456789');

describe('deliveries', () => {
  let world: World;
  let pagerDuty: FakePagerDuty;
  let hook: FakeWebhook;
  beforeEach(async () => {
    world = await World.open();
    pagerDuty = await startFakePagerDuty();
    hook = await startFakeWebhook(SECRET, world.clock.nowMs);
  });
  afterEach(async () => {
    await Promise.all([pagerDuty.close(), hook.close()]);
    await world.close();
  });

  const pager = (): Channel => hasty(pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: ROUTING_KEY }));
  const webhook = (): Channel =>
    hasty(webhookChannel({ name: 'webhook', url: new URL(`${hook.url}/CANARY-path?key=CANARY-key`), secret: SECRET }));
  const actions = () => pagerDuty.events.map(({ event_action, dedup_key }) => `${event_action} ${dedup_key}`);

  it('B11: a page is delivered once, as trigger, acknowledge and resolve in this order', async () => {
    const dispatcher = await world.dispatcher([pager()]);
    await world.opens('in1');
    const at = world.clock.nowMs();
    await world.tell(
      streamOf.incident('in1'),
      1,
      event('IncidentAcknowledged', { incidentId: 'in1', by: 'user:alice', note: 'mine', at }),
      event('IncidentResolved', { incidentId: 'in1', because: 'recovered', at }),
    );
    dispatcher.tick();
    await until('all three are there', () => pagerDuty.events.length === 3);
    await dispatcher.settle();
    expect(actions()).toEqual(['trigger in1', 'acknowledge in1', 'resolve in1']);
    expect(pagerDuty.alerts).toEqual([{ dedupKey: 'in1', status: 'resolved', triggers: 1 }]);
    expect(pagerDuty.requests).toHaveLength(3);
  });

  it('429 with Retry-After, 500, a reset and a hang are recorded and retried when due: one alert at the receiver', async () => {
    pagerDuty.faults.push({ status: 429, retryAfter: '7' }, { status: 500 }, 'reset', 'hang');
    const dispatcher = await world.dispatcher([pager()]);
    await world.opens('in1');
    await dispatcher.settle();
    expect(await world.attempts()).toMatchObject([
      { outcome: 'retry', status: 429, dueAtMs: world.clock.nowMs() + 7_350 },
    ]);
    await world.clock.advance(7_349);
    await dispatcher.settle();
    expect(pagerDuty.requests).toHaveLength(1);
    await world.clock.advance(1);
    for (const waitMs of [2_000, 4_000, 8_000, 0]) {
      await dispatcher.settle();
      await world.clock.advance(waitMs);
    }
    await dispatcher.settle();
    expect(await world.attempts()).toMatchObject([
      { attempt: 1, outcome: 'retry', status: 429 },
      { attempt: 2, outcome: 'retry', status: 500 },
      { attempt: 3, outcome: 'retry', status: null, detail: expect.stringMatching(/^network: /) },
      { attempt: 4, outcome: 'retry', status: null, detail: expect.stringMatching(/^timeout: /) },
      { attempt: 5, outcome: 'delivered', status: 202, dueAtMs: null },
    ]);
    expect(pagerDuty.alerts).toEqual([{ dedupKey: 'in1', status: 'triggered', triggers: 1 }]);
    expect(dispatcher.unready()).toBeUndefined();
  });

  it('a receiver that hangs delays no other channel, and holds no more than its own places', async () => {
    const count = SENDS_PER_CHANNEL_MAX + 2;
    pagerDuty.faults.push(...Array.from({ length: count }, () => 'hang' as const));
    const patient = pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: ROUTING_KEY });
    const dispatcher = await world.dispatcher([patient, webhook()]);
    for (let index = 0; index < count; index++) await world.opens(`in${index}`);
    dispatcher.tick();
    await until('every webhook is there', () => hook.messages.length === count);
    await until('the places of the other are taken', () => pagerDuty.requests.length === SENDS_PER_CHANNEL_MAX);
    await world.opens('later');
    dispatcher.tick();
    await until('a newer one passes too', () => hook.messages.length === count + 1);
    expect(pagerDuty.requests).toHaveLength(SENDS_PER_CHANNEL_MAX);
    const stopped = dispatcher.stop();
    await until('it waits for the grace', () => world.clock.sleeping > 0);
    await world.clock.advance(5_000);
    await stopped;
    // What was broken off was given back, and leaves at once with the next dispatcher.
    pagerDuty.faults.length = 0;
    const next = await world.dispatcher([pager(), webhook()]);
    next.tick();
    await until('the next sends all of them', () => pagerDuty.alerts.length === count + 1);
  });

  it('a hanging page does not hold back newer pages of its channel', async () => {
    pagerDuty.faults.push('hang');
    const dispatcher = await world.dispatcher([
      pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: ROUTING_KEY }),
    ]);
    await world.opens('stuck');
    dispatcher.tick();
    await until('the first hangs', () => pagerDuty.requests.length === 1);
    await world.opens('newer');
    dispatcher.tick();
    await until('the newer one is there', () => pagerDuty.alerts.length === 1);
    expect(pagerDuty.alerts[0]?.dedupKey).toBe('newer');
    const stopped = dispatcher.stop();
    await until('it waits for its grace', () => world.clock.sleeping > 0);
    await world.clock.advance(5_000);
    await stopped;
  });

  it('B11: what dies between send and record is sent again after its claim, and folded by the receiver', async () => {
    const dying: EventStore = { ...world.eventStore, append: () => Promise.reject(new Error('killed')) };
    const first = await world.dispatcher([pager()], { eventStore: dying });
    await world.opens('in1');
    await first.settle();
    expect(first.unready()).toMatch(/^deliveries: record an attempt of delivery /);
    expect(await world.attempts()).toEqual([]);
    const second = await world.dispatcher([pager()]);
    await world.clock.advance(DELIVERY_LEASE_MS - 1);
    await second.settle();
    expect(pagerDuty.requests).toHaveLength(1);
    await world.clock.advance(1);
    await second.settle();
    expect(pagerDuty.alerts).toEqual([{ dedupKey: 'in1', status: 'triggered', triggers: 2 }]);
    expect(await world.attempts()).toMatchObject([{ attempt: 1, outcome: 'delivered' }]);
  });

  it('B11: two dispatchers side by side send each delivery once', async () => {
    const both = [await world.dispatcher([pager()]), await world.dispatcher([pager()])];
    const count = 30;
    for (let index = 0; index < count; index++) await world.opens(`in${index}`);
    for (const dispatcher of both) dispatcher.tick();
    await until('all are delivered', async () =>
      (await world.deliveries()).every(({ status }) => status === 'delivered'),
    );
    expect(pagerDuty.requests).toHaveLength(count);
    expect(pagerDuty.alerts.every(({ triggers }) => triggers === 1)).toBe(true);
  });

  it('a delivery of a channel that is not configured any more is given up with that reason', async () => {
    await world.dispatcher([pager(), webhook()]);
    await world.opens('in1');
    const dispatcher = await world.dispatcher([pager()]);
    await world.opens('in2');
    await dispatcher.settle();
    const rows = await world.deliveries();
    expect(rows.map(({ dedupKey, channel, status }) => `${dedupKey} ${channel} ${status}`).toSorted()).toEqual([
      'in1 pagerduty delivered',
      'in1 webhook gave_up',
      'in2 pagerduty delivered',
    ]);
    expect(rows.find(({ status }) => status === 'gave_up')?.lastDetail).toBe(
      'channel webhook is not configured any more',
    );
    expect(world.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { channel: 'webhook', dedupKey: 'in1', attempt: 1, outcome: 'gave_up' } },
    ]);
  });

  it('no secret appears in a recorded event or a log line, though receivers repeat all they were told', async () => {
    const parrot = await startFakeReceiver(({ path, headers, body }) => ({
      status: 401,
      body: { path, body, headers },
    }));
    const echoed = pagerDutyChannel({ url: new URL(parrot.url), routingKey: ROUTING_KEY });
    const url = new URL(`${parrot.url}/CANARY-path?key=CANARY-key`);
    const unsendable: Channel = {
      ...webhookChannel({ name: 'unsendable', url, secret: SECRET }),
      send: () => {
        throw new Error(`cannot send to ${url.href} with ${SECRET.toString('base64')}`);
      },
    };
    const channels = [echoed, webhookChannel({ name: 'webhook', url, secret: SECRET }), unsendable];
    const dispatcher = await world.dispatcher(channels);
    await world.opens('in1');
    await dispatcher.settle();
    await parrot.close();
    const details = (await world.attempts()).map(({ detail }) => detail);
    expect(details.map((detail) => detail.includes('[redacted]'))).toEqual([true, true, true]);
    const recorded = JSON.stringify(await world.eventStore.readAll(0, 1_000));
    for (const secret of ['CANARY', SECRET.toString('base64')]) {
      expect(recorded).not.toContain(secret);
      expect(JSON.stringify(world.lines)).not.toContain(secret);
    }
    expect(world.lines.filter(({ message }) => message === 'a delivery was given up')).toHaveLength(3);
  });

  it('without a channel for pages says at start where it is told what to set', async () => {
    await world.dispatcher([]);
    expect(world.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { message: expect.stringContaining('docs/channels.md') },
    ]);
  });
});
