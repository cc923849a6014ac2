import { post } from '#outgoing';
import { decideAttempt } from './attempt.decide.js';
import type { Attempt, Channel, OutgoingDelivery } from './channel.js';
import { opsgenieChannel } from './opsgenie.channel.js';
import { type FakeOpsgenie, startFakeOpsgenie } from './opsgenie.fake.js';

const KEY = 'eb243592-faa2-4ba2-a551q-1afdf565c889';
const NOW_MS = 1_700_000_000_000;
let opsgenie: FakeOpsgenie;
let channel: Channel;
let waitedMs: number[];
let onWait = (): void => undefined;
beforeEach(async () => {
  opsgenie = await startFakeOpsgenie(KEY);
  channel = channelOf(KEY);
  waitedMs = [];
  onWait = () => undefined;
});
afterEach(() => opsgenie.close());

const delivery = (changes: Partial<OutgoingDelivery> = {}): OutgoingDelivery => ({
  deliveryId: 'd-1',
  subject: 'page',
  action: 'trigger',
  dedupKey: 'in1',
  body: { incidentId: 'in1', title: 'success 23 % < 99 %', severity: 'critical', at: NOW_MS },
  ...changes,
});
/** A channel that waits for nothing. */
const channelOf = (key: string): Channel => {
  const sleep = async (ms: number): Promise<void> => {
    waitedMs.push(ms);
    onWait();
  };
  return opsgenieChannel({ url: new URL(opsgenie.alertsUrl), key, sleep });
};
const send = (changes: Partial<OutgoingDelivery> = {}, attempt: Partial<Attempt> = {}) =>
  channel.send(delivery(changes), { nowMs: NOW_MS, ...attempt });
const raw = async (body: unknown, path = '') => {
  const headers = { authorization: `GenieKey ${KEY}`, 'content-type': 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await post({ url: new URL(opsgenie.alertsUrl + path), headers, body: text, timeoutMs: 5_000 }, []);
  return 'status' in answer ? answer.status : answer.kind;
};

describe('the fake Opsgenie', () => {
  const good = { message: 'm', alias: 'in1' };

  it.each([
    ['no JSON', 'x', 400],
    ['no message', { alias: 'in1' }, 422],
    ['a message of 131 characters', { ...good, message: 'x'.repeat(131) }, 422],
    ['an alias of 513 characters', { ...good, alias: 'x'.repeat(513) }, 422],
    ['a description of 15,001 characters', { ...good, description: 'x'.repeat(15_001) }, 422],
    ['21 tags', { ...good, tags: Array.from({ length: 21 }, (_, index) => `t${index}`) }, 422],
    ['a tag of 51 characters', { ...good, tags: ['x'.repeat(51)] }, 422],
    ['a priority P0', { ...good, priority: 'P0' }, 422],
    ['a detail that is no text', { ...good, details: { score: 1_520 } }, 422],
    ['an unknown field', { ...good, severity: 'critical' }, 422],
    ['an unknown responder', { ...good, responders: [{ type: 'channel', name: 'x' }] }, 422],
  ])('refuses %s', async (_what, body, status) => {
    expect(await raw(body)).toBe(status);
    expect(opsgenie.alerts).toEqual([]);
  });

  it('refuses a foreign key, another path, and an alias that is not called one', async () => {
    expect(await channelOf('other').send(delivery(), { nowMs: NOW_MS })).toMatchObject({ status: 401 });
    expect(await raw({}, '/in1/snooze?identifierType=alias')).toBe(404);
    expect(await raw({}, '/in1/close')).toBe(422);
  });

  it('folds by alias while it is open, and makes it anew when it is closed', async () => {
    await send();
    await send();
    await send({ action: 'resolve' });
    await send();
    expect(opsgenie.alerts.map(({ alias, status, count }) => [alias, status, count])).toEqual([
      ['in1', 'closed', 2],
      ['in1', 'open', 1],
    ]);
  });
});

describe('the Opsgenie channel', () => {
  it('opens an alert by its alias, acknowledges and closes it', async () => {
    await send({ address: 'schedule:dns' });
    expect(opsgenie.alerts).toMatchObject([
      {
        alias: 'in1',
        status: 'open',
        message: 'success 23 % < 99 %',
        priority: 'P1',
        responders: [{ type: 'schedule', name: 'dns' }],
      },
    ]);
    await send({ action: 'acknowledge' });
    expect(opsgenie.alerts[0]?.status).toBe('acknowledged');
    await send({ action: 'resolve' });
    expect(opsgenie.alerts[0]?.status).toBe('closed');
  });

  it.each([
    ['ana@example.com', { type: 'user', username: 'ana@example.com' }],
    ['user:ana@example.com', { type: 'user', username: 'ana@example.com' }],
    ['dns', { type: 'team', name: 'dns' }],
    ['escalation:dns', { type: 'escalation', name: 'dns' }],
  ])('asks for the responder %s', async (address, responder) => {
    await send({ address });
    expect(opsgenie.alerts[0]?.responders).toEqual([responder]);
  });

  it('tells what is new as a note: a repeated trigger changes no word of an open alert', async () => {
    await send();
    await send({
      action: 'update',
      body: { ...delivery().body, widens: { scope: 'fleet', key: 'fleet', reason: 'r' } },
    });
    const [alert] = opsgenie.alerts;
    expect(alert?.count).toBe(1);
    expect(alert?.notes[0]).toContain('Update: now the fleet (r): success 23 % < 99 %\n');
  });

  it('B11: what began and ended before it could be told is an alert that wakes nobody, and not a note to none', async () => {
    const over = { startedAt: NOW_MS, resolvedAt: NOW_MS + 1 };
    await send({ action: 'update', body: { ...delivery().body, severity: 'info', priority: 'P0', over } });
    expect(opsgenie.alerts).toMatchObject([{ alias: 'in1', status: 'open', priority: 'P5', notes: [] }]);
  });

  it('calls somebody above by an alert of its own', async () => {
    await send();
    await send({ action: 'escalate', dedupKey: 'in1:vp' });
    expect(opsgenie.alerts.map(({ alias }) => alias)).toEqual(['in1', 'in1:vp']);
  });

  it('records that it was accepted, and what became of it', async () => {
    expect(await send()).toMatchObject({ receiverId: 'request-1', detail: 'accepted as request-1: Created alert' });
    expect(await send()).toMatchObject({ detail: 'accepted as request-2: Deduplicated alert' });
  });

  it('a page counts as delivered when it was seen made, not when it was accepted', async () => {
    opsgenie.isSlow = true;
    const slow = await send();
    expect(slow).toEqual({ kind: 'later', status: 202, detail: 'accepted as request-1, not processed yet' });
    expect(decideAttempt(slow, 1, NOW_MS, 0)).toMatchObject({ outcome: 'retry' });
    expect(waitedMs).toEqual([200, 600, 1_000]);
    opsgenie.isSlow = false;
    // The next attempt asks what became of it, and sends nothing again.
    expect(await send()).toMatchObject({ receiverId: 'request-1', detail: 'accepted as request-1: Created alert' });
    expect(opsgenie.alerts).toMatchObject([{ count: 1 }]);
  });

  it('looks again while it is not processed', async () => {
    opsgenie.isSlow = true;
    onWait = () => {
      opsgenie.isSlow = waitedMs.length < 3;
    };
    expect(await send()).toMatchObject({ kind: 'answered', detail: 'accepted as request-1: Created alert' });
  });

  it('a page that was accepted and is refused later is no page, whenever that is seen', async () => {
    opsgenie.isSlow = true;
    expect(await send()).toMatchObject({ kind: 'later' });
    opsgenie.faults.push({ status: 200, body: '{"data":{"isSuccess":false,"status":"Alert limit exceeded"}}' });
    expect(await send()).toMatchObject({ kind: 'refused', detail: expect.stringContaining('Alert limit exceeded') });
  });

  it('what nobody knows of for a minute is sent again, and folded by its alias', async () => {
    opsgenie.isSlow = true;
    await send();
    expect(await send({}, { nowMs: NOW_MS + 59_999 })).toMatchObject({ kind: 'later' });
    opsgenie.isSlow = false;
    expect(await send({}, { nowMs: NOW_MS + 60_000 })).toMatchObject({
      detail: 'accepted as request-2: Deduplicated alert',
    });
  });

  it('a key that may not look must believe what was accepted', async () => {
    opsgenie.faults.push({ status: 202, body: '{"requestId":"r1"}' }, { status: 403 });
    expect(await send()).toMatchObject({
      kind: 'answered',
      status: 202,
      detail: 'accepted as r1, and not looked at: 403',
    });
  });

  it('an end that finds no alert is told once more, since it may be early; then there is none', async () => {
    const ends = { action: 'resolve', dedupKey: 'in2', deliveryId: 'd-2' } as const;
    expect(await send(ends)).toMatchObject({ kind: 'later' });
    await send({ dedupKey: 'in2' });
    expect(await send(ends)).toMatchObject({ kind: 'answered', detail: 'accepted as request-3: close done' });
    expect(opsgenie.alerts).toMatchObject([{ alias: 'in2', status: 'closed' }]);
    expect(await send({ ...ends, deliveryId: 'd-3' })).toMatchObject({ kind: 'later' });
    expect(await send({ ...ends, deliveryId: 'd-3' })).toMatchObject({
      kind: 'answered',
      detail: 'accepted as request-5, nothing to do: there is no such alert',
    });
  });

  it('a page that was accepted and then not made is refused', async () => {
    opsgenie.faults.push(
      { status: 202, body: '{"requestId":"r1"}' },
      { status: 200, body: '{"data":{"isSuccess":false,"status":"Alert limit exceeded"}}' },
    );
    expect(await send()).toEqual({
      kind: 'refused',
      status: 202,
      detail: 'accepted as r1, then not done: Alert limit exceeded',
    });
  });

  it('answers 429 with its Retry-After, 500, a reset and a hang as values; a look that fails says nothing, and is made again', async () => {
    opsgenie.faults.push({ status: 429, retryAfter: '7' }, { status: 500 }, 'reset', 'hang');
    expect(await send()).toMatchObject({ status: 429, retryAfter: '7' });
    expect(await send()).toMatchObject({ status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    expect(await send({}, { signal: AbortSignal.timeout(50) })).toMatchObject({ kind: 'network' });
    opsgenie.faults.push({ status: 202, body: '{"requestId":"request-1"}' }, 'reset', { status: 500 }, 'reset');
    expect(await send()).toMatchObject({ kind: 'later' });
    opsgenie.faults.push({ status: 429, retryAfter: '7' });
    expect(await send()).toMatchObject({ status: 429, retryAfter: '7' });
    opsgenie.faults.push('cut');
    expect(await send({ deliveryId: 'd-2' })).toMatchObject({ kind: 'network' });
  });
});
