import { post } from '#outgoing';
import type { OutgoingDelivery } from './channel.js';
import { teamsChannel } from './teams.channel.js';
import { type FakeTeams, startFakeTeams } from './teams.fake.js';

const PATH = '/workflows/0123456789abcdef/triggers/manual/paths/invoke?sig=secretsecret';
const NOW_MS = 1_700_000_000_000;
let teams: FakeTeams;
let nowMs = NOW_MS;
beforeEach(async () => {
  teams = await startFakeTeams(PATH);
});
afterEach(() => teams.close());

const delivery = (changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'in1',
  body: { incidentId: 'in1', title: 'success 23 % < 99 %', severity: 'critical', at: NOW_MS },
  ...changes,
});
const send = (changes: Partial<OutgoingDelivery> = {}, path = PATH, url = teams.url) =>
  teamsChannel({ url: new URL(path, url) }).send(delivery(changes), { nowMs: NOW_MS });
const raw = (body: unknown) => {
  const request = { url: new URL(PATH, teams.url), headers: {}, timeoutMs: 5_000 };
  return post({ ...request, body: typeof body === 'string' ? body : JSON.stringify(body) }, []);
};

describe('the fake Teams', () => {
  const card = (content: object) => ({
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  });
  const good = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: [{ type: 'TextBlock', text: 'x' }],
  };

  it.each([
    ['no JSON', 'x', 400],
    ['the body of a retired connector', { '@type': 'MessageCard', text: 'x' }, 400],
    ['a card without a body', card({ ...good, body: [] }), 400],
    ['an unknown colour', card({ ...good, body: [{ type: 'TextBlock', text: 'x', color: 'red' }] }), 400],
    ['an action that submits', card({ ...good, actions: [{ type: 'Action.Submit', title: 'x' }] }), 400],
    ['29 kB', card({ ...good, body: [{ type: 'TextBlock', text: 'x'.repeat(29_000) }] }), 413],
  ])('refuses %s', async (_what, body, status) => {
    expect(await raw(body)).toMatchObject({ status });
    expect(teams.cards).toEqual([]);
  });

  it('refuses another signature', async () => {
    expect(await send({}, PATH.replace('secretsecret', 'othersecret'))).toMatchObject({ status: 401 });
  });

  it('takes four requests a second', async () => {
    const paced = await startFakeTeams(PATH, () => nowMs);
    for (const expected of [202, 202, 202, 202, 429])
      expect(await send({}, PATH, paced.url)).toMatchObject({ status: expected });
    nowMs += 1_000;
    expect(await send({}, PATH, paced.url)).toMatchObject({ status: 202 });
    await paced.close();
  });
});

describe('the Teams channel', () => {
  it('says a page as a card: its headline in colour, its facts, and links as buttons', async () => {
    const links = [{ href: 'https://tocsin.example/incidents/in1', text: 'Open the incident' }];
    await send({ body: { ...delivery().body, links } });
    await send({ action: 'resolve', body: { ...delivery().body, status: 'resolved', because: 'recovered' } });
    expect(teams.cards).toMatchObject([
      {
        body: [{ text: 'success 23 % < 99 %', color: 'attention' }, { type: 'FactSet' }],
        actions: [{ title: 'Open the incident', url: 'https://tocsin.example/incidents/in1' }],
      },
      {
        body: [
          { text: 'Resolved: success 23 % < 99 %', color: 'good' },
          { facts: expect.arrayContaining([{ title: 'State', value: 'resolved: recovered' }]) },
        ],
      },
    ]);
  });

  it('makes no link of a name', async () => {
    await send({ body: { title: '[Acme](https://evil.example)' } });
    expect(teams.cards[0]?.body[0]).toMatchObject({ text: '[Acme] (https://evil.example)' });
  });

  it('answers 429 with its Retry-After, 500, a reset and a hang as values', async () => {
    teams.faults.push({ status: 429, retryAfter: '3' }, { status: 500 }, 'reset', 'hang');
    expect(await send()).toMatchObject({ status: 429, retryAfter: '3' });
    expect(await send()).toMatchObject({ status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    const { requestOf, secrets } = teamsChannel({ url: new URL(PATH, teams.url) });
    const hung = await post({ ...requestOf(delivery(), NOW_MS), timeoutMs: 50 }, secrets);
    expect(hung).toMatchObject({ kind: 'timeout' });
  });

  it('keeps its signature out of what is recorded', () => {
    expect(teamsChannel({ url: new URL(PATH, teams.url) }).secrets).toContain('secretsecret');
  });
});
