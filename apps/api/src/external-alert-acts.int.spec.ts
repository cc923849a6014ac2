import { AnsweredApi } from './replies/replies.fixture.js';

describe('an alert of another system, ended by a person', () => {
  let api: AnsweredApi;
  beforeAll(async () => {
    api = await AnsweredApi.serve();
    await api.openIncident();
  });
  afterAll(() => api.served.end());
  const resolve = async (alertId: string, role: 'operator' | 'viewer' = 'operator') =>
    api.served.send('POST', `/v1/alerts/${alertId}/resolve`, await api.served.as(role));

  it('B19: is told to the rules as over, in the name of who said so', async () => {
    const alertId = `alert-of-${await api.openExternal()}`;
    expect(await resolve(alertId)).toMatchObject({ status: 202, body: { alert: { alertId, state: 'firing' } } });
    expect(await api.toldSignals()).toMatchObject([
      {
        source: 'prometheus',
        dedupKey: `690e54ec55263cb2-${api.number}`,
        action: 'resolve',
        by: 'operator:test operator',
      },
    ]);
  });

  it('is an act: with who, why and by which request, once under a key, and told again until it is over', async () => {
    await api.openIncident();
    const alertId = `alert-of-${await api.openExternal()}`;
    const before = await api.served.parts.eventStore.head();
    const send = async () => {
      const response = await fetch(`${api.served.url}/v1/alerts/${alertId}/resolve`, {
        method: 'POST',
        headers: {
          authorization: await api.served.as('operator'),
          'content-type': 'application/json',
          'idempotency-key': 'over',
        },
        body: JSON.stringify({ comment: 'the provider fixed it' }),
      });
      return [response.status, response.headers.get('location'), await response.json()];
    };
    const first = await send();
    expect(first).toMatchObject([202, `/v1/alerts/${alertId}`, { alert: { alertId } }]);
    expect(await send()).toEqual(first);
    const [told, ...more] = await api.served.parts.eventStore.readAll(before, 10);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      stream: `resolution-${alertId}`,
      event: {
        type: 'AlertResolutionRequested',
        data: { alertId, by: 'operator:test operator', comment: 'the provider fixed it' },
      },
      metadata: { actor: 'operator:test operator', audit: { reason: 'the provider fixed it', via: 'rest' } },
    });
  });

  it('B19: what is none, of our own or over is refused, and nobody may who only looks', async () => {
    const own = `alert${api.number}`;
    expect(await resolve(own)).toMatchObject({ status: 409, body: { code: 'ALERT_NOT_EXTERNAL' } });
    expect(await resolve('none')).toMatchObject({ status: 404 });
    expect(await resolve(own, 'viewer')).toMatchObject({ status: 403 });
    await api.endExternal();
    expect(await resolve(`alert-of-external${api.number}`)).toMatchObject({
      status: 409,
      body: { code: 'ALERT_NOT_OPEN' },
    });
  });
});
