import { post } from '#outgoing';
import { decideAttempt } from './attempt.decide.js';
import type { Attempt, OutgoingDelivery } from './channel.js';
import { slackWebhookChannel } from './slack-webhook.channel.js';
import { slackChannel } from './slack.channel.js';
import { type FakeSlack, startFakeSlack } from './slack.fake.js';

const TOKEN = 'xoxb-1234567890-token';
const HOOK = '/services/T0/B0/secretsecret';
const NOW_MS = 1_700_000_000_000;
const WORKSPACE = { token: TOKEN, channels: { '#ops': 'C01', U07: 'D07' }, webhook: { path: HOOK, channel: 'C02' } };

let slack: FakeSlack;
let nowMs = NOW_MS;
beforeEach(async () => {
  slack = await startFakeSlack(WORKSPACE);
});
afterEach(() => slack.close());

const delivery = (changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'in1',
  body: { incidentId: 'in1', title: 'success 23 % < 99 %', severity: 'critical', at: NOW_MS, release: 'v2' },
  ...changes,
});
const channel = (url = slack.url) => slackChannel({ url: new URL(url), token: TOKEN, channel: '#ops' });
const send = (changes: Partial<OutgoingDelivery> = {}, attempt: Partial<Attempt> = {}) =>
  channel().send(delivery(changes), { nowMs: NOW_MS, ...attempt });
const throughHook = (changes: Partial<OutgoingDelivery> = {}, path = HOOK) =>
  slackWebhookChannel({ url: new URL(path, slack.url) }).send(delivery(changes), { nowMs: NOW_MS });
const call = async (method: string, body: unknown, token = TOKEN, url = slack.url) => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const request = { url: new URL(method, url), headers, body: JSON.stringify(body), timeoutMs: 5_000 };
  const answer = await post(request, []);
  return 'status' in answer ? `${answer.status} ${answer.detail}` : answer.kind;
};
const sectionOf = (chars: number) => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(chars) } });
const buttonsOf = (index: number): string[] =>
  (slack.posts[index]?.blocks ?? []).flatMap((block) =>
    block.type === 'actions' ? block.elements.map(({ action_id: id }) => id) : [],
  );

describe('the fake Slack', () => {
  it.each([
    ['another channel', { channel: '#none', text: 'x' }, 'channel_not_found'],
    ['neither text nor blocks', { channel: '#ops' }, 'no_text'],
    ['51 blocks', { channel: '#ops', blocks: Array.from({ length: 51 }, () => sectionOf(1)) }, 'invalid_blocks'],
    ['a section of 3,001 characters', { channel: '#ops', blocks: [sectionOf(3_001)] }, 'invalid_blocks'],
    ['an empty section', { channel: '#ops', blocks: [sectionOf(0)] }, 'invalid_blocks'],
    [
      'more than 13,000 characters',
      { channel: '#ops', blocks: Array.from({ length: 5 }, () => sectionOf(2_999)) },
      'msg_blocks_too_long',
    ],
    ['an unknown thread', { channel: '#ops', text: 'x', thread_ts: '1.1' }, 'thread_not_found'],
  ])('refuses %s with status 200', async (_what, body, error) => {
    expect(await call('/api/chat.postMessage', body)).toBe(`200 {"ok":false,"error":"${error}"}`);
    expect(slack.posts).toEqual([]);
  });

  it('refuses a foreign token, another method, and to change what it does not have or is named by a name', async () => {
    expect(await call('/api/chat.postMessage', { channel: '#ops', text: 'x' }, 'other')).toContain('invalid_auth');
    expect(await call('/api/chat.other', {})).toContain('unknown_method');
    expect(await call('/api/chat.update', { channel: 'C01', ts: '1.1', text: 'x' })).toContain('message_not_found');
    await send();
    const [posted] = slack.posts;
    expect(await call('/api/chat.update', { channel: '#ops', ts: posted?.ts, text: 'x' })).toContain('not_found');
  });

  it('refuses by text at the webhook: another path, no JSON, nothing to say', async () => {
    expect(await throughHook({}, '/services/T0/B0/othersecret')).toMatchObject({ status: 403 });
    expect(await call(HOOK, {})).toBe('400 no_text');
    expect(slack.posts).toEqual([]);
  });

  it('takes a message a second of a channel, and one more at once', async () => {
    const paced = await startFakeSlack({ ...WORKSPACE, nowMs: () => nowMs });
    const tell = () => call('/api/chat.postMessage', { channel: '#ops', text: 'x' }, TOKEN, paced.url);
    expect(await tell()).toContain('"ok":true');
    expect(await tell()).toContain('"ok":true');
    nowMs += 900;
    expect(await channel(paced.url).send(delivery(), { nowMs })).toMatchObject({ status: 429, retryAfter: '1' });
    nowMs += 100;
    expect(await tell()).toContain('"ok":true');
    await paced.close();
  });
});

describe('the Slack channel', () => {
  it('posts one message for a key, changes it by what follows, and keeps the timeline in its thread', async () => {
    const first = await send();
    expect(first).toMatchObject({ kind: 'answered', status: 200, receiverId: 'C01:1626954424.000001' });
    const known = 'receiverId' in first ? (first.receiverId ?? '') : '';
    const acknowledged = { ...delivery().body, status: 'acknowledged', acknowledgedBy: 'user:ana' };
    expect(await send({ action: 'acknowledge', body: acknowledged }, { known })).toMatchObject({ receiverId: known });
    const resolved = { ...acknowledged, status: 'resolved', because: 'recovered' };
    expect(await send({ action: 'resolve', body: resolved }, { known })).toMatchObject({ receiverId: known });
    expect(slack.posts.map(({ text, thread, edits }) => [text, thread === undefined, edits])).toEqual([
      ['Resolved: success 23 % &lt; 99 %', true, 2],
      ['Acknowledged: success 23 % &lt; 99 %', false, 0],
      ['Resolved: success 23 % &lt; 99 %', false, 0],
    ]);
  });

  it('offers what fits: to acknowledge until somebody did, to roll back until something does, nothing when it is over', async () => {
    await send();
    expect(buttonsOf(0)).toEqual(['acknowledge', 'silence', 'roll_back']);
    await send({ body: { ...delivery().body, acknowledgedBy: 'user:ana', rollbacks: [{ status: 'running' }] } });
    expect(buttonsOf(1)).toEqual(['silence']);
    await send({ body: { ...delivery().body, status: 'resolved', acknowledgedBy: 'user:ana' } });
    expect(buttonsOf(2)).toEqual([]);
  });

  it("has the incident's id as the value of its buttons, and asks before it rolls back", async () => {
    await send({ dedupKey: 'in1:vp' });
    const actions = slack.posts[0]?.blocks.find((block) => block.type === 'actions');
    expect(actions?.elements.map(({ value }) => value)).toEqual(['in1', 'in1', 'in1']);
    expect(actions?.elements[2]?.confirm).toMatchObject({ style: 'danger' });
  });

  it('what is about no incident has nothing to press that can only fail', async () => {
    await send({ dedupKey: 'channel-webhook', body: { title: 'nothing is sent through webhook', severity: 'error' } });
    expect(buttonsOf(0)).toEqual([]);
    const links = [{ href: 'https://runbooks.example/webhook', text: 'What to do' }];
    await send({ dedupKey: 'channel-webhook', body: { title: 't', severity: 'error', links } });
    expect(buttonsOf(1)).toEqual(['open']);
  });

  it('posts anew when its message is gone', async () => {
    expect(await send({ action: 'update' }, { known: 'C01:9.9' })).toMatchObject({
      status: 200,
      receiverId: 'C01:1626954424.000001',
    });
  });

  it('reaches a user by its address', async () => {
    expect(await send({ address: 'U07' })).toMatchObject({ receiverId: 'D07:1626954424.000001' });
  });

  it('shows everybody what asks for something or widens, the others in the thread alone', async () => {
    await send();
    const known = 'C01:1626954424.000001';
    await send({ action: 'update' }, { known });
    await send({ action: 'request' }, { known });
    const widens = { scope: 'fleet', key: 'fleet', reason: 'success 80 %' };
    await send({ action: 'update', body: { ...delivery().body, widens } }, { known });
    expect(slack.posts.map(({ isBroadcast }) => isBroadcast)).toEqual([false, false, true, true]);
  });

  it('a status of 200 that says no is a refusal, and one that says later is tried again', async () => {
    const none = slackChannel({ url: new URL(slack.url), token: TOKEN, channel: '#none' });
    expect(await none.send(delivery(), { nowMs: NOW_MS })).toEqual({
      kind: 'refused',
      status: 200,
      detail: 'channel_not_found',
    });
    slack.faults.push({ status: 200, body: '{"ok":false,"error":"ratelimited"}' });
    expect(await send()).toMatchObject({ kind: 'later' });
    slack.faults.push({ status: 200, body: '{"ok":false,"error":"internal_error"}' });
    expect(await send()).toMatchObject({ kind: 'network' });
  });

  it('what says neither yes nor no may have been taken: broken off behind its headers, or said by somebody between', async () => {
    slack.faults.push('cut', { status: 200, body: '<html>a captive portal</html>' });
    expect(await send()).toMatchObject({ kind: 'network' });
    expect(slack.posts).toHaveLength(1);
    expect(await send()).toMatchObject({ kind: 'network' });
    slack.faults.push({ status: 200, body: '{"ok":true,"channel":"C0' });
    const taken = await send();
    expect(taken).toMatchObject({ kind: 'answered', status: 200 });
    expect('receiverId' in taken).toBe(false);
  });

  it('a change that broke off may be repeated: nothing that cannot be folded was sent', async () => {
    await send();
    const known = 'C01:1626954424.000001';
    slack.faults.push('cut');
    const cut = await send({ action: 'update' }, { known });
    expect(cut).toMatchObject({ kind: 'unreached' });
    expect(decideAttempt(cut, 1, NOW_MS, 0, { isKeyed: false, wasUnknown: true })).toMatchObject({ outcome: 'retry' });
    expect(await send({ action: 'update' }, { known })).toMatchObject({ receiverId: known });
    expect(slack.posts.map(({ edits, thread }) => [edits, thread === undefined])).toEqual([
      [2, true],
      [0, false],
    ]);
  });

  it('answers 429, 500, a reset and a hang as values, and repeats the change before the thread', async () => {
    slack.faults.push({ status: 429, retryAfter: '30' }, { status: 500 }, 'reset', 'hang');
    expect(await send()).toMatchObject({ status: 429, retryAfter: '30' });
    expect(await send()).toMatchObject({ status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    expect(await send({}, { signal: AbortSignal.timeout(50) })).toMatchObject({ kind: 'network' });
    await send();
    const known = 'C01:1626954424.000001';
    // The change is taken, its thread is not told.
    slack.faults.push({ status: 200, body: `{"ok":true,"channel":"C01","ts":"1626954424.000001"}` }, 'reset');
    expect(await send({ action: 'update' }, { known })).toMatchObject({ kind: 'network' });
    await send({ action: 'update' }, { known });
    expect(slack.posts.map(({ edits }) => edits)).toEqual([1, 0]);
  });

  it('calls nobody by a name that looks like a mention', async () => {
    await send({ body: { title: '<!channel> & <@U1>' } });
    expect(slack.posts[0]?.text).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;');
  });
});

describe('the Slack webhook', () => {
  it('says the same in a message of its own, with links for buttons', async () => {
    const links = [{ href: 'https://tocsin.example/incidents/in1', text: 'Open the incident' }];
    expect(await throughHook({ body: { ...delivery().body, links } })).toMatchObject({ status: 200, detail: 'ok' });
    await throughHook({ action: 'resolve' });
    expect(slack.posts.map(({ text }) => text)).toEqual(['success 23 % &lt; 99 %', 'Resolved: success 23 % &lt; 99 %']);
    expect(buttonsOf(0)).toEqual(['open']);
  });

  it('is told ok: whatever else comes with 200 leaves open whether it was taken', async () => {
    slack.faults.push('cut', { status: 200, body: '<html>a captive portal</html>' });
    expect(await throughHook()).toMatchObject({ kind: 'network' });
    expect(slack.posts).toHaveLength(1);
    expect(await throughHook()).toMatchObject({ kind: 'network' });
  });

  it('keeps its path out of what is recorded', () => {
    expect(slackWebhookChannel({ url: new URL(HOOK, slack.url) }).secrets).toContain(HOOK);
  });
});
