import { event, type Event, type Impact, isRefusal, streamOf } from '#contracts';
import {
  COUNTS_PER_CELL,
  createCells,
  encodeBlock,
  isUrgentDelivery,
  refuseStatusUpdates,
  statusFactsOf,
  STATUS_EVERY_MS,
} from '#domain';
import {
  createIncidentRepository,
  createPostMortemRepository,
  createSegmentRepository,
  createStatusUpdateRepository,
  type DeliverySubject,
  ensureSegmentDays,
  type EventStore,
  type NewSegment,
  postMortemHash,
  readPostMortemSource,
} from '#store';
import type { Channel } from './channels/channel.js';
import { pagerDutyChannel } from './channels/pagerduty.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import { webhookChannel } from './channels/webhook.channel.js';
import { type FakeWebhook, startFakeWebhook } from './channels/webhook.fake.js';
import { hasty, opened, World } from './dispatcher.fixture.js';

const SECRET = Buffer.from('CANARY-webhook-secret-0123456789');
const MINUTE_MS = 60_000;
const AUTOMATIC = { mode: 'automatic', everyMs: STATUS_EVERY_MS } as const;
const REVIEW = { mode: 'review', everyMs: STATUS_EVERY_MS } as const;

const hurt = (affectedCustomers: number): Impact => ({
  affectedCustomers,
  byTier: { tier1: affectedCustomers, tier2: 0, tier3: 0 },
  score: 100 * affectedCustomers,
  dollarsPerMinute: 50_000 * affectedCustomers,
  top: Array.from({ length: Math.min(20, affectedCustomers) }, (_, index) => ({
    customerId: `c${index}`,
    name: `Customer ${index}`,
    tier: 'tier1',
    failing: 0.5,
  })),
});

/** A second in which four of five queries of each key failed. */
const failing = (family: 'customer_release' | 'customer_region', slot: number, keys: readonly string[]): NewSegment => {
  const table = createCells(family);
  for (const key of keys) {
    const row = table.row(key);
    table.counts.set([20, 80, 0, 0], row * COUNTS_PER_CELL);
  }
  const body = encodeBlock(new Map([[family, table]]));
  return { topic: 'telemetry.outcomes', partition: 0, slot, firstOffset: slot, nextOffset: slot + 1, family, body };
};

describe('status updates', () => {
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
  const hooked = (subject: DeliverySubject): Channel =>
    webhookChannel({ name: subject, subject, url: new URL(hook.url), secret: SECRET });
  const opens = (customers: number): Promise<unknown> => {
    const at = world.clock.nowMs();
    const changed = event('IncidentImpactChanged', { incidentId: 'in1', impact: hurt(customers), at });
    return world.tell(streamOf.incident('in1'), 0, opened('in1', at), changed);
  };
  /** So many customers fail in the minute before the first update. */
  const hurts = async (count: number): Promise<void> => {
    const ids = Array.from({ length: count }, (_, index) => `c${index}`);
    const customers = ids.map((customerId, index) => ({
      customerId,
      name: `Customer ${index}`,
      tier: 'tier1' as const,
      critical: false,
      zones: [],
    }));
    await world.tell(streamOf.catalogue, 0, event('CustomersRegistered', { customers }));
    const slot = Math.floor(world.clock.nowMs() / 1_000) + 40;
    const segments = [
      failing(
        'customer_release',
        slot,
        ids.map((each) => `${each}|v2.1.5+c42`),
      ),
      failing(
        'customer_region',
        slot,
        ids.map((each) => `${each}|us-east`),
      ),
    ];
    await ensureSegmentDays(world.db.database, [slot]);
    await world.db.database.transaction((tx) => createSegmentRepository(tx).write(tx, segments));
  };
  const resolves = (version: number): Promise<unknown> => {
    const at = world.clock.nowMs();
    return world.tell(
      streamOf.incident('in1'),
      version,
      event('IncidentResolved', { incidentId: 'in1', because: 'well', at }),
    );
  };
  const repository = () => createStatusUpdateRepository(world.db.database);
  const statuses = async () =>
    (await repository().list({ incidentId: 'in1', limit: 50 })).map(({ n, status }) => `${n} ${status}`);
  const told = (type: Event['type']) =>
    world.eventStore
      .readAll(0, 1_000)
      .then((events) => events.flatMap(({ event: each }) => (each.type === type ? [each.data] : [])));

  it('R46: goes to status pages and to each customer that is hurt, with what it can do, when it is due and at the end', async () => {
    const dispatcher = await world.dispatcher([hooked('status'), hooked('notice')], { statusPolicy: AUTOMATIC });
    await opens(2);
    await dispatcher.settle();
    expect(hook.messages).toEqual([]);
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    expect(hook.messages.map(({ type }) => type).toSorted()).toEqual([
      'customer.notice',
      'customer.notice',
      'status.updated',
    ]);
    expect(hook.messages.find(({ type }) => type === 'status.updated')?.data).toMatchObject({
      incidentId: 'in1',
      n: 1,
      state: 'investigating',
      title: 'Some DNS queries fail',
    });
    expect(hook.messages.find(({ type }) => type === 'customer.notice')?.data).toMatchObject({
      step: 'status_update',
      workaround: expect.stringContaining('serve-stale'),
    });
    const at = world.clock.nowMs() + MINUTE_MS;
    await world.clock.advance(MINUTE_MS);
    await world.tell(
      streamOf.incident('in1'),
      2,
      event('IncidentResolved', { incidentId: 'in1', because: 'well', at }),
    );
    await dispatcher.settle();
    expect(hook.messages.at(-1)?.data).toMatchObject({ state: 'resolved' });
    expect(await statuses()).toEqual(['2 published', '1 published']);
    expect(await repository().schedule('in1')).toMatchObject({ state: 'ended', dueAt: null });
  });

  it('more customers than are named get one message that says how many, not a delivery each', async () => {
    const dispatcher = await world.dispatcher([hooked('notice')], { statusPolicy: AUTOMATIC });
    await opens(4_000);
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    expect(hook.messages).toMatchObject([
      {
        data: { affectedCustomers: 4_000, all: '/v1/incidents/in1/status-updates/1/customers', step: 'status_update' },
      },
    ]);
  });

  it('R46: all that were told are known by name, and read how it ended though nobody is hurt any more', async () => {
    const dispatcher = await world.dispatcher([hooked('notice')], { statusPolicy: AUTOMATIC });
    await hurts(133);
    await opens(133);
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    const at = world.clock.nowMs() + MINUTE_MS;
    await world.clock.advance(MINUTE_MS);
    await world.tell(
      streamOf.incident('in1'),
      2,
      event('IncidentResolved', { incidentId: 'in1', because: 'well', at }),
    );
    await dispatcher.settle();
    expect(hook.messages.at(-1)?.data).toMatchObject({
      state: 'resolved',
      all: '/v1/incidents/in1/status-updates/2/customers',
    });
    const named = async (after?: string) => {
      const page = await repository().customers({ incidentId: 'in1', n: 2, after, limit: 100 });
      if (page === undefined || isRefusal(page)) throw new Error('no page of customers');
      return page;
    };
    const first = await named();
    const pages = [first, await named(first.next ?? undefined)];
    expect(pages).toMatchObject([{ total: 133 }, { total: 133, next: null }]);
    expect(new Set(pages.flatMap(({ items }) => items.map(({ customerId }) => customerId))).size).toBe(133);
    expect(await repository().customers({ incidentId: 'in1', n: 3, limit: 100 })).toBeUndefined();
  });

  it('R46: one that nobody publishes is a page by its own key, and no page any more once it is discarded', async () => {
    const dispatcher = await world.dispatcher([pager()], { statusPolicy: REVIEW });
    await opens(1);
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    expect(await statuses()).toEqual(['1 drafted']);
    await world.clock.advance(6 * MINUTE_MS);
    await dispatcher.settle();
    const stateOf = () => pagerDuty.alerts.map(({ dedupKey, status, triggers }) => `${dedupKey} ${status} ${triggers}`);
    expect(stateOf().toSorted()).toEqual(['in1 triggered 2', 'in1:status_update triggered 1']);
    const calls = (await world.deliveries()).filter(({ dedupKey }) => dedupKey === 'in1:status_update');
    expect(calls.map((each) => isUrgentDelivery(each))).toEqual([true]);
    const at = world.clock.nowMs();
    const discarded = { incidentId: 'in1', n: 1, by: 'a', comment: 'no', endsOverdue: true, dueAtMs: null, at };
    await world.tell(streamOf.status('in1'), 2, event('StatusUpdateDiscarded', discarded));
    await dispatcher.settle();
    expect(stateOf().toSorted()).toEqual(['in1 triggered 2', 'in1:status_update resolved 1']);
  });

  it('one incident that cannot be told of keeps neither the updates nor the post-mortems of others', async () => {
    const { eventStore } = world;
    const failing: EventStore = {
      ...eventStore,
      append: (streams, metadata) =>
        streams.some(({ stream }) => stream.endsWith('in0'))
          ? Promise.reject(new Error('in0 cannot be recorded'))
          : eventStore.append(streams, metadata),
    };
    const dispatcher = await world.dispatcher([], { statusPolicy: AUTOMATIC, eventStore: failing });
    await world.opens('in0');
    await world.opens('in1');
    await world.clock.advance(2 * MINUTE_MS);
    await dispatcher.settle();
    expect(await statuses()).toEqual(['1 published']);
    for (const incidentId of ['in0', 'in1']) {
      const at = world.clock.nowMs();
      const resolved = event('IncidentResolved', { incidentId, because: 'well', at });
      await world.tell(streamOf.incident(incidentId), 1, resolved);
    }
    await dispatcher.settle();
    const postMortems = createPostMortemRepository(world.db.database);
    expect(await postMortems.due(world.clock.nowMs(), 10)).toEqual(['in0']);
    expect(dispatcher.unready()).toContain('in0 cannot be recorded');
  });

  it('B2: two dispatchers draft it once, and one that is killed before the append leaves it due', async () => {
    const dying: EventStore = {
      ...world.eventStore,
      append: () => Promise.reject(new Error('killed')),
    };
    await opens(1);
    await world.clock.advance(MINUTE_MS);
    const killed = await world.dispatcher([], { statusPolicy: AUTOMATIC, eventStore: dying });
    await killed.settle();
    expect(killed.unready()).toBe('status updates: killed');
    const both = [
      await world.dispatcher([], { statusPolicy: AUTOMATIC }),
      await world.dispatcher([], { statusPolicy: AUTOMATIC }),
    ];
    await Promise.all(both.map((dispatcher) => dispatcher.settle()));
    expect(await told('StatusUpdateDrafted')).toHaveLength(1);
    expect(await told('StatusUpdatePublished')).toHaveLength(1);
  });

  it.each([
    ['the first', 1, ['2 published', '1 published']],
    ['a further one', 16, ['3 published', '2 published', '1 published']],
  ])('R46: resolved while %s is decided: the public hears of the end at once', async (_which, minute, updates) => {
    const { eventStore } = world;
    let race = (): Promise<unknown> => Promise.resolve();
    const racing: EventStore = {
      ...eventStore,
      append: async (streams, metadata) => {
        if (streams[0]?.stream === streamOf.status('in1')) await race();
        return eventStore.append(streams, metadata);
      },
    };
    const dispatcher = await world.dispatcher([], { statusPolicy: AUTOMATIC, eventStore: racing });
    await opens(1);
    if (minute > 1) {
      await world.clock.advance(MINUTE_MS);
      await dispatcher.settle();
    }
    await world.clock.advance(minute > 1 ? (minute - 1) * MINUTE_MS : MINUTE_MS);
    race = () => {
      race = () => Promise.resolve();
      return resolves(2);
    };
    // The run that lost the race, and the next.
    await dispatcher.settle();
    await dispatcher.settle();
    expect(await statuses()).toEqual(updates);
    expect(await repository().schedule('in1')).toMatchObject({ state: 'ended', dueAt: null });
  });

  it('without a policy nothing is told and nothing is recorded', async () => {
    const dispatcher = await world.dispatcher([hooked('notice')]);
    await opens(5);
    await world.clock.advance(20 * MINUTE_MS);
    await dispatcher.settle();
    expect([await statuses(), hook.messages]).toEqual([[], []]);
  });

  it('what the read table takes for wanted is what the decision takes for wanted', async () => {
    const at = world.clock.nowMs();
    const mute = { by: 'silence', id: 's', because: 'work', untilMs: null } as const;
    const base = opened('x', at);
    if (base.type !== 'IncidentOpened') throw new Error('no opening');
    const declared = (incidentId: string) =>
      event('IncidentDeclared', { incidentId, priority: 'P0', because: 'critical', at });
    const asked = (incidentId: string) =>
      event('StatusUpdateRequested', { incidentId, alertId: 'al1', because: 'r', impact: hurt(0), at });
    let wanted = 0;
    for (let bits = 0; bits < 32; bits++) {
      const incidentId = `in${bits}`;
      const has = (bit: number): boolean => (bits & (1 << bit)) !== 0;
      const events: Event[] = [
        event('IncidentOpened', {
          ...base.data,
          incidentId,
          severity: has(0) ? 'critical' : 'warning',
          impact: hurt(has(1) ? 3 : 0),
          ...(has(2) && { muted: mute }),
        }),
        ...(has(3) ? [declared(incidentId)] : []),
        ...(has(4) ? [asked(incidentId)] : []),
      ];
      await world.tell(streamOf.incident(incidentId), 0, ...events);
      const held = event('StatusUpdatesHeld', { incidentId, because: 'tried', at });
      await world.tell(streamOf.status(incidentId), 0, held);
      const facts = statusFactsOf(events);
      const isDue = (await repository().due(at + 2 * MINUTE_MS, 100)).includes(incidentId);
      expect([incidentId, isDue]).toEqual([
        incidentId,
        facts !== undefined && refuseStatusUpdates(facts) === undefined,
      ]);
      wanted += isDue ? 1 : 0;
    }
    expect(wanted).toBeGreaterThan(5);
  });

  it('R111: a post-mortem is drafted when the public knows of the end, and holds what was said of it', async () => {
    const dispatcher = await world.dispatcher([hooked('page'), hooked('status')], { statusPolicy: AUTOMATIC });
    await opens(1);
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    await resolves(2);
    await dispatcher.settle();
    const [drafted] = await told('PostMortemDrafted');
    const source = await readPostMortemSource(world.db.database, 'in1');
    expect(drafted).toMatchObject({ statusUpdates: 2, sha256: source && postMortemHash(source) });
  });

  it('R111: it waits for whoever reviews the last update, and no longer than until that is overdue', async () => {
    const dispatcher = await world.dispatcher([], { statusPolicy: REVIEW });
    await opens(1);
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    const update = (await repository().list({ incidentId: 'in1', limit: 1 }))[0]?.update;
    if (update === undefined) throw new Error('nothing was drafted');
    const at = world.clock.nowMs();
    const published = { incidentId: 'in1', n: 1, update, customers: [], affectedCustomers: 1, by: 'a', at };
    const all = { ...published, endsOverdue: false, dueAtMs: at + 15 * MINUTE_MS };
    await world.tell(streamOf.status('in1'), 1, event('StatusUpdatePublished', all));
    await resolves(2);
    await world.clock.advance(7 * MINUTE_MS - 1);
    await dispatcher.settle();
    expect([await told('PostMortemDrafted'), await statuses()]).toEqual([[], ['2 drafted', '1 published']]);
    await world.clock.advance(1);
    await dispatcher.settle();
    expect(await told('PostMortemDrafted')).toHaveLength(1);
  });

  it('R111: a post-mortem is drafted once it is resolved, once, and the page of the end names it', async () => {
    const both = [await world.dispatcher([hooked('page')]), await world.dispatcher([hooked('page')])];
    await opens(1);
    await Promise.all(both.map((dispatcher) => dispatcher.settle()));
    const at = world.clock.nowMs() + 5_000;
    await world.tell(
      streamOf.incident('in1'),
      2,
      event('IncidentResolved', { incidentId: 'in1', because: 'well', at }),
    );
    await world.clock.advance(5_000);
    await Promise.all(both.map((dispatcher) => dispatcher.settle()));
    expect(await told('PostMortemDrafted')).toMatchObject([{ incidentId: 'in1', peakCustomers: 1, statusUpdates: 0 }]);
    expect(await createPostMortemRepository(world.db.database).find('in1')).toMatchObject({
      headline: { resolveMs: 5_000 },
    });
    expect(hook.messages.find(({ type }) => type === 'incident.resolved')?.data).toMatchObject({
      postMortem: '/v1/incidents/in1/post-mortem.md',
    });
    expect(await createIncidentRepository(world.db.database).findRow('in1')).toMatchObject({ status: 'resolved' });
  });
});
