import { event, streamOf } from '#contracts';
import { until } from '#testing';
import { type EventFeed, WAITERS_MAX } from './event-feed.js';
import { EVENT_FEED } from './tokens.js';
import { type ServedApi, serveApi, tellStory } from './api.fixture.js';

interface Events {
  readonly events: readonly {
    readonly position: number;
    readonly event: { readonly type: string; readonly data: object };
  }[];
  readonly position: number;
}

describe('the events', () => {
  let served: ServedApi;
  let viewer: string;
  let feed: EventFeed;
  beforeEach(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
    feed = served.get(EVENT_FEED);
  });
  afterEach(() => served.end());
  const get = async (query: string): Promise<Events> =>
    (await served.send('GET', `/v1/events?${query}`, viewer)).body as unknown as Events;
  const revoke = (keyId: string) =>
    served.parts.eventStore.append(
      [{ stream: streamOf.key(keyId), expectedVersion: 0, events: [event('ApiKeyRevoked', { keyId })] }],
      { actor: 'test', cause: 'test' },
    );

  it('B15: come in order, from any position on, without the hashes of secrets', async () => {
    const all = await get('after=0');
    const { body } = await served.send('GET', '/v1/events/head', viewer);
    expect(all.events.map(({ position }) => position)).toEqual(all.events.map((_each, index) => index + 1));
    expect(body).toEqual({ position: all.position });
    expect(await get('after=2&limit=3')).toEqual({ events: all.events.slice(2, 5), position: 5 });
    expect(all.events.map(({ event: { type } }) => type)).toContain('ApiKeyCreated');
    expect(JSON.stringify(all)).not.toContain('secretHash');
    expect(await get(`after=${all.position}`)).toEqual({ events: [], position: all.position });
    for (const query of ['after=-1', 'limit=1001', 'waitMs=30001', 'after=x'])
      expect([query, (await served.send('GET', `/v1/events?${query}`, viewer)).status]).toEqual([query, 400]);
  });

  it('events of an incident or of a stream are pages in the one order, each with its sentence', async () => {
    const errorOf = (code: string) => ({ errors: [{ extensions: { code } }] });
    const dataOf = async (query: string): Promise<Readonly<Record<string, never>>> => {
      const { body } = await served.ask(query, viewer);
      expect([query, body['errors'] ?? []]).toEqual([query, []]);
      return body['data'] as unknown as Readonly<Record<string, never>>;
    };
    const fields = 'nodes { position stream type text } pageInfo { hasNextPage endCursor }';
    const of = (data: Readonly<Record<string, never>>) =>
      data['events'] as unknown as {
        readonly nodes: readonly { readonly position: number; readonly stream: string; readonly text: string }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
      };
    const first = of(await dataOf(`{ events(incidentId: "in1", first: 3) { ${fields} } }`));
    const after = `after: "${first.pageInfo.endCursor}"`;
    const rest = of(await dataOf(`{ events(incidentId: "in1", ${after}) { ${fields} } }`));
    const timeline = (await served.send('GET', '/v1/incidents/in1', viewer)).body['timeline'] as unknown as readonly {
      readonly position: number;
    }[];
    const read = [...first.nodes, ...rest.nodes];
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    expect(read.map(({ position }) => position)).toEqual(timeline.map(({ position }) => position));
    expect(read.find(({ stream }) => stream === 'incident-in1')?.text).toMatch(/^an incident opened, by alert al1: /);
    const own = of(await dataOf(`{ events(stream: "incident-in1") { ${fields} } }`));
    expect(own.nodes).toEqual(read.filter(({ stream }) => stream === 'incident-in1'));
    expect(of(await dataOf(`{ events(stream: "none") { ${fields} } }`)).nodes).toEqual([]);
    for (const [asked, code] of [
      ['incidentId: "none"', 'NOT_FOUND'],
      ['stream: ""', 'QUERY_INVALID'],
      ['incidentId: "in1", stream: "incident-in1"', 'QUERY_INVALID'],
    ])
      expect([asked, (await served.ask(`{ events(${asked}) { __typename } }`, viewer)).body]).toMatchObject([
        asked,
        errorOf(code!),
      ]);
  });

  it('B15: wake everybody who waits for them with one look, and nobody else', async () => {
    const head = await served.parts.eventStore.head();
    const waits = [0, 0, 0].map(() => get(`after=${head}&waitMs=30000`));
    const later = get(`after=${head + 1}&waitMs=30000`);
    await until('four wait', () => feed.waiting === 4);
    await revoke('k9');
    await until('one waits', async () => {
      await served.clock.advance(100);
      return feed.waiting === 1;
    });
    for (const { events, position } of await Promise.all(waits)) {
      expect(events.map(({ event: { type } }) => type)).toEqual(['ApiKeyRevoked']);
      expect(position).toBe(head + 1);
    }
    await revoke('k10');
    await until('nobody waits', async () => {
      await served.clock.advance(100);
      return feed.waiting === 0;
    });
    expect((await later).position).toBe(head + 2);
  });

  it('are waited for only so long', async () => {
    const head = await served.parts.eventStore.head();
    const wait = get(`after=${head}&waitMs=1000`);
    await until('one waits', () => feed.waiting === 1);
    await until('nobody waits', async () => {
      await served.clock.advance(100);
      return feed.waiting === 0;
    });
    expect(await wait).toEqual({ events: [], position: head });
  });

  it('are not kept for a client that left', async () => {
    const head = await served.parts.eventStore.head();
    const leaving = new AbortController();
    const wait = fetch(`${served.url}/v1/events?after=${head}&waitMs=30000`, {
      headers: { authorization: viewer },
      signal: leaving.signal,
    });
    await until('one waits', () => feed.waiting === 1);
    leaving.abort();
    await expect(wait).rejects.toThrow('aborted');
    await until('nobody waits', () => feed.waiting === 0);
  });

  it('let everybody go when the server stops, who comes later too', async () => {
    const head = await served.parts.eventStore.head();
    const wait = get(`after=${head}&waitMs=30000`);
    await until('one waits', () => feed.waiting === 1);
    const closed = served.close();
    expect(await feed.after({ after: head, limit: 1, waitMs: 30_000 }, new AbortController().signal)).toEqual([]);
    await closed;
    expect(await wait).toEqual({ events: [], position: head });
  });

  it('are refused to more who wait than the bound', async () => {
    const head = await served.parts.eventStore.head();
    const query = { after: head, limit: 1, waitMs: 30_000 };
    const clients = Array.from({ length: WAITERS_MAX }, () => new AbortController());
    const waits = clients.map(({ signal }) => feed.after(query, signal));
    await until('all wait', () => feed.waiting === WAITERS_MAX);
    expect(await served.send('GET', `/v1/events?after=${head}&waitMs=1000`, viewer)).toMatchObject({
      status: 503,
      body: { code: 'WAITERS_TOO_MANY' },
    });
    for (const client of clients) client.abort();
    expect((await Promise.all(waits)).flat()).toEqual([]);
  });
});
