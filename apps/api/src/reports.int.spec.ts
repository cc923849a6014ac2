import { event, type Event, type StatusUpdate, streamOf } from '#contracts';
import {
  createDeliveryRepository,
  createEventStore,
  type EventStore,
  postMortemHash,
  readPostMortemSource,
} from '#store';
import { NOW_MS, type ServedApi, serveApi, tellStory } from './api.fixture.js';

const update: StatusUpdate = {
  title: 'Some DNS queries fail in US East',
  state: 'identified',
  impact: 'critical',
  text: 'Some DNS queries fail in US East.',
  workaround: '',
  regions: ['us-east'],
  startedAtMs: NOW_MS - 180_000,
  nextUpdateAtMs: NOW_MS + 900_000,
};

const drafted = (n: number): Event =>
  event('StatusUpdateDrafted', {
    incidentId: 'in1',
    n,
    update,
    customers: [],
    affectedCustomers: 1,
    publishByMs: NOW_MS,
    isReviewed: true,
    everyMs: 900_000,
    because: 'due',
    dueAtMs: NOW_MS + 300_000,
    at: NOW_MS,
  });

describe('what is told and written of an incident', () => {
  let served: ServedApi;
  let store: EventStore;
  let viewer: string;
  let operator: string;
  const get = (path: string) => served.send('GET', path, viewer);
  const post = (path: string, body: object, key = operator) => served.send('POST', path, key, body);
  beforeAll(async () => {
    served = await serveApi();
    [viewer, operator] = [await served.as('viewer'), await served.as('operator')];
    await tellStory(served);
    store = createEventStore(served.db.database, served.clock.nowMs);
    const metadata = { actor: 'dispatcher', cause: 'test' };
    const stream = streamOf.status('in1');
    await store.append([{ stream, expectedVersion: 0, events: [drafted(1), drafted(2)] }], metadata);
  });
  afterAll(() => served.end());

  it('R46: drafts are listed, with when the next is due; of all incidents those that wait for somebody', async () => {
    const { body } = await get('/v1/incidents/in1/status-updates');
    expect(body).toMatchObject({
      schedule: { state: 'told', isOverdue: false },
      statusUpdates: [
        { n: 2, status: 'drafted', update },
        { n: 1, status: 'replaced' },
      ],
    });
    const waiting = await get('/v1/status-updates?status=drafted');
    expect(waiting.body).toMatchObject({ statusUpdates: [{ incidentId: 'in1', n: 2 }] });
    expect((await get('/v1/incidents/none/status-updates')).status).toBe(404);
    expect((await get('/v1/status-updates?status=lost')).status).toBe(400);
  });

  it('R46: a draft is published as edited, once, by who may operate', async () => {
    const path = '/v1/incidents/in1/status-updates/2/publish';
    expect((await post(path, {}, viewer)).status).toBe(403);
    expect((await post(path, { state: 'resolved' })).status).toBe(422);
    const { status, body } = await post(path, { text: 'We know what it is.' });
    expect([status, body]).toMatchObject([
      200,
      { statusUpdate: { status: 'published', update: { text: 'We know what it is.', title: update.title } } },
    ]);
    expect((await post(path, {})).body).toMatchObject({ code: 'STATUS_UPDATE_NOT_DRAFT' });
    expect((await post('/v1/incidents/in1/status-updates/9/publish', {})).status).toBe(404);
    expect((await post('/v1/incidents/in1/status-updates/x/publish', {})).status).toBe(400);
  });

  it('R46: a draft is discarded with why, by GraphQL as well as by REST', async () => {
    const metadata = { actor: 'dispatcher', cause: 'test' };
    await store.append([{ stream: streamOf.status('in1'), expectedVersion: 3, events: [drafted(3)] }], metadata);
    const discard =
      'mutation { discardStatusUpdate(input: { incidentId: "in1", n: 3, comment: "nothing new" }) { statusUpdate { n status } } }';
    expect((await served.ask(discard, operator)).body['data']).toEqual({
      discardStatusUpdate: { statusUpdate: { n: 3, status: 'discarded' } },
    });
    await store.append([{ stream: streamOf.status('in1'), expectedVersion: 5, events: [drafted(4)] }], metadata);
    const { body } = await post('/v1/incidents/in1/status-updates/4/discard', { comment: 'no' });
    expect(body).toMatchObject({ statusUpdate: { status: 'discarded', comment: 'no' } });
    await store.append([{ stream: streamOf.status('in1'), expectedVersion: 7, events: [drafted(5)] }], metadata);
    const publish =
      'mutation { publishStatusUpdate(input: { incidentId: "in1", n: 5, text: "x" }) { statusUpdate { n status text settledBy } } }';
    expect((await served.ask(publish, operator)).body['data']).toMatchObject({
      publishStatusUpdate: { statusUpdate: { n: 5, status: 'published', text: 'x' } },
    });
    const listed = await served.ask(
      '{ statusUpdates(incidentId: "in1", first: 2) { nodes { n status title state } } }',
      viewer,
    );
    expect(listed.body['data']).toMatchObject({ statusUpdates: { nodes: [{ n: 5 }, { n: 4 }] } });
  });

  it('R46: whom an update tells is read page by page, by a cursor', async () => {
    const names = Array.from({ length: 5 }, (_, index) => ({ customerId: `c${index}`, name: `C ${index}` }));
    const listed = (n: number, customers: typeof names) =>
      event('StatusCustomersListed', { incidentId: 'in2', n, customers, at: NOW_MS });
    const draftOf = (n: number) => event('StatusUpdateDrafted', { ...drafted(n).data, incidentId: 'in2' } as never);
    const events = [draftOf(1), listed(1, names.slice(0, 3)), draftOf(2), listed(2, names.slice(3))];
    const metadata = { actor: 'dispatcher', cause: 'test' };
    await store.append([{ stream: streamOf.status('in2'), expectedVersion: 0, events }], metadata);
    const path = '/v1/incidents/in2/status-updates/2/customers';
    const { body } = await get(`${path}?limit=3`);
    const told = names.map((each) => ({ ...each, critical: false }));
    const next = body['next'] as unknown as string;
    expect(body).toEqual({ incidentId: 'in2', n: 2, customers: told.slice(0, 3), total: 5, next: expect.any(String) });
    expect((await get(`${path}?limit=3&after=${next}`)).body).toMatchObject({ customers: names.slice(3), next: null });
    expect((await get(path.replace('/2/', '/1/'))).body).toMatchObject({ customers: names.slice(0, 3), total: 3 });
    expect((await get(path.replace('/2/', '/9/'))).status).toBe(404);
    expect((await get(`${path}?limit=501`)).status).toBe(400);
  });

  it('R55: the runbook has its commands filled in, and takes what they answered', async () => {
    const { body } = await get('/v1/incidents/in1/runbook');
    expect(body).toMatchObject({
      runbook: {
        steps: [
          { step: 'dig', command: expect.stringMatching(/@184\.25\.56\.1 .*delta\.example/) },
          {},
          {},
          {},
          {},
          {},
          {},
          {},
        ],
      },
    });
    const path = '/v1/incidents/in1/runbook/dig/results';
    expect((await post(path, { output: 'status: NXDOMAIN' }, viewer)).status).toBe(403);
    const attached = await post(path, { output: 'status: NXDOMAIN' });
    expect(attached.status).toBe(201);
    expect(attached.body).toMatchObject({
      runbook: { steps: [{ step: 'dig', results: [{ output: 'status: NXDOMAIN' }] }, {}, {}, {}, {}, {}, {}, {}] },
    });
    expect((await post('/v1/incidents/in1/runbook/sudo/results', { output: 'x' })).status).toBe(404);
    const timeline = (await get('/v1/incidents/in1')).body['timeline'] as unknown as readonly {
      event: { type: string };
    }[];
    expect(timeline.map((each) => each.event.type)).toEqual(
      expect.arrayContaining(['RunbookResultAttached', 'StatusUpdatePublished']),
    );
    const asked = await served.ask(
      '{ runbook(incidentId: "in1") { incidentId steps { step command results { output } } } }',
      viewer,
    );
    expect(asked.body['data']).toMatchObject({ runbook: { incidentId: 'in1' } });
    const told =
      'mutation { attachRunbookResult(input: { incidentId: "in1", step: "traceroute", output: "* * *" }) { runbook { incidentId } } }';
    expect((await served.ask(told, operator)).body['data']).toMatchObject({
      attachRunbookResult: { runbook: { incidentId: 'in1' } },
    });
  });

  it('B21: the post-mortem is JSON, or Markdown for who asks for it', async () => {
    const { body } = await get('/v1/incidents/in1/post-mortem');
    expect(body).toMatchObject({
      postMortem: { incidentId: 'in1', runbookResults: [{ step: 'dig' }, { step: 'traceroute' }] },
      cost: { incidentId: 'in1' },
      drafted: null,
    });
    const text = async (path: string, accept: string) => {
      const response = await fetch(`${served.url}${path}`, { headers: { authorization: viewer, accept } });
      return [response.headers.get('content-type'), (await response.text()).split(':')[0]];
    };
    const markdown = ['text/markdown; charset=utf-8', '# Post-mortem'];
    expect(await text('/v1/incidents/in1/post-mortem.md', '*/*')).toEqual(markdown);
    expect(await text('/v1/incidents/in1/post-mortem', 'text/markdown')).toEqual(markdown);
    expect((await get('/v1/incidents/none/post-mortem')).status).toBe(404);
    const asked = await served.ask(
      '{ postMortem(incidentId: "in1") { incidentId delays { detect } causes { kind } timeline { at text } cost { minutes } } }',
      viewer,
    );
    expect(asked.body['data']).toMatchObject({ postMortem: { incidentId: 'in1', cost: { minutes: 1 } } });
  });

  it('R106, R112: what was done to the fleet in the day before is in its timeline: the rollout, and maintenance', async () => {
    const began = (maintenanceId: string, hoursBefore: number) => ({
      stream: streamOf.maintenance(maintenanceId),
      expectedVersion: 0,
      events: [
        event('MaintenanceBegan', {
          maintenanceId,
          window: maintenanceId,
          startsAtMs: NOW_MS - hoursBefore * 3_600_000,
          endsAtMs: NOW_MS,
          at: NOW_MS - hoursBefore * 3_600_000,
        }),
      ],
    });
    const streams = [began('today', 3), began('long-ago', 25)];
    await store.append(streams, { actor: 'rules', cause: 'test' });
    const { body } = await get('/v1/incidents/in1/post-mortem');
    const { timeline } = body['postMortem'] as unknown as { timeline: readonly { text: string }[] };
    const told = timeline.map(({ text }) => text);
    expect(told).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^rollout ro1 began to bring/),
        expect.stringMatching(/^maintenance today began/),
      ]),
    );
    expect(told.filter((text) => text.startsWith('maintenance'))).toHaveLength(1);
  });

  it('B21: it says whether anything came since it was drafted, and a delivery on its way is nothing', async () => {
    const { database } = served.db;
    const source = await readPostMortemSource(database, 'in2');
    if (source === undefined) throw new Error('no incident');
    const data = {
      incidentId: 'in2',
      sha256: postMortemHash(source),
      detectMs: null,
      acknowledgeMs: null,
      mitigateMs: null,
      resolveMs: 1,
      peakCustomers: 1,
      cumulativeDollars: 1,
      statusUpdates: 0,
      at: NOW_MS,
    };
    const append = (stream: string, expectedVersion: number, each: Event) =>
      store.append([{ stream, expectedVersion, events: [each] }], { actor: 'dispatcher', cause: 'test' });
    const isUnchanged = async () => {
      const { body } = await get('/v1/incidents/in2/post-mortem');
      return (body['drafted'] as unknown as { isUnchanged: boolean }).isUnchanged;
    };
    await append(streamOf.postMortem('in2'), 0, event('PostMortemDrafted', data));
    expect((await get('/v1/incidents/in2/post-mortem')).body).toMatchObject({
      drafted: { sha256: data.sha256, at: NOW_MS, isUnchanged: true },
    });
    const [due] = await createDeliveryRepository(database).list({ dedupKey: 'in2', limit: 1 });
    if (due === undefined) throw new Error('nothing is to be sent');
    const { deliveryId } = due;
    const sent = { deliveryId, attempt: 1, outcome: 'delivered' as const, status: 202, detail: '', dueAtMs: null };
    await append(streamOf.delivery(deliveryId), 1, event('DeliveryAttempted', { ...sent, at: NOW_MS }));
    expect(await createDeliveryRepository(database).list({ dedupKey: 'in2', limit: 1 })).toMatchObject([
      { status: 'delivered' },
    ]);
    expect(await isUnchanged()).toBe(true);
    expect((await post('/v1/incidents/in2/runbook/dig/results', { output: 'NOERROR' })).status).toBe(201);
    expect(await isUnchanged()).toBe(false);
  });
});
