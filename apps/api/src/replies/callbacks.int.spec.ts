import { createHmac } from 'node:crypto';
import { streamOf } from '#contracts';
import { NOW_MS } from '../api.fixture.js';
import { AnsweredApi, PAGERDUTY_SECRET, slackHeaders } from './replies.fixture.js';

type Signing = Parameters<typeof slackHeaders>[1];

let api: AnsweredApi;
beforeAll(async () => {
  api = await AnsweredApi.serve();
});
afterAll(() => api.served.end());
beforeEach(() => api.openIncident());

describe('a button in Slack', () => {
  const pressed = (changes: object = {}) => ({
    type: 'block_actions',
    user: { id: 'U1', username: 'alice', team_id: 'T1' },
    actions: [{ action_id: 'acknowledge', block_id: 'b', value: api.incidentId, type: 'button' }],
    response_url: 'http://127.0.0.1:1/not-slack',
    ...changes,
  });
  const press = async (payload: unknown, { tamper = '', ...signing }: Signing & { readonly tamper?: string } = {}) => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const response = await fetch(`${api.served.url}/v1/callbacks/slack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...slackHeaders(body, signing) },
      body: body + tamper,
    });
    return { status: response.status, body: (await response.json()) as { readonly text: string } };
  };

  it('acknowledges, and says so to the one who pressed it; the same request again does nothing', async () => {
    expect(await press(pressed())).toMatchObject({
      status: 200,
      body: { response_type: 'ephemeral', text: 'Done: it is acknowledged.' },
    });
    expect((await press(pressed())).body.text).toMatch(/^Not done/);
    expect(await api.timeline()).toMatchObject([
      { type: 'IncidentAcknowledged', data: { by: 'slack:alice', via: 'slack' } },
    ]);
  });

  it('silences, and says why it rolls nothing back', async () => {
    const action = (action_id: string, value = api.incidentId) => pressed({ actions: [{ action_id, value }] });
    expect((await press(action('silence'))).body.text).toMatch(/^Done: its alerts page nobody for an hour/);
    expect((await press(action('roll_back', 'in1'))).body.text).toMatch(/^Not done: rollback rb1 is running/);
    expect((await press(action('explode'))).body.text).toBe('Tocsin knows no such button.');
  });

  it('ends an alert of another system, with who pressed it and where, once', async () => {
    const external = await api.openExternal();
    const resolve = pressed({ actions: [{ action_id: 'resolve', value: external }] });
    expect((await press(resolve)).body.text).toBe('Done: it is over.');
    expect((await press(resolve)).body.text).toBe('Not done: resolve was done with it already.');
    expect(await api.saidOver()).toEqual([['slack:alice', `from the page of incident ${external}`, 'slack']]);
    expect(await api.toldSignals()).toMatchObject([{ action: 'resolve', by: 'slack:alice' }]);
    expect((await api.toldIn(streamOf.incident(external))).map(({ type }) => type)).toEqual(['IncidentOpened']);
  });

  it('says nothing of a button that only opens an address', async () => {
    for (const action_id of ['open', 'link_1'])
      expect(await press(pressed({ actions: [{ action_id }] }))).toMatchObject({ status: 200, body: {} });
    expect((await press(pressed({ actions: [{ action_id: 'open' }] }))).body.text).toBeUndefined();
    expect(await api.timeline()).toEqual([]);
  });

  it('does nothing for whom nobody listed, nor for who may only look, and says so', async () => {
    const by = async (user: object) => (await press(pressed({ user }))).body.text;
    expect(await by({ id: 'U2', username: 'alice' })).toBe(
      'Not done: Tocsin does not know you (U2). Whoever runs it lists you in SLACK_USERS.',
    );
    expect(await by({ id: 'U3', username: 'alice' })).toBe('Not done: role viewer may not operate.');
    expect(await api.timeline()).toEqual([]);
    // Its button was not used up.
    expect(await by({ id: 'U1', username: 'bob' })).toBe('Done: it is acknowledged.');
  });

  it('what is not signed by Slack, is old, or was changed on its way is refused', async () => {
    expect((await press(pressed(), { secret: 'another secret of somebody' })).status).toBe(401);
    expect((await press(pressed(), { atMs: NOW_MS - 301_000 })).status).toBe(401);
    expect((await press(pressed(), { atMs: NOW_MS + 301_000 })).status).toBe(401);
    expect((await press(pressed(), { tamper: '&x=1' })).status).toBe(401);
    expect(await api.timeline()).toEqual([]);
  });

  it('a payload of another form is refused', async () => {
    expect((await press({ type: 'view_submission' })).status).toBe(422);
    expect((await press(pressed({ actions: [] }))).status).toBe(422);
  });
});

describe('a webhook of PagerDuty, version 3', () => {
  let sentEvents = 0;
  const webhook = (event_type: string, data: object, changes: object = {}) => ({
    event: {
      id: `01BU${(sentEvents += 1)}`,
      event_type,
      resource_type: 'incident',
      occurred_at: '2021-07-22T11:50:00.000Z',
      agent: { id: 'PLH1', summary: 'Alice', type: 'user_reference' },
      client: null,
      data,
      ...changes,
    },
  });
  const incident = (incident_key = api.incidentId) => ({
    id: `PGR${api.number}`,
    type: 'incident',
    number: 2,
    status: 'acknowledged',
    incident_key,
    assignees: [{ summary: 'Bob' }],
  });
  const post = async (
    payload: unknown,
    { secrets = [PAGERDUTY_SECRET], id = 'w1', raw = JSON.stringify(payload) } = {},
  ) => {
    const signed = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(raw).digest('hex')}`).join(',');
    const response = await fetch(`${api.served.url}/v1/callbacks/pagerduty`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-webhook-id': id,
        ...(secrets.length === 0 ? {} : { 'x-pagerduty-signature': signed }),
      },
      body: raw,
    });
    return {
      status: response.status,
      body: (await response.json()) as { readonly taken: boolean; readonly because: string },
    };
  };
  const acknowledgesSent = async () =>
    (
      (await api.served.send('GET', '/v1/deliveries?limit=200', await api.served.as('viewer'))).body[
        'deliveries'
      ] as unknown as readonly { readonly action: string; readonly dedupKey: string }[]
    ).filter(({ dedupKey }) => dedupKey === api.incidentId);

  it('who acknowledges there has the incident here, and is not told so again', async () => {
    expect(await post(webhook('incident.acknowledged', incident()))).toMatchObject({
      status: 202,
      body: { taken: true },
    });
    await post(webhook('incident.acknowledged', incident()));
    expect(await api.timeline()).toMatchObject([
      { type: 'IncidentAcknowledged', data: { by: 'pagerduty:Alice', via: 'pagerduty' } },
    ]);
    expect((await acknowledgesSent()).filter(({ action }) => action === 'acknowledge')).toEqual([]);
  });

  it('what no person did there, as what Tocsin itself says, answers nothing', async () => {
    const agent = { id: 'PIN1', summary: 'Tocsin', type: 'inbound_integration_reference' };
    for (const type of ['incident.acknowledged', 'incident.resolved'])
      expect((await post(webhook(type, incident(), { agent }))).status).toBe(202);
    expect(await api.timeline()).toEqual([]);
  });

  it('an acknowledgement that comes again when another has it changes nothing', async () => {
    const acknowledged = webhook('incident.acknowledged', incident());
    await post(acknowledged);
    const other = webhook('incident.acknowledged', incident(), { agent: { id: 'B', summary: 'Bob' } });
    await post(other);
    // Under whatever id, which nobody signs.
    expect(await post(acknowledged, { id: 'w2' })).toMatchObject({
      status: 202,
      body: { taken: false, because: 'acknowledge was done with it already' },
    });
    expect((await api.timeline()).map(({ data }) => 'by' in data && data.by)).toEqual([
      'pagerduty:Alice',
      'pagerduty:Bob',
    ]);
  });

  it('who takes a call on has the incident, and its page is told', async () => {
    await post(webhook('incident.acknowledged', incident(`${api.incidentId}:vp`)));
    expect(await api.timeline()).toMatchObject([{ type: 'IncidentAcknowledged', data: { by: 'pagerduty:Alice' } }]);
    expect((await acknowledgesSent()).filter(({ action }) => action === 'acknowledge')).toHaveLength(1);
  });

  it('who takes an overdue status update on has not taken on the incident', async () => {
    for (const type of ['incident.acknowledged', 'incident.resolved'])
      await post(webhook(type, incident(`${api.incidentId}:status_update`)));
    expect(await api.timeline()).toMatchObject([
      { type: 'IncidentNoted', data: { text: 'the overdue status update was acknowledged there' } },
      { type: 'IncidentNoted', data: { text: 'the overdue status update was resolved there' } },
    ]);
  });

  it('what fails half way is done when the webhook comes again', async () => {
    const { eventLog, eventStore } = api.served.parts;
    const [append, write] = [eventLog.append, eventStore.append];
    const external = webhook('incident.resolved', incident(await api.openExternal()));
    const noted = webhook('incident.annotated', { ...incident(), content: 'the provider confirms it' });
    Object.assign(eventLog, { append: () => Promise.reject(new Error('the log is away')) });
    expect((await post(external)).status).toBeGreaterThanOrEqual(500);
    Object.assign(eventLog, { append });
    await post(external);
    expect(await api.toldSignals()).toHaveLength(1);
    expect(await api.saidOver()).toEqual([
      ['pagerduty:Alice', `from the page of incident external${api.number}`, 'pagerduty'],
    ]);
    Object.assign(eventStore, {
      append: (...args: Parameters<typeof write>) =>
        args[0].some(({ stream }) => stream === streamOf.incident(api.incidentId))
          ? Promise.reject(new Error('the database is away'))
          : write(...args),
    });
    expect((await post(noted)).status).toBeGreaterThanOrEqual(500);
    Object.assign(eventStore, { append: write });
    await post(noted);
    expect(await api.timeline()).toMatchObject([{ type: 'IncidentNoted', data: { text: 'the provider confirms it' } }]);
  });

  it('a note there is in the timeline, once, found by what they call the incident', async () => {
    await post(webhook('incident.triggered', incident()));
    const noted = webhook('incident.annotated', {
      id: 'N1',
      type: 'incident_note',
      content: 'the provider confirms it',
      incident: { id: `PGR${api.number}` },
    });
    await post(noted);
    await post(noted);
    expect(await api.timeline()).toMatchObject([
      {
        type: 'IncidentNoted',
        data: { by: 'pagerduty:Alice', text: 'the provider confirms it', via: 'pagerduty.call' },
      },
    ]);
  });

  it('what else happens there is noted', async () => {
    for (const type of ['unacknowledged', 'delegated', 'escalated', 'responder.added'])
      await post(webhook(`incident.${type}`, incident()));
    expect((await api.timeline()).map(({ data }) => 'text' in data && data.text)).toEqual([
      'it is not acknowledged there any more',
      'it was given to Bob there',
      'it was escalated there',
    ]);
  });

  it('B4: resolved there is not over here while its alerts go on: it is noted and taken on', async () => {
    const resolved = webhook('incident.resolved', incident());
    await post(resolved);
    await post(resolved);
    expect(await api.timeline()).toMatchObject([
      { type: 'IncidentNoted', data: { text: expect.stringContaining('it stays open') } },
      { type: 'IncidentAcknowledged' },
    ]);
    const external = await api.openExternal();
    await post(webhook('incident.resolved', incident(external)));
    expect(await api.toldSignals()).toMatchObject([{ action: 'resolve', by: 'pagerduty:Alice' }]);
    expect(await api.saidOver()).toMatchObject([['pagerduty:Alice', expect.stringContaining(external), 'pagerduty']]);
    expect((await api.toldIn(streamOf.incident(external))).map(({ type }) => type)).toEqual(['IncidentOpened']);
  });

  it('one of several signatures is enough, and none is not', async () => {
    expect((await post(webhook('pagey.ping', {}), { secrets: ['an older secret', PAGERDUTY_SECRET] })).status).toBe(
      202,
    );
    expect((await post(webhook('incident.acknowledged', incident()), { secrets: ['an older secret'] })).status).toBe(
      401,
    );
    expect((await post(webhook('incident.acknowledged', incident()), { secrets: [] })).status).toBe(401);
    expect(await api.timeline()).toEqual([]);
  });

  it('what is about nothing of ours, or is nothing, is taken and forgotten, so that the next one still comes', async () => {
    for (const raw of ['{', '[]', '{"event":1}', '"x"'])
      expect(await post({}, { raw })).toMatchObject({ status: 202, body: { taken: false } });
    expect(await post(webhook('incident.acknowledged', incident('of-others')))).toMatchObject({
      status: 202,
      body: { taken: false },
    });
  });
});
