import { event, streamOf } from '#contracts';
import type { Channel } from './channels/channel.js';
import type { Fault } from './channels/fault-script.fake.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import type { AttemptAnswer } from './channels/attempt.decide.js';
import { type Script, scriptedReceiver, type ScriptedReceiver } from './channels/scripted.fake.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './channels/webhook.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { hasty, World } from './dispatcher.fixture.js';

const S = 1_000;
const SECRET = Buffer.from('CANARY-webhook-secret-0123456789');
const ROUTING_KEY = 'CANARYxROUTINGxKEYx0123456789abc';

/** What goes wrong, and whether the page arrives there in the end, and also through the next channel. */
const MATRIX: readonly (readonly [
  string,
  readonly Fault[],
  { readonly arrives: boolean; readonly fallsOver: boolean },
])[] = [
  ['answers well', [], { arrives: true, fallsOver: false }],
  ['answers 400', [{ status: 400 }], { arrives: false, fallsOver: true }],
  ['answers 429', [{ status: 429 }], { arrives: true, fallsOver: false }],
  ['answers 429 with Retry-After', [{ status: 429, retryAfter: '7' }], { arrives: true, fallsOver: false }],
  ['answers 429 with a long Retry-After', [{ status: 429, retryAfter: '90' }], { arrives: true, fallsOver: true }],
  ['answers 500', [{ status: 500 }], { arrives: true, fallsOver: false }],
  ['hangs', ['hang'], { arrives: true, fallsOver: false }],
  ['resets', ['reset'], { arrives: true, fallsOver: false }],
  ['is down for ten minutes', Array.from({ length: 500 }, () => ({ status: 503 })), { arrives: true, fallsOver: true }],
];

/** The same for a receiver without a wire: a hang and a reset have taken it, which nobody knows. */
const scriptOf = (fault: Fault): Script => {
  if (typeof fault === 'string') return 'lost';
  const { status, retryAfter = null } = fault;
  return { kind: 'answered', status, retryAfter, detail: 'scripted' } satisfies AttemptAnswer;
};

describe('the matrix of receivers', () => {
  let world: World;
  let pagerDuty: FakePagerDuty;
  let hook: FakeWebhook;
  beforeAll(async () => {
    world = await World.open();
    pagerDuty = await startFakePagerDuty();
    hook = await startFakeWebhook(SECRET, world.clock.nowMs);
  });
  afterAll(async () => {
    await Promise.all([pagerDuty.close(), hook.close()]);
    await world.close();
  });

  const page = async (deliveryId: string): Promise<void> => {
    const at = world.clock.nowMs();
    const body = { title: 'success 23 %', severity: 'critical', at };
    const asked = { subject: 'page', action: 'trigger', channel: deliveryId, dedupKey: deliveryId, body, at } as const;
    await world.tell(streamOf.delivery(deliveryId), 0, event('DeliveryRequested', { deliveryId, ...asked }));
  };

  /** A minute in steps in which a fall-over is seen, and eleven more; when the next channel had it. */
  const play = async (dispatcher: Dispatcher, backup: ScriptedReceiver, recover: () => void): Promise<number> => {
    const startMs = world.clock.nowMs();
    let fellOverMs = Infinity;
    const look = async (): Promise<void> => {
      await dispatcher.settle();
      if (backup.taken.length > 0) fellOverMs = Math.min(fellOverMs, world.clock.nowMs() - startMs);
    };
    await look();
    for (const stepMs of [...Array.from({ length: 12 }, () => 5), ...Array.from({ length: 9 }, () => 60), 15, 30, 60]) {
      if (stepMs === 15) recover();
      await world.clock.advance(stepMs * S);
      await look();
    }
    return fellOverMs;
  };

  const kinds = ['pagerduty', 'webhook', 'chat'] as const;
  const cases = kinds.flatMap((kind) => MATRIX.map((row) => [kind, ...row] as const));

  // A channel of its own for each, since what is known of its receiver outlives the page.
  it.each(cases)('B11: a page through %s whose receiver %s', async (kind, what, faults, { arrives, fallsOver }) => {
    const name = `${kind}-${what.replaceAll(/[^a-z0-9]/gi, '-')}`;
    const chat = scriptedReceiver({ name });
    const backup = scriptedReceiver({ name: `backup-${name}` });
    const made: Readonly<Record<typeof kind, () => Channel>> = {
      pagerduty: () => hasty(pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: ROUTING_KEY })),
      webhook: () => hasty(webhookChannel({ name, url: new URL(hook.url), secret: SECRET })),
      chat: () => chat.channel,
    };
    if (kind === 'chat') chat.scripts.push(...faults.map(scriptOf));
    else (kind === 'pagerduty' ? pagerDuty : hook).faults.push(...faults);
    const dispatcher = await world.dispatcher([{ ...made[kind](), name }, backup.channel]);
    await page(name);
    const fellOverMs = await play(dispatcher, backup, () => {
      for (const scripted of [pagerDuty.faults, hook.faults, chat.scripts]) scripted.length = 0;
    });
    await dispatcher.stop();

    const arrived = {
      pagerduty: pagerDuty.alerts.filter(({ dedupKey }) => dedupKey === name).length,
      webhook: hook.messages.filter(({ id }) => id === name).length,
      chat: chat.taken.length,
    }[kind];
    const isUnknown = (await world.attempts()).some((each) => each.deliveryId === name && each.isUnknown === true);
    // Without a key what was lost is there twice, and said to be.
    expect(isUnknown).toBe(kind === 'chat' && faults.some((fault) => typeof fault === 'string'));
    expect(arrived).toBe(arrives ? 1 + Number(isUnknown) : 0);
    expect(backup.taken).toHaveLength(fallsOver ? 1 : 0);
    expect(fellOverMs <= 60 * S).toBe(fallsOver);
    expect((await world.deliveries()).filter(({ status }) => status === 'due')).toEqual([]);
  });
});
