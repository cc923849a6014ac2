import { NOW_MS } from '../api.fixture.js';
import { AnsweredApi, slackHeaders } from './replies.fixture.js';

let api: AnsweredApi;
beforeAll(async () => {
  api = await AnsweredApi.serve();
});
afterAll(() => api.served.end());

interface Sending {
  readonly signing?: Parameters<typeof slackHeaders>[1];
  /** What was signed, where that is not what is sent. */
  readonly raw?: string;
}
const send = async (payload: unknown, { signing = {}, raw }: Sending = {}) => {
  const body = JSON.stringify(payload);
  const response = await fetch(`${api.served.url}/v1/callbacks/slack/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...slackHeaders(raw ?? body, signing) },
    body,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('a reply in the thread of a page in Slack', () => {
  let sentEvents = 0;
  const threadOf = (number: number) => `1690000000.00${number}`;
  beforeEach(async () => {
    await api.openIncident();
    await api.pagedInSlack(`C1:${threadOf(api.number)}`);
  });
  const typed = (changes: object = {}) => ({
    token: 'not read',
    team_id: 'T1',
    api_app_id: 'A1',
    type: 'event_callback',
    event_id: `Ev${(sentEvents += 1)}`,
    event_time: Math.floor(NOW_MS / 1_000),
    event: {
      type: 'message',
      channel: 'C1',
      channel_type: 'channel',
      user: 'U1',
      text: 'the provider confirms it',
      ts: '1690000100.000100',
      thread_ts: threadOf(api.number),
      parent_user_id: 'UTOCSIN',
      ...changes,
    },
  });
  const taken = { status: 200, body: { taken: true } };
  const forgotten = { status: 200, body: { taken: false } };

  it('is in the timeline of the incident, by who typed it', async () => {
    expect(await send(typed())).toMatchObject(taken);
    expect(await api.timeline()).toMatchObject([
      { type: 'IncidentNoted', data: { by: 'slack:U1', text: 'the provider confirms it', via: 'slack' } },
    ]);
    const { body } = await api.served.send('GET', `/v1/incidents/${api.incidentId}`, await api.served.as('viewer'));
    expect(JSON.stringify(body)).toContain('the provider confirms it');
  });

  it('is there once, however often Slack tells it', async () => {
    const told = typed();
    expect(await send(told)).toMatchObject(taken);
    // Told again it is signed again.
    expect(await send(told, { signing: { atMs: NOW_MS + 60_000 } })).toMatchObject({
      status: 200,
      body: { taken: false, because: 'note was done with it already' },
    });
    await Promise.all([told, told, told].map((each) => send(each)));
    expect(await api.timeline()).toHaveLength(1);
  });

  it('is as it was typed, and as long as a note may be', async () => {
    await send(typed({ text: ' loss &gt; 5 % &amp;amp; rising ' }));
    await send(typed({ text: 'x'.repeat(40_000) }));
    expect((await api.timeline()).map(({ data }) => 'text' in data && data.text)).toEqual([
      'loss > 5 % &amp; rising',
      'x'.repeat(4_000),
    ]);
  });

  it('is one also where it is shown in the channel, or has a file', async () => {
    await send(typed({ subtype: 'thread_broadcast' }));
    await send(typed({ subtype: 'file_share', files: [{ id: 'F1' }] }));
    expect(await api.timeline()).toHaveLength(2);
    expect(await send(typed({ subtype: 'file_share', text: '', files: [{ id: 'F1' }] }))).toMatchObject(forgotten);
    expect(await api.timeline()).toHaveLength(2);
  });

  it('of somebody whom nobody listed, or who may only look, it is taken and forgotten', async () => {
    expect(await send(typed({ user: 'U2' }))).toEqual({
      status: 200,
      body: { taken: false, because: 'user U2 is not in SLACK_USERS' },
    });
    expect(await send(typed({ user: 'U3' }))).toMatchObject(forgotten);
    expect(await api.timeline()).toEqual([]);
  });

  it('what programs say, edits, and what is outside a thread are no replies', async () => {
    const others = [
      { bot_id: 'B1', app_id: 'A1', user: 'UTOCSIN' },
      { subtype: 'bot_message', bot_id: 'B2', user: undefined },
      { subtype: 'message_changed', message: { text: 'edited', user: 'U1', thread_ts: threadOf(api.number) } },
      { subtype: 'message_deleted', deleted_ts: '1690000100.000100' },
      { thread_ts: undefined },
      { type: 'reaction_added' },
      { type: 'channel_created', channel: { id: 'C1' } },
    ];
    for (const changes of others) expect(await send(typed(changes))).toMatchObject(forgotten);
    expect(await api.timeline()).toEqual([]);
  });

  it('in a thread of no incident of ours it is taken and forgotten', async () => {
    const head = () => api.served.parts.eventStore.head();
    await api.pagedInSlack(`C1:1690000000.9${api.number}`, { title: 'of no incident' });
    const before = await head();
    expect(await send(typed({ thread_ts: '1690000000.777' }))).toMatchObject(forgotten);
    expect(await send(typed({ channel: 'C2' }))).toMatchObject(forgotten);
    expect(await send(typed({ thread_ts: `1690000000.9${api.number}` }))).toMatchObject(forgotten);
    expect(await head()).toEqual(before);
  });

  it('what is not signed by Slack, is old, or was changed on its way is refused', async () => {
    const told = typed();
    const refused = { status: 401, body: { code: 'SIGNATURE_INVALID' } };
    for (const signing of [
      { secret: 'another secret of somebody' },
      { atMs: NOW_MS - 301_000 },
      { atMs: NOW_MS + 301_000 },
    ])
      expect(await send(told, { signing })).toMatchObject(refused);
    expect(await send(told, { raw: JSON.stringify(typed({ user: 'U2' })) })).toMatchObject(refused);
    expect(await api.timeline()).toEqual([]);
    expect(await send(told)).toMatchObject(taken);
  });

  it('what fails is told again by Slack, and done then', async () => {
    const { eventStore } = api.served.parts;
    const write = eventStore.append;
    const told = typed();
    Object.assign(eventStore, { append: () => Promise.reject(new Error('the database is away')) });
    expect((await send(told)).status).toBeGreaterThanOrEqual(500);
    Object.assign(eventStore, { append: write });
    expect(await send(told)).toMatchObject(taken);
    expect(await api.timeline()).toHaveLength(1);
  });
});

describe("the address of Slack's events", () => {
  it('answers the question whether it is ours, where Slack asks', async () => {
    const asked = {
      type: 'url_verification',
      token: 'not read',
      challenge: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
    };
    expect(await send(asked)).toEqual({ status: 200, body: { challenge: asked.challenge } });
    expect((await send(asked, { signing: { secret: 'another secret of somebody' } })).status).toBe(401);
  });

  it('takes and forgets what it cannot read, so that the next one still comes', async () => {
    for (const payload of [[], 'x', { type: 'app_rate_limited' }, { type: 'event_callback' }])
      expect(await send(payload)).toMatchObject({ status: 200, body: { taken: false } });
  });

  it('reads no body that is larger than a proof may be over', async () => {
    expect((await send({ type: 'event_callback', text: 'x'.repeat(524_288) })).status).toBe(413);
  });
});
