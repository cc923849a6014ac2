import { event, type Event, streamOf } from '#contracts';
import type { Channel } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './channels/webhook.fake.js';
import { hasty, opened, World } from './dispatcher.fixture.js';

const SECRET = Buffer.from('CANARY-webhook-secret-0123456789');

describe('what customers are told', () => {
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

  const pager = (): Channel =>
    hasty(pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: 'CANARYxROUTINGxKEYx0123456789abc' }));
  const notices = (): Channel =>
    webhookChannel({ name: 'notice', subject: 'notice', url: new URL(hook.url), secret: SECRET });
  const told = (text: string) => ({ incidentId: 'in1', customerId: 'bank', name: 'Bank', text });
  const fallback = (at: number): readonly Event[] => {
    const of = { fallbackId: 'f1', provider: 'cloudflare_dns', at } as const;
    const command = { ...of, commandId: 'co1', generation: 7 };
    return [
      event('FallbackDecided', { ...of, incidentId: 'in1', customerId: 'bank', isDryRun: false, because: 'hurt' }),
      event('FallbackCommanded', { ...command, step: 'setup_emergency_dns_fallback' }),
      event('FallbackCommanded', { ...command, step: 'notify_customer_of_issue', notice: told('what is wrong') }),
      event('FallbackCommanded', { ...command, step: 'provide_workaround_instructions', notice: told('what to do') }),
      event('FallbackEnded', { fallbackId: 'f1', because: 'well', notice: told('it is over'), at }),
    ];
  };

  it('R60: leaves by the channel for customers, in its order, under a key of its own, and pages nobody', async () => {
    // What fails is sent again before what follows it.
    hook.faults.push({ status: 503 });
    const dispatcher = await world.dispatcher([pager(), notices()]);
    await world.tell(streamOf.incident('in1'), 0, opened('in1', world.clock.nowMs()));
    await world.tell(streamOf.fallback('f1'), 0, ...fallback(world.clock.nowMs()));
    await dispatcher.settle();
    await world.clock.advance(60_000);
    await dispatcher.settle();
    expect(hook.messages).toMatchObject([
      {
        type: 'customer.notice',
        data: { ...told('what is wrong'), step: 'notify_customer_of_issue', fallbackId: 'f1' },
      },
      { type: 'customer.notice', data: { ...told('what to do'), step: 'provide_workaround_instructions' } },
      { type: 'customer.notice', data: { ...told('it is over'), step: 'undo' } },
    ]);
    expect(pagerDuty.events).toHaveLength(1);
  });

  it('R60: is recorded and goes nowhere where no channel is for customers', async () => {
    const dispatcher = await world.dispatcher([pager()]);
    await world.tell(streamOf.fallback('f1'), 0, ...fallback(world.clock.nowMs()));
    await dispatcher.settle();
    expect([pagerDuty.events, await world.deliveries()]).toEqual([[], []]);
  });
});
