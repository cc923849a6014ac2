import { event, type EventData, streamOf } from '#contracts';
import type { AttemptAnswer } from './channels/attempt.decide.js';
import { scriptedReceiver, type ScriptedReceiver } from './channels/scripted.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { World } from './dispatcher.fixture.js';

const S = 1_000;
const UNAUTHORIZED: AttemptAnswer = { kind: 'answered', status: 401, retryAfter: null, detail: 'Unauthorized' };
const AWAY: AttemptAnswer = { kind: 'unreached', detail: 'ECONNREFUSED' };

describe('what a channel does not bring', () => {
  let world: World;
  let pager: ScriptedReceiver;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    pager = scriptedReceiver({ name: 'pager', isKeyed: true });
  });

  type Asked = Partial<EventData<'DeliveryRequested'>> & { readonly channel: string };
  let count = 0;
  const ask = async (asked: Asked): Promise<void> => {
    const deliveryId = `d${count++}`;
    const at = world.clock.nowMs();
    const status = { subject: 'status', action: 'status_update', dedupKey: deliveryId, body: {}, at } as const;
    await world.tell(streamOf.delivery(deliveryId), 0, event('DeliveryRequested', { deliveryId, ...status, ...asked }));
  };
  const later = async (dispatcher: Dispatcher, ms: number): Promise<void> => {
    await world.clock.advance(ms);
    await dispatcher.settle();
  };
  const told = () => pager.taken.map(({ delivery }) => `${delivery.action} ${delivery.dedupKey}`);
  const titles = () => pager.taken.map(({ delivery }) => delivery.body['title']);

  it('B11: and gives up for good is told through another, once, until it delivers again', async () => {
    const page = scriptedReceiver({ name: 'page', subject: 'status', isKeyed: true });
    page.scripts.push(UNAUTHORIZED, UNAUTHORIZED);
    const dispatcher = await world.dispatcher([pager.channel, page.channel]);
    await ask({ channel: 'page', dedupKey: 'in1:status' });
    await dispatcher.settle();
    expect(told()).toEqual(['trigger channel-page']);
    expect(titles()).toEqual(['channel page gave up a status update (in1:status): Unauthorized']);
    await ask({ channel: 'page' });
    await later(dispatcher, S);
    expect(page.asked).toHaveLength(2);
    expect(told()).toEqual(['trigger channel-page']);
    await ask({ channel: 'page' });
    await later(dispatcher, S);
    await dispatcher.settle();
    expect(told()).toEqual(['trigger channel-page', 'resolve channel-page']);
    // What it gave up before is no news; what it gives up from now on is.
    await later(dispatcher, S);
    expect(told()).toHaveLength(2);
    page.scripts.push(UNAUTHORIZED);
    await ask({ channel: 'page' });
    await later(dispatcher, S);
    expect(told().at(-1)).toBe('trigger channel-page');
    expect(told()).toHaveLength(3);
    await dispatcher.stop();
  });

  it('B11: and the public waits for longer than five minutes is told, and ends when it has it', async () => {
    const slow = scriptedReceiver({ name: 'slow', subject: 'notice', isKeyed: true });
    slow.scripts.push(...Array.from({ length: 1_000 }, () => AWAY));
    const dispatcher = await world.dispatcher([pager.channel, slow.channel]);
    await ask({ channel: 'slow', subject: 'notice', action: 'notice', dedupKey: 'in1:c1' });
    for (let passedMs = 0; passedMs < 299 * S; passedMs += 13 * S) await later(dispatcher, 13 * S);
    await later(dispatcher, S);
    expect(titles()).toEqual([
      'channel slow has not brought a message to a customer (in1:c1) for 5 minutes: unreached: ECONNREFUSED',
    ]);
    slow.scripts.length = 0;
    await later(dispatcher, 60 * S);
    await dispatcher.settle();
    expect(told()).toEqual(['trigger channel-slow', 'resolve channel-slow']);
    await dispatcher.stop();
  });

  it('B11: is not told of a test, nor where there is no other channel', async () => {
    const only = scriptedReceiver({ name: 'pager', isKeyed: true });
    only.scripts.push(UNAUTHORIZED, UNAUTHORIZED);
    const dispatcher = await world.dispatcher([only.channel]);
    const test = { title: 'a test', severity: 'info', isTest: true };
    await ask({ channel: 'pager', subject: 'page', action: 'resolve', body: test });
    await ask({ channel: 'pager', subject: 'page', action: 'resolve', body: { title: 'over' } });
    await dispatcher.settle();
    await later(dispatcher, S);
    expect(only.asked).toHaveLength(2);
    // With another there is one to tell, and one thing to be told.
    const other = scriptedReceiver({ name: 'other', isKeyed: true });
    const next = await world.dispatcher([only.channel, other.channel]);
    await next.settle();
    await next.settle();
    expect(other.taken.map(({ delivery }) => delivery.body['title'])).toEqual([
      expect.stringMatching(/^channel pager gave up the end of a page \(d\d+\): Unauthorized$/),
    ]);
  });
});
