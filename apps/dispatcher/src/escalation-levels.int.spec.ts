import { event, type Event, type OnCallPlan, type Policy, streamOf } from '#contracts';
import { createEscalationRepository } from '#store';
import type { Channel } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import type { Dispatcher } from './dispatcher.js';
import { hasty, opened, World } from './dispatcher.fixture.js';

const ROUTING_KEY = 'CANARYxROUTINGxKEYx0123456789abc';
const MINUTE_MS = 60_000;

const level = (waitMs: number, ...people: readonly string[]): Policy['levels'][number] => ({
  call: people.map((person) => ({ person })),
  waitMs,
});

const POLICY: Policy = {
  policy: 'dns',
  levels: [level(4 * MINUTE_MS, 'alice'), level(5 * MINUTE_MS, 'bob')],
  repeats: 0,
  raises: [],
  acknowledgedForMs: 30 * MINUTE_MS,
};

const planOf = (policy: Partial<Policy> = {}): OnCallPlan => ({
  people: ['alice', 'bob', 'vera'].map((person) => ({ person, contacts: [{ channel: 'pagerduty', address: person }] })),
  schedules: [],
  vp: { person: 'vera' },
  policies: [{ ...POLICY, ...policy }],
});

const impactOf = (score: number) => ({
  affectedCustomers: 10,
  byTier: { tier1: 10, tier2: 0, tier3: 0 },
  score,
  dollarsPerMinute: 5_000,
  top: [],
});

describe('an incident while a plan says who is called', () => {
  let world: World;
  let pagerDuty: FakePagerDuty;
  let dispatcher: Dispatcher;
  beforeEach(async () => {
    world = await World.open();
    pagerDuty = await startFakePagerDuty();
    dispatcher = await world.dispatcher([pager()]);
  });
  afterEach(async () => {
    await pagerDuty.close();
    await world.close();
  });

  const pager = (): Channel => hasty(pagerDutyChannel({ url: new URL(pagerDuty.url), routingKey: ROUTING_KEY }));
  const loads = (plan: OnCallPlan): Promise<unknown> =>
    world.tell(
      streamOf.onCall,
      0,
      event('OnCallLoaded', { version: 1, sha256: 'ab'.repeat(32), source: 'test', plan, at: world.clock.nowMs() }),
    );
  let version = 0;
  const tells = async (...events: readonly Event[]): Promise<void> => {
    await world.tell(streamOf.incident('in1'), version, ...events);
    version += events.length;
  };
  const opens = async (...more: readonly Event[]): Promise<void> => {
    version = 0;
    await tells(opened('in1', world.clock.nowMs()), ...more);
    await dispatcher.settle();
  };
  const at = (): number => world.clock.nowMs();
  const waits = async (ms: number): Promise<void> => {
    await world.clock.advance(ms);
    await dispatcher.settle();
  };
  /** Who was told what under which key, in order. */
  const told = async (): Promise<readonly string[]> =>
    (await world.deliveries()).toReversed().map(({ person, action, dedupKey }) => `${person} ${action} ${dedupKey}`);
  const steps = async (): Promise<readonly string[]> =>
    (await world.eventStore.readStream(streamOf.escalation('in1'))).map(({ event: { type } }) => type);
  const acknowledges = (by: string): Promise<void> =>
    tells(event('IncidentAcknowledged', { incidentId: 'in1', by, note: '', at: at() }));
  const resolves = (): Promise<void> =>
    tells(event('IncidentResolved', { incidentId: 'in1', because: 'recovered', at: at() }));

  it('R45: pages level 1 at once, and level 2 within 5 minutes, each once, under keys of their own', async () => {
    await loads(planOf());
    await opens();
    await dispatcher.settle();
    expect(await told()).toEqual(['alice trigger in1']);
    await waits(4 * MINUTE_MS - 1);
    expect(await told()).toHaveLength(1);
    await waits(1);
    await dispatcher.settle();
    expect(await told()).toEqual(['alice trigger in1', 'bob escalate in1:call-2']);
    expect(pagerDuty.alerts.map(({ dedupKey, triggers }) => `${dedupKey} ${triggers}`)).toEqual([
      'in1 1',
      'in1:call-2 1',
    ]);
    await waits(5 * MINUTE_MS);
    expect(await steps()).toEqual(['EscalationStarted', 'EscalationAdvanced', 'EscalationExhausted']);
  });

  it('calls level 1 for a status update that is overdue, and tells it alone when that is over', async () => {
    await loads(planOf());
    await opens();
    await acknowledges('alice');
    const update = { incidentId: 'in1', n: 1, at: at() };
    const overdue = { ...update, title: 'DNS', because: 'nobody published it', publishByMs: at(), dueAtMs: null };
    await world.tell(
      streamOf.status('in1'),
      0,
      event('StatusUpdateOverdue', overdue),
      event('StatusUpdatesEnded', {
        incidentId: 'in1',
        because: 'resolved',
        endsOverdue: true,
        at: at(),
      }),
    );
    await resolves();
    expect(await told()).toEqual([
      'alice trigger in1',
      'alice acknowledge in1',
      'alice escalate in1:status_update',
      'alice resolve in1:status_update',
      'alice resolve in1',
    ]);
  });

  it('R45: when nobody answered, every channel is called once, and is told of the end', async () => {
    await loads(planOf());
    await opens();
    await waits(4 * MINUTE_MS);
    await waits(5 * MINUTE_MS);
    await waits(60 * MINUTE_MS);
    expect((await told()).slice(2)).toEqual(['null escalate in1:exhausted-2']);
    expect((await world.deliveries())[0]?.body['escalation']).toEqual({
      to: 'every channel',
      because: 'nobody of level 2 answered within 5m, and all levels were called',
    });
    await resolves();
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, status }) => `${dedupKey} ${status}`)).toEqual([
      'in1 resolved',
      'in1:call-2 resolved',
      'in1:exhausted-2 resolved',
    ]);
  });

  it('N dispatchers take each step once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => world.dispatcher([pager()])));
    await loads(planOf({ levels: [level(1_000, 'alice'), level(1_000, 'bob'), level(1_000, 'vera')] }));
    await opens();
    for (let step = 0; step < 4; step += 1) {
      await world.clock.advance(1_000);
      await Promise.all([dispatcher, ...others].map((each) => each.settle()));
    }
    expect(await steps()).toEqual([
      'EscalationStarted',
      'EscalationAdvanced',
      'EscalationAdvanced',
      'EscalationExhausted',
    ]);
  });

  it('who was called is told of the acknowledgement and of the end; nobody else is', async () => {
    await loads(planOf());
    await opens();
    await waits(4 * MINUTE_MS);
    await acknowledges('operator:bob');
    await dispatcher.settle();
    await waits(20 * MINUTE_MS);
    await resolves();
    await dispatcher.settle();
    expect(await told()).toEqual([
      'alice trigger in1',
      'bob escalate in1:call-2',
      'alice acknowledge in1',
      'bob acknowledge in1:call-2',
      'alice resolve in1',
      'bob resolve in1:call-2',
    ]);
    expect(pagerDuty.alerts.map(({ status }) => status)).toEqual(['resolved', 'resolved']);
    expect(await steps()).toEqual(['EscalationStarted', 'EscalationAdvanced', 'EscalationPaused', 'EscalationEnded']);
  });

  it('an acknowledgement that ran out calls the level again under another key, since an acknowledged alert wakes nobody', async () => {
    await loads(planOf());
    await opens();
    await acknowledges('operator:alice');
    await waits(30 * MINUTE_MS);
    expect(await told()).toEqual(['alice trigger in1', 'alice acknowledge in1', 'alice escalate in1:call-2']);
    const { dueAt } = (await createEscalationRepository(world.db.database).findRow('in1'))!;
    expect(dueAt).toBe(at() + 4 * MINUTE_MS);
  });

  it('a snooze puts it off, and a hand-over calls whoever it is given to', async () => {
    await loads(planOf());
    await opens();
    const untilMs = at() + 10 * MINUTE_MS;
    await tells(
      event('IncidentSnoozed', { incidentId: 'in1', by: 'operator:alice', untilMs, comment: 'busy', at: at() }),
    );
    await waits(9 * MINUTE_MS);
    expect(await told()).toEqual(['alice trigger in1', 'alice acknowledge in1']);
    await tells(
      event('IncidentHandedOver', { incidentId: 'in1', by: 'operator:alice', to: 'bob', note: 'yours', at: at() }),
    );
    await waits(2 * MINUTE_MS);
    expect((await told()).slice(2)).toEqual(['alice acknowledge in1', 'bob escalate in1:to-3']);
    await resolves();
    expect((await told()).slice(4)).toEqual(['alice resolve in1', 'bob resolve in1:to-3']);
  });

  it('a hand-over before anybody answered quiets the pager of whoever was called', async () => {
    await loads(planOf());
    await opens();
    await tells(
      event('IncidentHandedOver', { incidentId: 'in1', by: 'operator:alice', to: 'bob', note: 'yours', at: at() }),
    );
    await dispatcher.settle();
    expect(pagerDuty.alerts.map(({ dedupKey, status }) => `${dedupKey} ${status}`)).toEqual([
      'in1 acknowledged',
      'in1:to-2 triggered',
    ]);
  });

  it('R24: an impact over 1000 calls the level that it is for at once, without waiting for level 1', async () => {
    await loads(planOf({ raises: [{ impactScore: 1_000, toLevel: 2 }] }));
    await opens();
    await tells(event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(1_200), at: at() }));
    expect(await told()).toEqual(['alice trigger in1', 'alice update in1', 'bob escalate in1:call-2']);
  });

  it('R24: a call to the VP reaches the VP of the plan, beside level 1', async () => {
    await loads(planOf());
    await opens(
      event('IncidentEscalated', { incidentId: 'in1', to: 'vp', alertId: 'al1', because: 'score', at: at() }),
    );
    expect(await told()).toEqual(['alice trigger in1', 'vera escalate in1:vp']);
  });

  it('what is asked for in the append of the opening goes to whoever that calls, behind the page', async () => {
    await loads(planOf());
    const impact = impactOf(10);
    await opens(
      event('StatusUpdateRequested', { incidentId: 'in1', alertId: 'al1', because: 'success 23 %', impact, at: at() }),
    );
    expect(await told()).toEqual(['alice trigger in1', 'alice request in1']);
  });

  it('R47: a level that reaches nobody is left for the next at once, and the page says so', async () => {
    const gap = { call: [{ person: 'zoe' }], waitMs: 4 * MINUTE_MS };
    await loads(planOf({ levels: [gap, level(5 * MINUTE_MS, 'bob')] }));
    await opens();
    expect(await told()).toEqual(['bob trigger in1']);
    const [page] = await world.deliveries();
    expect(page?.body['escalation']).toEqual({
      to: 'level 2',
      because: 'level 1 reaches nobody: zoe is not in the plan',
    });
  });

  it('where no level reaches anybody every channel is called, as without a plan', async () => {
    await loads(planOf({ levels: [{ call: [{ channel: 'pigeon' }], waitMs: 1 }] }));
    await opens();
    expect(await told()).toEqual(['null trigger in1']);
    expect(await steps()).toEqual(['EscalationStarted', 'EscalationExhausted']);
  });

  it('RR19: a channel that paged it without the database and without the plan is told of the end', async () => {
    await loads(planOf());
    await opens();
    const sent = { outcome: 'delivered', status: 202, detail: 'ok', spooledAtMs: at(), at: at() } as const;
    const page = { spoolId: 's1', channel: 'teams', dedupKey: 'in1', title: 'success 23 %', ...sent };
    await world.tell(streamOf.spooled('s1'), 0, event('PageSpooled', page));
    await resolves();
    const ended = (await world.deliveries()).filter(({ action }) => action === 'resolve');
    expect(ended.map(({ channel, address }) => `${channel} ${address}`).toSorted()).toEqual([
      'pagerduty alice',
      'teams null',
    ]);
  });

  it('an incident that no policy is for pages every channel', async () => {
    await loads(planOf({ when: { rules: ['another'] } }));
    await opens();
    await resolves();
    expect(await told()).toEqual(['null trigger in1', 'null resolve in1']);
    expect(await steps()).toEqual([]);
  });

  it('an incident that opens muted is called for when it is unmuted', async () => {
    await loads(planOf());
    const { data } = opened('in1', at()) as Extract<Event, { type: 'IncidentOpened' }>;
    const muted = { by: 'silence' as const, id: 's-1', untilMs: null, because: 'silence s-1' };
    version = 0;
    await tells(event('IncidentOpened', { ...data, muted }));
    expect(await steps()).toEqual([]);
    await tells(
      event('IncidentUnmuted', { incidentId: 'in1', alertId: 'al1', because: 'the silence ended', at: at() }),
    );
    expect(await told()).toEqual(['alice trigger in1']);
  });

  it('one that somebody took on while it was muted is paged when it is unmuted, and called for no further', async () => {
    await loads(planOf());
    const { data } = opened('in1', at()) as Extract<Event, { type: 'IncidentOpened' }>;
    const muted = { by: 'silence' as const, id: 's-1', untilMs: null, because: 'silence s-1' };
    version = 0;
    await tells(event('IncidentOpened', { ...data, muted }));
    await acknowledges('operator:bob');
    await tells(
      event('IncidentUnmuted', { incidentId: 'in1', alertId: 'al1', because: 'the silence ended', at: at() }),
    );
    await waits(29 * MINUTE_MS);
    expect(await told()).toEqual(['alice trigger in1']);
    expect(await steps()).toEqual(['EscalationStarted', 'EscalationPaused']);
  });

  it('a dispatcher is not ready while a step is overdue for a minute', async () => {
    await loads(planOf());
    await opens();
    await world.clock.advance(6 * MINUTE_MS);
    const broken = await world.dispatcher([pager()], {
      eventStore: { ...world.eventStore, append: () => Promise.reject(new Error('the disk is full')) },
    });
    await broken.settle();
    expect(broken.unready()).toContain('the next step of 1 escalation(s) is overdue, incident in1 first');
    await dispatcher.settle();
    expect(dispatcher.unready()).toBeUndefined();
  });
});
