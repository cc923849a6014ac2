import { event, type Event, type RecordedEvent, streamOf } from '#contracts';
import { openTestDatabase, type TestDatabase, until } from '#testing';
import { createChannelRepository } from './channel.repository.js';
import { createCommandRepository } from '../command.repository.js';
import type { Queryable } from '../database.js';
import { createDeliveryRepository, type DeliveryRepository } from './delivery.repository.js';
import {
  type Chapter,
  commandOf,
  HISTORY_AT_MS as T,
  impactOf,
  incidentOpened,
  rollbackDecided,
  tell,
} from '../history/event-history.fixture.js';
import { createEventStore, type EventStore } from '../event-store.js';

const LEASE_MS = 45_000;
const LATER_MS = T + 600_000;
const LATER = { nowMs: LATER_MS, leaseMs: LEASE_MS, limit: 10 };
const signed = { payload: 'e30=', signature: 'c2ln', keyId: 'key' };

const requestsOf = (recorded: readonly RecordedEvent[]) =>
  recorded.flatMap(({ event: told }) => (told.type === 'DeliveryRequested' ? [told.data] : []));

const opens = (incidentId: string): Chapter => [
  [streamOf.incident(incidentId), 0, [incidentOpened(incidentId, 'al1')]],
];
const acknowledged = event('IncidentAcknowledged', {
  incidentId: 'in1',
  by: 'user:alice',
  note: 'mine',
  at: T + 70_000,
});
const resolved = event('IncidentResolved', { incidentId: 'in1', because: 'recovered', at: T + 80_000 });

describe('deliveries', () => {
  let db: TestDatabase;
  let store: EventStore;
  let deliveries: DeliveryRepository;
  beforeEach(async () => {
    db = await openTestDatabase();
    store = createEventStore(db.database, () => T);
    deliveries = createDeliveryRepository(db.database);
    await createChannelRepository(db.database).register('pagerduty', 'page');
    await createChannelRepository(db.database).register('deploy', 'command');
  });
  afterEach(() => db.close());

  const attempt = async (deliveryId: string, version: number, outcome: 'delivered' | 'retry', dueAtMs: number | null) =>
    tell(store, [
      [
        streamOf.delivery(deliveryId),
        version,
        [
          event('DeliveryAttempted', {
            deliveryId,
            attempt: version,
            outcome,
            status: outcome === 'retry' ? 503 : 202,
            detail: outcome,
            dueAtMs,
            at: T + 62_000,
          }),
        ],
      ],
    ]);

  it('tell whose page it is that a receiver has a name for', async () => {
    const paged = async (deliveryId: string, receiverId: string, body: Record<string, unknown>, channel = 'slack') => {
      const page = { subject: 'page', action: 'trigger', dedupKey: 'k', channel, body } as const;
      const sent = { attempt: 1, outcome: 'delivered', status: 200, detail: 'ok', dueAtMs: null } as const;
      const told = [
        event('DeliveryRequested', { deliveryId, ...page, at: T }),
        event('DeliveryAttempted', { deliveryId, ...sent, receiverId, at: T }),
      ];
      await tell(store, [[streamOf.delivery(deliveryId), 0, told]]);
    };
    await paged('d1', 'C1:1.1', { incidentId: 'in1' });
    await paged('d2', 'C1:1.2', { incidentId: 'in2' });
    await paged('d3', 'C1:1.2', { incidentId: 'in3' });
    await paged('d4', 'C1:1.4', { title: 'of no incident' });
    await paged('d5', 'C1:1.5', { incidentId: 'in5' }, 'teams');
    const asked = ['C1:1.1', 'C1:1.2', 'C1:1.4', 'C1:1.5', 'C1:1.6'];
    expect(await Promise.all(asked.map((each) => deliveries.incidentPagedAs('slack', each)))).toEqual([
      'in1',
      'in3',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('are asked for in the append that opens, acknowledges and resolves an incident, one for each page channel', async () => {
    await createChannelRepository(db.database).register('webhook', 'page');
    const asked = requestsOf([
      ...(await tell(store, opens('in1'))),
      ...(await tell(store, [[streamOf.incident('in1'), 1, [acknowledged, resolved]]])),
    ]);
    expect(asked.map(({ channel, action, dedupKey }) => [channel, action, dedupKey])).toEqual([
      ['pagerduty', 'trigger', 'in1'],
      ['webhook', 'trigger', 'in1'],
      ['pagerduty', 'acknowledge', 'in1'],
      ['webhook', 'acknowledge', 'in1'],
      ['pagerduty', 'resolve', 'in1'],
      ['webhook', 'resolve', 'in1'],
    ]);
    expect(new Set(asked.map(({ deliveryId }) => deliveryId)).size).toBe(6);
  });

  it('carry the impact as it is now and the rollback of the same append', async () => {
    const changed = event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(90), at: T + 62_000 });
    const [page] = requestsOf(
      await tell(store, [
        [streamOf.incident('in1'), 0, [incidentOpened('in1', 'al1'), changed]],
        [streamOf.rollback('rb1'), 0, [rollbackDecided('rb1', 'in1')]],
      ]),
    );
    expect(page?.body).toMatchObject({
      title: 'success of v2.1.5+c42|us-east',
      severity: 'warning',
      release: 'v2.1.5+c42',
      region: 'us-east',
      service: 'dns',
      at: T + 61_000,
      impact: { score: 90 },
      rollbacks: [{ rollbackId: 'rb1', status: 'running', waves: 2, wavesVerified: 0 }],
    });
  });

  it.each(['node', 'pop', 'region', 'release'] as const)('name the %s that an incident opened for', async (scope) => {
    const opened = incidentOpened('in1', 'al1', { scope, key: 'x' });
    const [page] = requestsOf(await tell(store, [[streamOf.incident('in1'), 0, [opened]]]));
    expect(page?.body).toMatchObject({ scope, key: 'x', [scope]: 'x' });
  });

  it('B9: tell again when somebody is known to be hurt, and when the impact doubled', async () => {
    await tell(store, opens('in1'));
    const told: number[] = [];
    for (const [index, score] of [0, 90, 170, 180, 400].entries()) {
      const impact = { ...impactOf(score), affectedCustomers: score === 0 ? 0 : 3 };
      const changed = event('IncidentImpactChanged', { incidentId: 'in1', impact, at: T + 62_000 });
      const asked = requestsOf(await tell(store, [[streamOf.incident('in1'), index + 1, [changed]]]));
      if (asked.some(({ action }) => action === 'update')) told.push(score);
    }
    expect(told).toEqual([90, 180, 400]);
  });

  it('B19: call anew each time that more alerts of another system joined, by keys that end with the incident', async () => {
    await tell(store, opens('in1'));
    const call = (count: number): Event =>
      event('IncidentEscalated', {
        incidentId: 'in1',
        to: 'on_call',
        alertId: 'al1',
        because: `${count} in all`,
        joined: { count },
        at: T + 62_000,
      });
    const asked = requestsOf(await tell(store, [[streamOf.incident('in1'), 1, [call(3), call(6), resolved]]]));
    expect(asked.map(({ action, dedupKey }) => `${action} ${dedupKey}`)).toEqual([
      'escalate in1:on_call:joined:3',
      'escalate in1:on_call:joined:6',
      'resolve in1',
      'resolve in1:on_call:joined:3',
      'resolve in1:on_call:joined:6',
    ]);
  });

  it('of a muted incident leave when it is unmuted and not before, and nothing is resolved that was not triggered', async () => {
    const muted = { by: 'silence', id: 's1', untilMs: T + 90_000, because: 'silenced by user:ana: work' } as const;
    const worse = event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(90), at: T + 62_000 });
    const unmuted = event('IncidentUnmuted', { incidentId: 'in1', alertId: 'al1', because: 'over', at: T + 75_000 });
    const opened = incidentOpened('in1', 'al1', { muted });
    expect(requestsOf(await tell(store, [[streamOf.incident('in1'), 0, [opened, worse, acknowledged]]]))).toEqual([]);
    const [page, ...others] = requestsOf(await tell(store, [[streamOf.incident('in1'), 3, [unmuted]]]));
    expect(others).toEqual([]);
    expect(page).toMatchObject({ action: 'trigger', dedupKey: 'in1', body: { impact: { score: 90 } } });
    expect(requestsOf(await tell(store, [[streamOf.incident('in1'), 4, [resolved]]]))).toMatchObject([
      { action: 'resolve' },
    ]);

    const never = incidentOpened('in2', 'al2', { muted });
    const over = event('IncidentResolved', { incidentId: 'in2', because: 'recovered', at: T + 80_000 });
    expect(requestsOf(await tell(store, [[streamOf.incident('in2'), 0, [never, over]]]))).toEqual([]);

    // Unmuted on the tick on which it opened: one page, from the unmuting.
    const atOnce = event('IncidentUnmuted', {
      incidentId: 'in3',
      alertId: 'al4',
      because: 'not muted',
      at: T + 61_000,
    });
    const both = await tell(store, [[streamOf.incident('in3'), 0, [incidentOpened('in3', 'al3', { muted }), atOnce]]]);
    expect(requestsOf(both)).toMatchObject([{ action: 'trigger' }]);
  });

  it('a redirect that needs a person calls one though its incident is muted, and that call ends with the incident', async () => {
    const muted = { by: 'silence', id: 's1', untilMs: T + 90_000, because: 'silenced by user:ana: work' } as const;
    const call = { incidentId: 'in1', to: 'vp', alertId: 'al1', because: 'not back', at: T + 62_000 } as const;
    const redirect = { redirectId: 'rd1', step: 'resume' } as const;
    const called = [event('IncidentEscalated', call), event('IncidentEscalated', { ...call, redirect })];
    const opened = incidentOpened('in1', 'al1', { muted });
    const asked = requestsOf(await tell(store, [[streamOf.incident('in1'), 0, [opened, ...called]]]));
    expect(asked.map(({ action, dedupKey }) => `${action} ${dedupKey}`)).toEqual(['escalate in1:vp:rd1:resume']);
    const over = requestsOf(await tell(store, [[streamOf.incident('in1'), 3, [resolved]]]));
    expect(over.map(({ action, dedupKey }) => `${action} ${dedupKey}`)).toEqual(['resolve in1:vp:rd1:resume']);
  });

  it('of a command are asked for when it is signed, not when it is issued', async () => {
    const issued = event('CommandIssued', { command: commandOf('co1', 1) });
    expect(requestsOf(await tell(store, [[streamOf.command('co1'), 0, [issued]]]))).toEqual([]);
    const sign = event('CommandSigned', { commandId: 'co1', signed });
    expect(requestsOf(await tell(store, [[streamOf.command('co1'), 1, [sign]]]))).toMatchObject([
      { channel: 'deploy', subject: 'command', dedupKey: 'co1', body: { signed, expiresAtMs: T + 185_000 } },
    ]);
  });

  it('are not asked for again by a repeated append', async () => {
    await tell(store, opens('in1'));
    const again = await store.append(
      [{ stream: 'incident-in1', expectedVersion: 0, events: [incidentOpened('in1', 'al1')] }],
      { actor: 'rules', cause: 'again' },
    );
    expect(again).toEqual({ conflict: 'incident-in1' });
    expect(await deliveries.list({ limit: 10 })).toHaveLength(1);
  });

  it('B11: are claimed by one of many dispatchers', async () => {
    for (const id of ['in1', 'in2', 'in3', 'in4', 'in5', 'in6']) await tell(store, opens(id));
    const claims = await Promise.all(Array.from({ length: 8 }, () => deliveries.claimDue({ ...LATER, limit: 2 })));
    const keys = claims.flat().map(({ dedupKey }) => dedupKey);
    expect(new Set(keys).size).toBe(keys.length);
    const rest = await deliveries.claimDue(LATER);
    expect([...keys, ...rest.map(({ dedupKey }) => dedupKey)].toSorted()).toEqual([
      'in1',
      'in2',
      'in3',
      'in4',
      'in5',
      'in6',
    ]);
  });

  const claimFully = (tx: Queryable): Promise<unknown> => createDeliveryRepository(tx).claimDue(LATER);
  // What is left to guard when the second looked before the first had locked the delivery, and locks it after.
  const claimRowOnly = (tx: Queryable): Promise<unknown> =>
    tx.query('insert into delivery_claim (delivery_id, claimed_until) select delivery_id, $1 from delivery', [
      LATER_MS + LEASE_MS,
    ]);

  it.each([
    ['locked the delivery', claimFully],
    ['wrote the claim', claimRowOnly],
  ])('B11: are not claimed by a second dispatcher when the first %s and has yet to commit', async (_what, claim) => {
    await tell(store, opens('in1'));
    const second = await db.database.transaction(async (tx) => {
      await claim(tx);
      let answered = false;
      const claiming = deliveries.claimDue(LATER).finally(() => (answered = true));
      await until('the second has answered or waits for the first', async () => {
        const waiting = await db.database.query(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return answered || waiting.length > 0;
      });
      return { claiming };
    });
    expect(await second.claiming).toEqual([]);
  });

  it('B11: of one key keep their order: a resolve waits until its trigger is finished', async () => {
    await tell(store, opens('in1'));
    await tell(store, [[streamOf.incident('in1'), 1, [resolved]]]);
    const [trigger, ...others] = await deliveries.claimDue(LATER);
    expect([trigger?.action, others]).toEqual(['trigger', []]);
    await attempt(trigger?.deliveryId ?? '', trigger?.version ?? 0, 'delivered', null);
    expect((await deliveries.claimDue(LATER)).map(({ action }) => action)).toEqual(['resolve']);
  });

  it('B11: are claimed again when the claim ran out, was released, or a retry is due, and never before', async () => {
    await tell(store, opens('in1'));
    const claim = async (nowMs: number) => (await deliveries.claimDue({ ...LATER, nowMs }))[0];
    expect(await claim(T + 60_999)).toBeUndefined();
    expect(await claim(T + 61_000)).toMatchObject({ attempts: 0, version: 1 });
    expect(await claim(T + 61_000 + LEASE_MS - 1)).toBeUndefined();
    const taken = await claim(T + 61_000 + LEASE_MS);
    expect(taken).toBeDefined();
    await deliveries.release(taken?.deliveryId ?? '');
    expect(await claim(T + 61_000 + LEASE_MS)).toBeDefined();
    // Long before the claim would run out by itself: the attempt ends it.
    const dueAtMs = T + 61_000 + LEASE_MS + 1_000;
    await attempt(taken?.deliveryId ?? '', 1, 'retry', dueAtMs);
    expect(await claim(dueAtMs - 1)).toBeUndefined();
    expect(await claim(dueAtMs)).toMatchObject({ attempts: 1, version: 2 });
  });

  it('B11: are claimed for one channel alone when it is named', async () => {
    await createChannelRepository(db.database).register('webhook', 'page');
    await tell(store, opens('in1'));
    expect(await deliveries.dueChannels(LATER_MS)).toEqual(['pagerduty', 'webhook']);
    const claimed = await deliveries.claimDue({ ...LATER, channel: 'webhook' });
    expect(claimed.map(({ channel }) => channel)).toEqual(['webhook']);
    expect(await deliveries.dueChannels(T)).toEqual([]);
  });

  it('of commands leave one after the other: a newer generation never overtakes an older one', async () => {
    for (const [commandId, wave] of [
      ['co1', 1],
      ['co2', 2],
    ] as const) {
      const sign = event('CommandSigned', { commandId, signed });
      await tell(store, [
        [streamOf.command(commandId), 0, [event('CommandIssued', { command: commandOf(commandId, wave) }), sign]],
      ]);
    }
    const [first, ...others] = await deliveries.claimDue({ ...LATER, channel: 'deploy' });
    expect([first?.dedupKey, others]).toEqual(['co1', []]);
    await attempt(first?.deliveryId ?? '', 1, 'retry', LATER_MS + 1);
    expect(await deliveries.claimDue({ ...LATER, channel: 'deploy' })).toEqual([]);
    await attempt(first?.deliveryId ?? '', 2, 'delivered', null);
    expect((await deliveries.claimDue({ ...LATER, channel: 'deploy' })).map(({ dedupKey }) => dedupKey)).toEqual([
      'co2',
    ]);
  });

  it('are not asked for through a channel that was unregistered', async () => {
    const channels = createChannelRepository(db.database);
    await channels.unregister('pagerduty');
    await channels.unregister('never registered');
    expect(await channels.list()).toEqual([{ name: 'deploy', subject: 'command' }]);
    expect(requestsOf(await tell(store, opens('in1')))).toEqual([]);
  });

  it('commands without a signature are listed oldest first, until they are signed or refused', async () => {
    for (const [commandId, wave] of [
      ['co3', 3],
      ['co1', 1],
    ] as const)
      await tell(store, [
        [streamOf.command(commandId), 0, [event('CommandIssued', { command: commandOf(commandId, wave) })]],
      ]);
    const commands = createCommandRepository(db.database);
    const unsigned = async () => (await commands.listUnsigned(10)).map(({ commandId }) => commandId);
    expect(await unsigned()).toEqual(['co1', 'co3']);
    expect(await commands.signedGeneration()).toBe(0);
    await tell(store, [[streamOf.command('co1'), 1, [event('CommandSigned', { commandId: 'co1', signed })]]]);
    expect(await unsigned()).toEqual(['co3']);
    expect(await commands.signedGeneration()).toBe(commandOf('co1', 1).generation);
    const because = 'wave 2 is not verified';
    const refused = event('CommandRefused', { commandId: 'co3', audience: ['n1'], code: 'wave', because, at: T });
    await tell(store, [[streamOf.command('co3'), 1, [refused]]]);
    expect(await unsigned()).toEqual([]);
    const refusal = 'wave: wave 2 is not verified';
    expect(await commands.find('co3')).toMatchObject({ status: 'refused', refusal, signed: null });
  });

  it('what becomes of a rollout goes to who brings it, under the key of the rollout and in its order', async () => {
    await createChannelRepository(db.database).register('rollouts', 'rollout');
    const release = { softwareVersion: 'v2', configRev: 'c2' };
    const counts = { good: 9_999, bad: 1 };
    const of = { rolloutId: 'ro9', stage: 'canary', at: T };
    const told = await tell(store, [
      [
        streamOf.rollout('ro9'),
        0,
        [
          event('RolloutStarted', { ...of, service: 'dns', release, previous: release, nodes: ['n1'] }),
          event('GateDecided', {
            ...of,
            phase: 'baking',
            verdict: 'promote',
            cohort: counts,
            control: counts,
            tests: [],
            because: 'every test passed',
          }),
          event('StagePromoted', { ...of, because: 'every test passed' }),
          event('RolloutHalted', { rolloutId: 'ro9', because: 'asked for', at: T }),
        ],
      ],
    ]);
    expect(requestsOf(told)).toMatchObject([
      { channel: 'rollouts', action: 'gate_decided', dedupKey: 'rollout-ro9', body: { verdict: 'promote' } },
      { channel: 'rollouts', action: 'stage_promoted', dedupKey: 'rollout-ro9' },
      { channel: 'rollouts', action: 'rollout_halted', body: { because: 'asked for' } },
    ]);
    expect(new Set(requestsOf(told).map(({ deliveryId }) => deliveryId)).size).toBe(3);
  });
});
