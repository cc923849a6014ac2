import { event, type Event, streamOf } from '#contracts';
import { createEscalationRepository } from '#store';
import { CalledIncident, impactOf, level, PAGER_KEYS, planOf } from './called-incident.fixture.js';
import type { FakePagerDuty } from './channels/pagerduty.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { opened, type World } from './dispatcher.fixture.js';

const MINUTE_MS = 60_000;

describe('an incident while a plan says who is called', () => {
  let called: CalledIncident;
  let world: World;
  let pagerDuty: FakePagerDuty;
  let dispatcher: Dispatcher;
  beforeEach(async () => {
    called = await CalledIncident.open();
    ({ world, pagerDuty, dispatcher } = called);
  });
  afterEach(() => called.close());

  it('R45: pages level 1 at once, and level 2 within 5 minutes, each once, under keys of their own', async () => {
    await called.loads(planOf());
    await called.opens();
    await dispatcher.settle();
    expect(await called.told()).toEqual(['alice trigger in1']);
    await called.waits(4 * MINUTE_MS - 1);
    expect(await called.told()).toHaveLength(1);
    await called.waits(1);
    await dispatcher.settle();
    expect(await called.told()).toEqual(['alice trigger in1', 'bob escalate in1:call-2']);
    expect(pagerDuty.alerts.map(({ dedupKey, triggers }) => `${dedupKey} ${triggers}`)).toEqual([
      'in1 1',
      'in1:call-2 1',
    ]);
    // Two services: the same would not wake anybody else.
    expect(pagerDuty.events.map(({ routing_key: key }) => key)).toEqual([
      PAGER_KEYS.get('alice'),
      PAGER_KEYS.get('bob'),
    ]);
    await called.waits(5 * MINUTE_MS);
    expect(await called.steps()).toEqual(['EscalationStarted', 'EscalationAdvanced', 'EscalationExhausted']);
  });

  it('calls level 1 for a status update that is overdue, and tells it alone when that is over', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.acknowledges('alice');
    const update = { incidentId: 'in1', n: 1, at: called.at() };
    const overdue = {
      ...update,
      title: 'DNS',
      because: 'nobody published it',
      publishByMs: called.at(),
      dueAtMs: null,
    };
    await world.tell(
      streamOf.status('in1'),
      0,
      event('StatusUpdateOverdue', overdue),
      event('StatusUpdatesEnded', {
        incidentId: 'in1',
        because: 'resolved',
        endsOverdue: true,
        at: called.at(),
      }),
    );
    await called.resolves();
    expect(await called.told()).toEqual([
      'alice trigger in1',
      'alice acknowledge in1',
      'alice escalate in1:status_update',
      'alice resolve in1:status_update',
      'alice resolve in1',
    ]);
  });

  it('R45: when nobody answered, every channel is called once, and is told of the end', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.waits(4 * MINUTE_MS);
    await called.waits(5 * MINUTE_MS);
    await called.waits(60 * MINUTE_MS);
    expect((await called.told()).slice(2)).toEqual(['null escalate in1:exhausted-2']);
    expect((await world.deliveries())[0]?.body['escalation']).toEqual({
      to: 'every channel',
      because: 'nobody of level 2 answered within 5m, and all levels were called',
    });
    await called.resolves();
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, status }) => `${dedupKey} ${status}`)).toEqual([
      'in1 resolved',
      'in1:call-2 resolved',
      'in1:exhausted-2 resolved',
    ]);
  });

  it('N dispatchers take each step once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => world.dispatcher([called.pager()])));
    await called.loads(planOf({ levels: [level(1_000, 'alice'), level(1_000, 'bob'), level(1_000, 'vera')] }));
    await called.opens();
    for (let step = 0; step < 4; step += 1) {
      await world.clock.advance(1_000);
      await Promise.all([dispatcher, ...others].map((each) => each.settle()));
    }
    expect(await called.steps()).toEqual([
      'EscalationStarted',
      'EscalationAdvanced',
      'EscalationAdvanced',
      'EscalationExhausted',
    ]);
  });

  it('who was called is told of the acknowledgement and of the end; nobody else is', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.waits(4 * MINUTE_MS);
    await called.acknowledges('operator:bob');
    await dispatcher.settle();
    await called.waits(20 * MINUTE_MS);
    await called.resolves();
    await dispatcher.settle();
    expect(await called.told()).toEqual([
      'alice trigger in1',
      'bob escalate in1:call-2',
      'alice acknowledge in1',
      'bob acknowledge in1:call-2',
      'alice resolve in1',
      'bob resolve in1:call-2',
    ]);
    expect(pagerDuty.alerts.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    expect(await called.steps()).toEqual([
      'EscalationStarted',
      'EscalationAdvanced',
      'EscalationPaused',
      'EscalationEnded',
    ]);
  });

  it('an acknowledgement that ran out calls the level again under another key, since an acknowledged alert wakes nobody', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.acknowledges('operator:alice');
    await called.waits(30 * MINUTE_MS);
    expect(await called.told()).toEqual(['alice trigger in1', 'alice acknowledge in1', 'alice escalate in1:call-2']);
    const { dueAt } = (await createEscalationRepository(world.db.database).findRow('in1'))!;
    expect(dueAt).toBe(called.at() + 4 * MINUTE_MS);
  });

  it('a snooze puts it off, and a hand-over calls whoever it is given to', async () => {
    await called.loads(planOf());
    await called.opens();
    const untilMs = called.at() + 10 * MINUTE_MS;
    await called.tells(
      event('IncidentSnoozed', { incidentId: 'in1', by: 'operator:alice', untilMs, comment: 'busy', at: called.at() }),
    );
    await called.waits(9 * MINUTE_MS);
    expect(await called.told()).toEqual(['alice trigger in1', 'alice acknowledge in1']);
    await called.tells(
      event('IncidentHandedOver', {
        incidentId: 'in1',
        by: 'operator:alice',
        to: 'bob',
        note: 'yours',
        at: called.at(),
      }),
    );
    await called.waits(2 * MINUTE_MS);
    expect((await called.told()).slice(2)).toEqual(['alice acknowledge in1', 'bob escalate in1:to-3']);
    await called.resolves();
    expect((await called.told()).slice(4)).toEqual(['alice resolve in1', 'bob resolve in1:to-3']);
  });

  it('a hand-over before anybody answered quiets the pager of whoever was called', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.tells(
      event('IncidentHandedOver', {
        incidentId: 'in1',
        by: 'operator:alice',
        to: 'bob',
        note: 'yours',
        at: called.at(),
      }),
    );
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, status }) => `${dedupKey} ${status}`)).toEqual([
      'in1 acknowledged',
      'in1:to-2 triggered',
    ]);
  });

  it('R24: an impact over 1000 calls the level that it is for at once, without waiting for level 1', async () => {
    await called.loads(planOf({ raises: [{ impactScore: 1_000, toLevel: 2 }] }));
    await called.opens();
    await called.tells(event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(1_200), at: called.at() }));
    expect(await called.told()).toEqual(['alice trigger in1', 'alice update in1', 'bob escalate in1:call-2']);
  });

  it('R24: a call to the VP reaches the VP of the plan, beside level 1', async () => {
    await called.loads(planOf());
    await called.opens(
      event('IncidentEscalated', { incidentId: 'in1', to: 'vp', alertId: 'al1', because: 'score', at: called.at() }),
    );
    expect(await called.told()).toEqual(['alice trigger in1', 'vera escalate in1:vp']);
  });

  it('what is asked for in the append of the opening goes to whoever that calls, behind the page', async () => {
    await called.loads(planOf());
    const impact = impactOf(10);
    await called.opens(
      event('StatusUpdateRequested', {
        incidentId: 'in1',
        alertId: 'al1',
        because: 'success 23 %',
        impact,
        at: called.at(),
      }),
    );
    expect(await called.told()).toEqual(['alice trigger in1', 'alice request in1']);
  });

  it('R47: a level that reaches nobody is left for the next at once, and the page says so', async () => {
    const gap = { call: [{ person: 'zoe' }], waitMs: 4 * MINUTE_MS };
    await called.loads(planOf({ levels: [gap, level(5 * MINUTE_MS, 'bob')] }));
    await called.opens();
    expect(await called.told()).toEqual(['bob trigger in1']);
    const [page] = await world.deliveries();
    expect(page?.body['escalation']).toEqual({
      to: 'level 2',
      because: 'level 1 reaches nobody: zoe is not in the plan',
    });
  });

  it('where no level reaches anybody every channel is called, as without a plan', async () => {
    await called.loads(planOf({ levels: [{ call: [{ channel: 'pigeon' }], waitMs: 1 }] }));
    await called.opens();
    expect(await called.told()).toEqual(['null trigger in1']);
    expect(await called.steps()).toEqual(['EscalationStarted', 'EscalationExhausted']);
  });

  it('RR19: a channel that paged it without the database and without the plan is told of the end', async () => {
    await called.loads(planOf());
    await called.opens();
    const sent = {
      outcome: 'delivered',
      status: 202,
      detail: 'ok',
      spooledAtMs: called.at(),
      at: called.at(),
    } as const;
    const page = { spoolId: 's1', channel: 'teams', dedupKey: 'in1', title: 'success 23 %', ...sent };
    await world.tell(streamOf.spooled('s1'), 0, event('PageSpooled', page));
    await called.resolves();
    const ended = (await world.deliveries()).filter(({ action }) => action === 'resolve');
    expect(ended.map(({ channel, address }) => `${channel} ${address}`).toSorted()).toEqual([
      'pagerduty alice',
      'teams null',
    ]);
  });

  it('an address that stands for no routing key is given up at once, and its page is not lost', async () => {
    const carol = { person: 'carol', contacts: [{ channel: 'pagerduty', address: 'carol' }] };
    const plan = planOf({ levels: [level(4 * MINUTE_MS, 'carol')] });
    await called.loads({ ...plan, people: [...plan.people, carol] });
    await called.opens();
    const [page] = await world.deliveries();
    expect(page).toMatchObject({ person: 'carol', status: 'gave_up' });
    expect(page?.lastDetail).toContain('no routing key is configured for address "carol"');
    expect(pagerDuty.events).toEqual([]);
  });

  it('an incident that no policy is for pages every channel', async () => {
    await called.loads(planOf({ when: { rules: ['another'] } }));
    await called.opens();
    await called.resolves();
    expect(await called.told()).toEqual(['null trigger in1', 'null resolve in1']);
    expect(await called.steps()).toEqual([]);
  });

  it('an incident that opens muted is called for when it is unmuted', async () => {
    await called.loads(planOf());
    const { data } = opened('in1', called.at()) as Extract<Event, { type: 'IncidentOpened' }>;
    const muted = { by: 'silence' as const, id: 's-1', untilMs: null, because: 'silence s-1' };
    await called.tells(event('IncidentOpened', { ...data, muted }));
    expect(await called.steps()).toEqual([]);
    await called.tells(
      event('IncidentUnmuted', { incidentId: 'in1', alertId: 'al1', because: 'the silence ended', at: called.at() }),
    );
    expect(await called.told()).toEqual(['alice trigger in1']);
  });

  it('one that somebody took on while it was muted is paged when it is unmuted, and called for no further', async () => {
    await called.loads(planOf());
    const { data } = opened('in1', called.at()) as Extract<Event, { type: 'IncidentOpened' }>;
    const muted = { by: 'silence' as const, id: 's-1', untilMs: null, because: 'silence s-1' };
    await called.tells(event('IncidentOpened', { ...data, muted }));
    await called.acknowledges('operator:bob');
    await called.tells(
      event('IncidentUnmuted', { incidentId: 'in1', alertId: 'al1', because: 'the silence ended', at: called.at() }),
    );
    await called.waits(29 * MINUTE_MS);
    expect(await called.told()).toEqual(['alice trigger in1']);
    expect(await called.steps()).toEqual(['EscalationStarted', 'EscalationPaused']);
  });

  it('a dispatcher is not ready while a step is overdue for a minute', async () => {
    await called.loads(planOf());
    await called.opens();
    await world.clock.advance(6 * MINUTE_MS);
    const broken = await world.dispatcher([called.pager()], {
      eventStore: { ...world.eventStore, append: () => Promise.reject(new Error('the disk is full')) },
    });
    await broken.settle();
    expect(broken.unready()).toContain('the next step of 1 escalation(s) is overdue, incident in1 first');
    await dispatcher.settle();
    expect(dispatcher.unready()).toBeUndefined();
  });
});
