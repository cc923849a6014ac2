import { draw, fullLanes, refill } from '#domain';
import type { Channel, OutgoingDelivery } from './channel.js';
import type { FakeReceiver } from './fault-script.fake.js';
import { pagerDutyChangeChannel } from './pagerduty-change.channel.js';
import { pagerDutyChannel } from './pagerduty.channel.js';
import { startFakePagerDuty } from './pagerduty.fake.js';
import { slackWebhookChannel } from './slack-webhook.channel.js';
import { slackChannel } from './slack.channel.js';
import { startFakeSlack } from './slack.fake.js';
import { teamsChannel } from './teams.channel.js';
import { startFakeTeams } from './teams.fake.js';

const KEY = 'a'.repeat(32);
const PATH = '/services/T0/B0/secret';
/** Two full minutes and what a sliding one has of both. */
const STORM_MS = 130_000;
/** As often as the dispatcher looks. */
const STEP_MS = 200;

let nowMs = 0;
const clock = (): number => nowMs;
const slack = () =>
  startFakeSlack({ token: KEY, channels: { '#ops': 'C01' }, webhook: { path: PATH, channel: 'C02' }, nowMs: clock });

/** Channels that draw from one bucket, before a receiver that counts. */
const SETS: Readonly<Record<string, () => Promise<{ fake: FakeReceiver; channels: readonly Channel[] }>>> = {
  PagerDuty: async () => {
    const fake = await startFakePagerDuty(clock);
    const target = { url: new URL(fake.url), routingKey: KEY };
    return { fake, channels: [pagerDutyChannel(target), pagerDutyChangeChannel(target)] };
  },
  'the Slack app': async () => {
    const fake = await slack();
    return { fake, channels: [slackChannel({ url: new URL(fake.url), token: KEY, channel: '#ops' })] };
  },
  'a Slack webhook': async () => {
    const fake = await slack();
    return { fake, channels: [slackWebhookChannel({ url: new URL(PATH, fake.url) })] };
  },
  Teams: async () => {
    const fake = await startFakeTeams(PATH, clock);
    return { fake, channels: [teamsChannel({ url: new URL(PATH, fake.url) })] };
  },
};

const deliveryOf = (deliveryId: string, { subject = 'page' }: Channel): OutgoingDelivery => ({
  deliveryId,
  subject,
  action: subject === 'change' ? 'change' : 'trigger',
  dedupKey: deliveryId,
  body: { title: 't', summary: 's', severity: 'critical' },
});

describe('a storm that never ends, urgent and not', () => {
  it.each(Object.keys(SETS))('B11: %s throttles nothing of it, since no more leaves than it takes', async (name) => {
    nowMs = 0;
    const opened = await SETS[name]?.();
    const [first, ...others] = opened?.channels ?? [];
    if (opened === undefined || first?.pace === undefined) throw new Error(name);
    for (const { pace } of others) expect(pace).toEqual(first.pace);
    const { pace } = first;
    expect(others.length > 0 ? pace.bucket : 'one').toBeDefined();
    let lanes = fullLanes(pace, 0);
    const statuses: unknown[] = [];
    for (; nowMs < STORM_MS; nowMs += STEP_MS) {
      lanes = refill(lanes, pace, nowMs);
      for (const isUrgent of [false, true])
        for (let left = draw(lanes, isUrgent); left !== undefined; left = draw(lanes, isUrgent)) {
          lanes = left;
          // Urgent ones are alerts; of the others each in turn.
          const channel = opened.channels[isUrgent ? 0 : statuses.length % opened.channels.length] ?? first;
          const answer = await channel.send(deliveryOf(`d${statuses.length}`, channel), { nowMs });
          statuses.push('status' in answer ? answer.status : answer.kind);
        }
    }
    await opened.fake.close();
    // More than a minute's worth of what can wait.
    expect(statuses.length).toBeGreaterThan(pace.perMinute);
    expect(statuses.filter((status) => status !== 200 && status !== 202)).toEqual([]);
  });
});
