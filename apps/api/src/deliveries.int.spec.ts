import { z } from 'zod';
import { type Event, event, streamOf } from '#contracts';
import { type ServedApi, serveApi, tellStory } from './api.fixture.js';
import { shownAddress } from './delivery-views.js';

describe('the ledger of deliveries', () => {
  let served: ServedApi;
  let operator: string;
  beforeEach(async () => {
    served = await serveApi();
    operator = await served.as('operator');
    await tellStory(served);
  });
  afterEach(() => served.end());
  const get = (path: string) => served.send('GET', path, operator);
  const post = (path: string, body?: object) => served.send('POST', path, operator, body);
  const told = async (stream: string, expectedVersion: number, ...events: readonly Event[]) => {
    const result = await served.parts.eventStore.append([{ stream, expectedVersion, events }], {
      actor: 'dispatcher',
      cause: 'test',
    });
    expect(result).not.toHaveProperty('conflict');
  };
  const listed = async (query: string) => {
    const { body } = await get(`/v1/deliveries?${query}`);
    return z.object({ deliveries: z.array(z.looseObject({ deliveryId: z.string() })) }).parse(body).deliveries;
  };
  const pageOf = async (dedupKey: string): Promise<string> =>
    (await listed(`dedupKey=${dedupKey}`))[0]?.deliveryId ?? '';
  const givesUp = async (deliveryId: string): Promise<void> => {
    const attempt = { deliveryId, attempt: 1, status: 400, detail: 'Bad Request', dueAtMs: null, at: 2 } as const;
    await told(streamOf.delivery(deliveryId), 1, event('DeliveryAttempted', { ...attempt, outcome: 'gave_up' }));
  };

  it('B11: each attempt is shown, and one that was given up is sent again, once', async () => {
    const deliveryId = await pageOf('in1');
    expect(await post(`/v1/deliveries/${deliveryId}/retry`)).toMatchObject({
      status: 409,
      body: { code: 'DELIVERY_NOT_GIVEN_UP' },
    });
    await givesUp(deliveryId);
    expect((await get('/v1/deliveries?status=gave_up')).body['deliveries']).toMatchObject([{ deliveryId }]);
    expect((await get(`/v1/deliveries/${deliveryId}`)).body).toMatchObject({
      delivery: { status: 'gave_up', because: 'Bad Request', attempts: [{ attempt: 1, status: 400 }] },
    });
    expect(await post(`/v1/deliveries/${deliveryId}/retry`)).toMatchObject({
      status: 200,
      body: { delivery: { status: 'due', retries: [{ by: 'operator:test operator' }] } },
    });
    expect(await post(`/v1/deliveries/${deliveryId}/retry`)).toMatchObject({ status: 409 });
    expect((await get('/v1/deliveries/none')).status).toBe(404);
    expect((await post('/v1/deliveries/none/retry')).status).toBe(404);
  });

  it('B11: a call that was given up is not sent again when what it calls for is over', async () => {
    const page = { subject: 'page', channel: 'pagerduty', dedupKey: 'k1', body: {}, at: 1 } as const;
    const asks = (deliveryId: string, action: 'trigger' | 'resolve') =>
      told(streamOf.delivery(deliveryId), 0, event('DeliveryRequested', { deliveryId, action, ...page }));
    await asks('call', 'trigger');
    await givesUp('call');
    await asks('end', 'resolve');
    const { status, body } = await post('/v1/deliveries/call/retry');
    expect([status, body['detail']]).toEqual([409, 'what it calls for is over, and nobody would end it']);
    await asks('again', 'trigger');
    expect(await post('/v1/deliveries/call/retry')).toMatchObject({ status: 200 });
  });

  it('deliveries are found by channel and by incident, those of calls above its page as well', async () => {
    const queries = ['channel=pagerduty', 'channel=none', 'incidentId=in1', 'incidentId=in'];
    const counts = await Promise.all(queries.map(async (query) => (await listed(query)).length));
    expect(counts[0]).toBeGreaterThan(0);
    expect(counts[2]).toBeGreaterThan(0);
    expect([counts[1], counts[3]]).toEqual([0, 0]);
  });

  it('a channel is tried by a page that says so and its end; what is not for pages, or disabled, is not', async () => {
    const tested = await post('/v1/channels/pagerduty/test');
    expect(tested).toMatchObject({ status: 202, body: { dedupKey: expect.stringMatching(/^test-/) } });
    const { body } = await get(`/v1/deliveries?dedupKey=${String(tested.body['dedupKey'])}`);
    expect(body['deliveries']).toMatchObject([
      { action: 'resolve', channel: 'pagerduty', isUrgent: false },
      { action: 'trigger', channel: 'pagerduty', isUrgent: false },
    ]);
    expect(await post('/v1/channels/deploy/test')).toMatchObject({
      status: 409,
      body: { code: 'CHANNEL_NOT_TESTABLE' },
    });
    expect((await post('/v1/channels/none/test')).status).toBe(404);
  });

  it('B11: a disabled channel is shown with its reason until somebody enables it, and whoever was told learns of it', async () => {
    const because = 'its receiver wants nothing more: Gone';
    await told(streamOf.channel('pagerduty'), 0, event('ChannelDisabled', { channel: 'pagerduty', because, at: 1 }));
    const page = { subject: 'page', action: 'trigger', dedupKey: 'channel-pagerduty', body: {}, at: 1 } as const;
    await told(
      streamOf.delivery('told'),
      0,
      event('DeliveryRequested', { deliveryId: 'told', channel: 'email', ...page }),
    );
    expect((await get('/v1/channels')).body['channels']).toContainEqual(
      expect.objectContaining({ name: 'pagerduty', disabledBecause: because }),
    );
    expect(await post('/v1/channels/pagerduty/test')).toMatchObject({ status: 409 });
    expect(await post('/v1/channels/pagerduty/enable', { comment: 'mended' })).toMatchObject({
      status: 200,
      body: { channel: { disabledBecause: null } },
    });
    const { body } = await get('/v1/deliveries?dedupKey=channel-pagerduty');
    expect(body['deliveries']).toMatchObject([{ action: 'resolve', channel: 'email' }, { action: 'trigger' }]);
    expect(await post('/v1/channels/pagerduty/enable', { comment: 'mended' })).toMatchObject({
      status: 409,
      body: { code: 'CHANNEL_NOT_DISABLED' },
    });
    expect((await post('/v1/channels/none/enable', { comment: 'mended' })).status).toBe(404);
  });

  it('no address shows a password', () => {
    expect(shownAddress('https://hooks.example/T0/B0/secret')).toBe('https://hooks.example/…');
    expect(shownAddress('0123456789abcdef0123456789abcdef')).toBe('0123…');
    expect(shownAddress('ana@example.com')).toBe('ana@example.com');
    expect(shownAddress('#on-call')).toBe('#on-call');
    expect(shownAddress(null)).toBeNull();
  });
});
