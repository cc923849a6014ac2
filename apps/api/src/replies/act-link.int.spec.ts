import { event, LINK_MS_MAX, type ReplyAction, signActLink, streamOf } from '#contracts';
import { TEST_LINK_SECRET } from '#testing';
import { NOW_MS } from '../api.fixture.js';
import { AnsweredApi } from './replies.fixture.js';

let api: AnsweredApi;
beforeAll(async () => {
  api = await AnsweredApi.serve();
});
afterAll(() => api.served.end());
beforeEach(() => api.openIncident());

describe('a signed link', () => {
  const tokenFor = (
    changes: {
      readonly incidentId?: string;
      readonly actions?: readonly ReplyAction[];
      readonly expiresAtMs?: number;
    } = {},
  ) =>
    signActLink(TEST_LINK_SECRET, {
      incidentId: api.incidentId,
      actions: ['acknowledge', 'silence', 'resolve', 'roll_back'],
      person: 'alice',
      expiresAtMs: NOW_MS + LINK_MS_MAX,
      ...changes,
    });
  const open = async (token: string, form?: Readonly<Record<string, string>>) => {
    const response = await fetch(`${api.served.url}/act/${token}`, {
      method: form === undefined ? 'GET' : 'POST',
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    return { status: response.status, headers: response.headers, html: await response.text() };
  };

  it('shows the facts and buttons, loads and runs nothing, and does nothing by being read', async () => {
    const before = await api.served.parts.eventStore.head();
    const { status, headers, html } = await open(tokenFor());
    expect(status).toBe(200);
    expect(html).toContain('success of v2.1.5+c42|us-east');
    expect(html).toContain('<button type="submit">Acknowledge</button>');
    expect(html).toContain('lang="en"');
    expect(html).not.toMatch(/<script|<img|<link|src=|onclick/);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(await api.served.parts.eventStore.head()).toBe(before);
  });

  it('acknowledges, once, under the name it was sent to', async () => {
    const token = tokenFor();
    expect((await open(token, { action: 'acknowledge' })).html).toContain('Done: it is acknowledged.');
    expect(await api.timeline()).toMatchObject([
      { type: 'IncidentAcknowledged', data: { by: 'link:alice', via: 'link' } },
    ]);
    expect((await open(token, { action: 'acknowledge' })).status).toBe(409);
    expect(await api.timeline()).toHaveLength(1);
  });

  it('silences what the incident is about for an hour, once, however often it is pressed at the same time', async () => {
    const token = tokenFor();
    const presses = await Promise.all([1, 2, 3].map(() => open(token, { action: 'silence' })));
    expect(presses.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await api.silences()).toMatchObject([
      {
        createdBy: 'link:alice',
        where: { rule: ['dns_resolution_success_rate'], release: ['v2.1.5+c42'], region: ['us-east'] },
      },
    ]);
    expect(await api.timeline()).toMatchObject([{ type: 'IncidentNoted', data: { by: 'link:alice' } }]);
  });

  it('rolls back after it was asked a second time, what a proposal says: by a request, since an operator approves nothing', async () => {
    const looked = await api.served.send(
      'POST',
      '/v1/rollouts/ro1/rollback/preview',
      await api.served.as('viewer'),
      {},
    );
    const { rollbackId } = looked.body['preview'] as unknown as { rollbackId: string };
    await api.served.parts.eventStore.append(
      [
        {
          stream: streamOf.rollback(rollbackId),
          expectedVersion: 0,
          events: [
            event('RollbackProposed', {
              rollbackId,
              incidentId: api.incidentId,
              rolloutId: 'ro1',
              mode: 'recommend',
              nodes: 1,
              because: 'x',
              at: NOW_MS - 1_000,
            }),
          ],
        },
      ],
      { actor: 'rules', cause: 'story' },
    );
    const token = tokenFor();
    const asked = await open(token, { action: 'roll_back' });
    expect(asked.html).toContain('Yes, roll back');
    expect(await api.toldIn(streamOf.rollback(rollbackId))).toHaveLength(1);
    expect((await open(token, { action: 'roll_back', confirm: 'yes' })).html).toContain(
      `rollback ${rollbackId} was asked for`,
    );
    expect((await api.toldIn(streamOf.rollback(rollbackId))).at(-1)).toMatchObject({
      type: 'RollbackRequested',
      data: { by: 'link:alice' },
    });
    expect(await api.timeline()).toMatchObject([{ type: 'IncidentNoted' }]);
  });

  it('what is over of another system is told to the rules; what is our own stays open, taken on', async () => {
    const external = await api.openExternal();
    expect((await open(tokenFor({ incidentId: external }), { action: 'resolve' })).html).toContain('Done: it is over.');
    expect(await api.toldSignals()).toMatchObject([
      {
        type: 'external_alert',
        source: 'prometheus',
        dedupKey: `690e54ec55263cb2-${api.number}`,
        action: 'resolve',
        by: 'link:alice',
      },
    ]);
    expect(await api.saidOver()).toEqual([['link:alice', `from the page of incident ${external}`, 'link']]);
    expect((await api.toldIn(streamOf.incident(external))).map(({ type }) => type)).toEqual(['IncidentOpened']);
    expect((await open(tokenFor(), { action: 'resolve' })).html).toContain('it stays open until they are well');
    expect((await api.timeline()).map(({ type }) => type)).toEqual(['IncidentNoted', 'IncidentAcknowledged']);
  });

  it('what could not be told to the rules is told when it is pressed again, and was said once', async () => {
    const token = tokenFor({ incidentId: await api.openExternal() });
    const { eventLog } = api.served.parts;
    const { append } = eventLog;
    Object.assign(eventLog, { append: () => Promise.reject(new Error('the log is away')) });
    expect((await open(token, { action: 'resolve' })).status).toBeGreaterThanOrEqual(500);
    Object.assign(eventLog, { append });
    expect((await open(token, { action: 'resolve' })).html).toContain('Done: it is over.');
    expect((await open(token, { action: 'resolve' })).status).toBe(409);
    expect([(await api.toldSignals()).length, (await api.saidOver()).length]).toEqual([1, 1]);
  });

  it('the alert about too many of other systems goes on, whoever says that it is over', async () => {
    const external = await api.openExternal();
    await api.overflows();
    expect((await open(tokenFor({ incidentId: external }), { action: 'resolve' })).html).toContain(
      'its alert goes on: it stays open',
    );
    expect([(await api.toldSignals()).length, (await api.saidOver()).length]).toEqual([1, 1]);
    expect((await api.toldIn(streamOf.incident(external))).slice(2).map(({ type }) => type)).toEqual([
      'IncidentNoted',
      'IncidentAcknowledged',
    ]);
  });

  it.each([
    ['forged', () => `${tokenFor().split('.')[0]}.${'A'.repeat(43)}`, 403],
    ['altered', () => tokenFor().replace('.', 'x.'), 403],
    ['over', () => tokenFor({ expiresAtMs: NOW_MS }), 410],
    ['of an incident that there is not', () => tokenFor({ incidentId: 'nothing' }), 404],
  ])('one that is %s is refused in words, and does nothing', async (_, token, status) => {
    const before = await api.served.parts.eventStore.head();
    const shown = await open(token());
    expect([shown.status, shown.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(shown.html).toContain('Nothing was done');
    expect((await open(token(), { action: 'acknowledge' })).status).toBe(status);
    // What was tried with a link that holds is recorded; with one that does not, nothing is.
    const written = (await api.served.parts.eventStore.head()) - before;
    expect(written).toBe(status === 404 ? 1 : 0);
  });

  it('of the end of an incident shows it, and does nothing', async () => {
    const token = tokenFor({ actions: [] });
    const { status, html } = await open(token);
    expect(status).toBe(200);
    expect(html).toContain('success of v2.1.5+c42|us-east');
    expect(html).not.toContain('<button');
    expect(html).not.toContain('What to do');
    expect((await open(token, { action: 'acknowledge' })).status).toBe(403);
    expect(await api.timeline()).toEqual([]);
  });

  it('does what it is for and nothing else', async () => {
    const token = tokenFor({ actions: ['acknowledge'] });
    expect((await open(token)).html).not.toContain('Silence');
    for (const action of ['silence', 'roll_back', 'anything', ''])
      expect((await open(token, { action })).status).toBe(403);
  });

  it('what an incident is called is text, whatever it is', async () => {
    const opened = (await api.toldIn(streamOf.incident('in1')))[0];
    if (opened?.type !== 'IncidentOpened') throw new Error('no opening');
    const hostile = {
      ...opened.data,
      incidentId: `${api.incidentId}-h`,
      title: `<script>alert(1)</script>" onload='x'`,
    };
    await api.told(streamOf.incident(`${api.incidentId}-h`), event('IncidentOpened', hostile));
    const { html } = await open(tokenFor({ incidentId: `${api.incidentId}-h` }));
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toContain('<script');
  });
});
