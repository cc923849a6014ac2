import { holding, type Principal } from '#contracts';
import { externalAlertActs } from './external-alert-acts.js';
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
    expect((await api.toldSignals()).map((signal) => 'by' in signal && signal.by)).toEqual([
      'operator:test operator',
      'operator:test operator',
    ]);
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

  it('stands in the timeline of its incident, over REST and over GraphQL, with who said so and why', async () => {
    await api.openIncident();
    const incidentId = await api.openExternal();
    const alertId = `alert-of-${incidentId}`;
    const operator = await api.served.as('operator');
    await api.served.send('POST', `/v1/alerts/${alertId}/resolve`, operator, { comment: 'fixed there' });
    const data = { alertId, incidentId, by: 'operator:test operator', comment: 'fixed there' };
    const { body } = await api.served.send('GET', `/v1/incidents/${incidentId}`, operator);
    const timeline = body['timeline'] as unknown as readonly { readonly event: { readonly type: string } }[];
    expect(timeline.map(({ event }) => event.type)).toEqual([
      'AlertFired',
      'IncidentOpened',
      'AlertResolutionRequested',
    ]);
    expect(timeline.at(-1)).toMatchObject({ event: { data }, metadata: { actor: 'operator:test operator' } });
    const query = `{ incident(incidentId: "${incidentId}") { timeline { type actor data } } }`;
    const graph = await api.served.send('POST', '/graphql', operator, { query });
    const { incident } = graph.body['data'] as unknown as {
      readonly incident: { readonly timeline: readonly object[] };
    };
    expect(incident.timeline.at(-1)).toMatchObject({ type: 'AlertResolutionRequested', data });
  });

  it('is resolved as it was seen: by the tag of the alert, and not where it changed since', async () => {
    await api.openIncident();
    const alertId = `alert-of-${await api.openExternal()}`;
    const authorization = await api.served.as('operator');
    const seen = await fetch(`${api.served.url}/v1/alerts/${alertId}`, { headers: { authorization } });
    const tag = seen.headers.get('etag') ?? '';
    const resolveAs = async (ifMatch: string) =>
      (
        await fetch(`${api.served.url}/v1/alerts/${alertId}/resolve`, {
          method: 'POST',
          headers: { authorization, 'if-match': ifMatch },
        })
      ).status;
    expect([await resolveAs('"7.0"'), await resolveAs(tag), await resolveAs(tag)]).toEqual([412, 202, 202]);
    await api.endExternal();
    expect([await resolveAs(tag), await resolveAs('*')]).toEqual([409, 409]);
  });

  it('what ends while it is decided is refused, and nobody is told', async () => {
    await api.openIncident();
    const alertId = `alert-of-${await api.openExternal()}`;
    const { eventStore } = api.served.parts;
    const { append } = eventStore;
    let isEnded = false;
    Object.assign(eventStore, {
      append: async (...args: Parameters<typeof append>) => {
        if (!isEnded && args[0].some(({ stream }) => stream.startsWith('resolution-'))) {
          isEnded = true;
          await api.endExternal();
        }
        return append(...args);
      },
    });
    const answer = await resolve(alertId);
    Object.assign(eventStore, { append });
    expect(answer).toMatchObject({ status: 409, body: { code: 'ALERT_NOT_OPEN' } });
    expect([await api.toldIn(`resolution-${alertId}`), await api.toldSignals()]).toEqual([[], []]);
  });

  it('what came after it was said is neither recorded nor told, where the same is said again', async () => {
    await api.openIncident();
    const first = `alert-of-${await api.openExternal()}`;
    const acts = externalAlertActs(api.served.parts);
    const once = { subject: 'key:k', key: 'reply-1', hash: 'h' };
    const who = { keyId: 'k', subject: 'key:k', name: 'alice', nodeId: undefined };
    const caller: Principal = { ...who, ...holding('operator'), terms: { once } };
    await acts.resolveAlerts([first], caller);
    expect(await api.toldSignals()).toHaveLength(1);
    await api.openIncident();
    const later = `alert-of-${await api.openExternal()}`;
    await acts.resolveAlerts([first, later], caller);
    expect([await api.toldIn(`resolution-${later}`), await api.toldSignals()]).toEqual([[], []]);
  });

  it('B19: what is none, of our own or over is refused, and nobody may who only looks', async () => {
    const own = `alert${api.number}`;
    expect(await resolve(own)).toMatchObject({ status: 409, body: { code: 'ALERT_NOT_EXTERNAL' } });
    expect(await resolve('none')).toMatchObject({ status: 404 });
    const authorization = await api.served.as('operator');
    const asSeen = { method: 'POST', headers: { authorization, 'if-match': '*' } };
    expect((await fetch(`${api.served.url}/v1/alerts/none/resolve`, asSeen)).status).toBe(404);
    expect(await resolve(own, 'viewer')).toMatchObject({ status: 403 });
    await api.endExternal();
    expect(await resolve(`alert-of-external${api.number}`)).toMatchObject({
      status: 409,
      body: { code: 'ALERT_NOT_OPEN' },
    });
  });
});
