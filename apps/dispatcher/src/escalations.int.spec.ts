import { event, type Event, streamOf } from '#contracts';
import type { Channel } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './channels/webhook.fake.js';
import { hasty, opened, World } from './dispatcher.fixture.js';

const ROUTING_KEY = 'CANARYxROUTINGxKEYx0123456789abc';
const SECRET = Buffer.from('CANARY-webhook-secret-0123456789');

describe('what an incident calls for', () => {
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
  const webhook = (): Channel => webhookChannel({ name: 'webhook', url: new URL(hook.url), secret: SECRET });
  /** Everything of one tick, as the rules append it. */
  const tells = async (...more: readonly Event[]): Promise<void> => {
    const at = world.clock.nowMs();
    const declared = event('IncidentDeclared', { incidentId: 'in1', priority: 'P0', because: 'critical', at });
    await world.tell(streamOf.incident('in1'), 0, opened('in1', at), declared, ...more);
  };
  const escalatedData = () => ({
    incidentId: 'in1',
    to: 'vp' as const,
    alertId: 'al2',
    because: 'impact score 1100 > 1000 over 2m',
    at: world.clock.nowMs(),
  });
  const escalated = (): Event => event('IncidentEscalated', escalatedData());
  const summaries = () =>
    pagerDuty.events.flatMap((each) => (each.event_action === 'trigger' ? [each.payload.summary] : []));

  it('R48, R104: the page of the opening says that it is a P0', async () => {
    const dispatcher = await world.dispatcher([pager(), webhook()]);
    await tells();
    await dispatcher.settle();
    expect(summaries()).toEqual(['P0: success 23 % < 99 %: 1 customer, $5,000 a minute']);
    expect(hook.messages).toMatchObject([{ type: 'incident.opened', data: { priority: 'P0' } }]);
  });

  it('R30: how a rollback ended is told under the key of its incident, and wakes nobody again', async () => {
    const dispatcher = await world.dispatcher([pager(), webhook()]);
    await tells();
    await dispatcher.settle();
    const told = {
      rollbackId: 'rb1',
      incidentId: 'in1',
      because: 'rollback of dns completed',
      at: world.clock.nowMs(),
    };
    await world.tell(streamOf.rollback('rb1'), 0, event('StakeholdersNotified', told));
    await dispatcher.settle();
    expect(new Set(pagerDuty.events.map((each) => each.dedup_key))).toEqual(new Set(['in1']));
    expect(hook.messages.at(-1)).toMatchObject({
      data: { incidentId: 'in1', notice: 'rollback', rollbackId: 'rb1', because: 'rollback of dns completed' },
    });
  });

  it('R58: each trouble of a rollback calls under a key of its own', async () => {
    const dispatcher = await world.dispatcher([pager()]);
    await tells();
    const step = (of: 'unconfirmed' | 'failed'): Event =>
      event('IncidentEscalated', { ...escalatedData(), rollback: { rollbackId: 'rb1', step: of } });
    await world.tell(streamOf.incident('in1'), 2, step('failed'), step('unconfirmed'));
    await dispatcher.settle();
    const keys = pagerDuty.events.map((each) => each.dedup_key);
    expect(new Set(keys)).toEqual(new Set(['in1', 'in1:vp:rb1:failed', 'in1:vp:rb1:unconfirmed']));
  });

  it('R24: an escalation is an alert of its own, sent at once though the page is being retried, and ends with it', async () => {
    // The page fails first, and waits; whoever is called above it does not.
    pagerDuty.faults.push({ status: 429, retryAfter: '60' });
    const dispatcher = await world.dispatcher([pager()]);
    await tells();
    await dispatcher.settle();
    await world.tell(streamOf.incident('in1'), 2, escalated());
    await dispatcher.settle();
    expect(pagerDuty.alerts).toEqual([{ dedupKey: 'in1:vp', status: 'triggered', triggers: 1 }]);
    expect(summaries()).toEqual([
      'P0 escalated to vp (impact score 1100 > 1000 over 2m): success 23 % < 99 %: 1 customer, $5,000 a minute',
    ]);
    await world.clock.advance(70_000);
    await dispatcher.settle();
    const at = world.clock.nowMs();
    await world.tell(
      streamOf.incident('in1'),
      3,
      event('IncidentResolved', { incidentId: 'in1', because: 'recovered', at }),
    );
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, status }) => `${dedupKey} ${status}`).toSorted()).toEqual([
      'in1 resolved',
      'in1:vp resolved',
    ]);
  });

  it('R24: who takes the incident on takes on the calls of it as well', async () => {
    const dispatcher = await world.dispatcher([pager()]);
    await tells(escalated());
    await dispatcher.settle();
    const at = world.clock.nowMs();
    const taken = event('IncidentAcknowledged', { incidentId: 'in1', by: 'user:ana', note: '', at });
    await world.tell(streamOf.incident('in1'), 3, taken);
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, status }) => `${dedupKey} ${status}`).toSorted()).toEqual([
      'in1 acknowledged',
      'in1:vp acknowledged',
    ]);
  });

  it('a redirect that needs a person calls one each time, under keys of its own', async () => {
    const dispatcher = await world.dispatcher([pager()]);
    const at = world.clock.nowMs();
    const call = { incidentId: 'in1', alertId: 'al2', at } as const;
    const redirect = (step: 'drain' | 'wait' | 'resume') => ({ redirectId: 'rd1', step });
    await tells(
      escalated(),
      event('IncidentEscalated', { ...call, to: 'vp', because: 'given back', redirect: redirect('drain') }),
      event('IncidentEscalated', { ...call, to: 'vp', because: 'not back', redirect: redirect('resume') }),
      event('IncidentEscalated', { ...call, to: 'on_call', because: 'nobody asks', redirect: redirect('wait') }),
    );
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, triggers }) => `${dedupKey} ${triggers}`).toSorted()).toEqual([
      'in1 1',
      'in1:on_call:rd1:wait 1',
      'in1:vp 1',
      'in1:vp:rd1:drain 1',
      'in1:vp:rd1:resume 1',
    ]);
    expect(summaries()).toContain(
      'P0 escalated to on call (nobody asks): success 23 % < 99 %: 1 customer, $5,000 a minute',
    );
  });

  it('the page says when what joins is about more of the fleet than it told', async () => {
    const dispatcher = await world.dispatcher([pager()]);
    const joined = { incidentId: 'in1', rule: 'r', severity: 'critical', at: world.clock.nowMs() } as const;
    const widens = { scope: 'fleet', key: 'fleet', reason: 'success 80 % < 95 % over 2m' } as const;
    await tells(
      event('AlertJoinedIncident', { ...joined, alertId: 'al2' }),
      event('AlertJoinedIncident', { ...joined, alertId: 'al3', widens }),
    );
    await dispatcher.settle();
    expect(summaries()).toEqual([
      'P0: success 23 % < 99 %: 1 customer, $5,000 a minute',
      'P0 now the fleet (success 80 % < 95 % over 2m): success 23 % < 99 %: 1 customer, $5,000 a minute',
    ]);
  });

  it('R24: a webhook is told whom it is escalated to and why, and what is asked for', async () => {
    const dispatcher = await world.dispatcher([webhook(), pager()]);
    const impact = {
      affectedCustomers: 1,
      byTier: { tier1: 1, tier2: 0, tier3: 0 },
      score: 100,
      dollarsPerMinute: 1,
      top: [],
    };
    const asked = { incidentId: 'in1', alertId: 'al1', because: 'success 23 %', impact, at: world.clock.nowMs() };
    await tells(escalated(), event('StatusUpdateRequested', asked), event('FallBackRequested', asked));
    await dispatcher.settle();
    const said = hook.messages.map(({ type, data }) => [
      type,
      data['escalation'] ?? data['request'],
      data['incidentId'],
    ]);
    expect(said).toHaveLength(4);
    expect(said).toContainEqual([
      'incident.escalated',
      { to: 'vp', alertId: 'al2', because: 'impact score 1100 > 1000 over 2m' },
      'in1',
    ]);
    expect(said).toContainEqual(['incident.requested', 'status_update', 'in1']);
    expect(said).toContainEqual(['incident.requested', 'fall_back', 'in1']);
    // What is asked for adds to the open page, and wakes nobody again.
    expect(pagerDuty.alerts.map(({ dedupKey }) => dedupKey).toSorted()).toEqual(['in1', 'in1:vp']);
  });
});
