import { event, streamOf } from '#contracts';
import { until } from '#testing';
import { type ServedApi, serveApi, tellStory } from '../api.fixture.js';
import { openStream, type OpenStream } from './live.fixture.js';
import { FOLLOWERS } from '../tokens.js';
import { BEAT_EVERY_MS, CHECK_EVERY_MS, FOLLOWERS_PER_SUBJECT_MAX, type Followers } from './followers.js';

describe('the stream of events', () => {
  let served: ServedApi;
  let viewer: string;
  const opened: OpenStream[] = [];
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
  });
  afterEach(() => {
    for (const stream of opened.splice(0)) stream.close();
  });
  afterAll(() => served.end());

  const follow = async (query: string, headers: Readonly<Record<string, string>> = {}): Promise<OpenStream> => {
    const stream = await openStream(`${served.url}/v1/stream?${query}`, { authorization: viewer, ...headers });
    opened.push(stream);
    return stream;
  };
  const head = () => served.parts.eventStore.head();
  let revoked = 0;
  const revoke = (keyId = `nobody-${(revoked += 1)}`, expectedVersion = 0) =>
    served.parts.eventStore.append(
      [{ stream: streamOf.key(keyId), expectedVersion, events: [event('ApiKeyRevoked', { keyId })] }],
      { actor: 'test', cause: 'test' },
    );
  const untilMoved = (what: string, condition: () => boolean | Promise<boolean>): Promise<unknown> =>
    until(what, async () => {
      await served.clock.advance(100);
      return condition();
    });
  const upTo = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from }, (_each, index) => from + 1 + index);

  it('B15: tells what was recorded and what is, each with its position, as every answer of the events does', async () => {
    const before = await head();
    const stream = await follow('after=0');
    await untilMoved('the past came', () => stream.positions().length === before);
    await revoke();
    await untilMoved('the present came', () => stream.positions().length > before);
    expect([stream.status, stream.headers]).toMatchObject([
      200,
      { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    ]);
    expect(stream.positions()).toEqual(upTo(0, before + 1));
    const data = stream
      .text()
      .split('\n')
      .flatMap((line) => (line.startsWith('data: ') ? [JSON.parse(line.slice(6))] : []));
    const { body } = await served.send('GET', '/v1/events?after=0', viewer);
    expect(data).toEqual(body['events']);
    expect(stream.text()).not.toContain('secretHash');
    expect(stream.text()).toMatch(/^retry: 1\d{3}\nid: 0\n\n/);
  });

  it('B15: goes on after the last id that a client has, whatever the address says, and from now on without one', async () => {
    const before = await head();
    const [resumed, fresh] = [await follow('after=0', { 'last-event-id': `${before - 2}` }), await follow('')];
    await revoke();
    await untilMoved('both have it', () => resumed.positions().length === 3 && fresh.positions().length === 1);
    expect([resumed.positions(), fresh.positions()]).toEqual([upTo(before - 2, before + 1), [before + 1]]);
  });

  it('chooses by type, stream, incident, rule and region', async () => {
    const { body } = await served.send('GET', '/v1/events?after=0', viewer);
    const all = body['events'] as unknown as readonly {
      position: number;
      stream: string;
      event: { type: string; data: object };
    }[];
    const of = (chosen: (each: (typeof all)[number]) => boolean) => all.filter(chosen).map(({ position }) => position);
    const said = (part: string) => (each: (typeof all)[number]) => JSON.stringify(each.event.data).includes(part);
    const cases: readonly (readonly [string, readonly number[]])[] = [
      ['types=AlertFired,IncidentOpened', of(({ event: { type } }) => ['AlertFired', 'IncidentOpened'].includes(type))],
      [
        'types=AlertFired&types=IncidentOpened',
        of(({ event: { type } }) => ['AlertFired', 'IncidentOpened'].includes(type)),
      ],
      ['stream=incident-in1', of(({ stream }) => stream === 'incident-in1')],
      ['stream=alert-', of(({ stream }) => stream.startsWith('alert-'))],
      ['incident=in1', of((each) => said('"incidentId":"in1"')(each) || each.stream.endsWith('-in1'))],
      ['rule=dns_resolution_success_rate', of(said('"rule":"dns_resolution_success_rate"'))],
      ['region=eu-central', of(said('"region":"eu-central"'))],
      ['region=us-east', of((each) => said('|us-east"')(each) || said('"region":"us-east"')(each))],
    ];
    for (const [query, wanted] of cases) {
      const stream = await follow(`after=0&${query}`);
      await untilMoved(query, () => stream.positions().length >= wanted.length);
      expect([query, wanted.length > 0, stream.positions()]).toEqual([query, true, wanted]);
    }
  });

  it('says that it lives, and where a client with filters is', async () => {
    const stream = await follow('after=0&types=IncidentOpened');
    await untilMoved('a beat', () => stream.text().includes(': beat'));
    expect(stream.text()).toContain(`: beat\nid: ${await head()}\n\n`);
    expect(BEAT_EVERY_MS).toBeLessThan(30_000);
  });

  it('refuses what it cannot follow, who may not, and more of one key than the bound', async () => {
    const deploy = await served.as('deploy');
    const wrong: readonly (readonly [string, Record<string, string>, number])[] = [
      ['after=-1', {}, 400],
      ['types=Nothing', {}, 400],
      [`after=${(await head()) + 1}`, {}, 400],
      ['', { 'last-event-id': 'x' }, 400],
      ['', { authorization: deploy }, 403],
      ['', { authorization: 'Bearer a.b' }, 401],
    ];
    for (const [query, headers, status] of wrong) {
      const stream = await follow(query, headers);
      expect([query, stream.status, stream.headers['content-type']]).toEqual([
        query,
        status,
        'application/problem+json; charset=utf-8',
      ]);
    }
    const many = Array.from({ length: FOLLOWERS_PER_SUBJECT_MAX }, () => follow('types=AlertFired'));
    await Promise.all(many);
    const [onceMore, ofAnother] = [await follow(''), await follow('', { authorization: await served.as('operator') })];
    expect([onceMore.status, ofAnother.status]).toEqual([503, 200]);
    const followers = served.get<Followers>(FOLLOWERS);
    for (const stream of opened.splice(0)) stream.close();
    await until('all have left', () => followers.size === 0);
  });

  it('ends within seconds for a key that is revoked, and says why', async () => {
    const key = await served.keyOf('viewer');
    const [stream, other] = [await follow('', { authorization: key }), await follow('')];
    await revoke(key.slice('Bearer '.length).split('.')[0], 1);
    const fromMs = served.clock.nowMs();
    await untilMoved('it ended', () => stream.isOver());
    expect(served.clock.nowMs() - fromMs).toBeLessThanOrEqual(3 * CHECK_EVERY_MS);
    expect(stream.text()).toMatch(/event: end\ndata: \{.*"code":"KEY_UNKNOWN".*\}\n\n$/);
    expect(other.isOver()).toBe(false);
  });

  it('has nothing to say to HEAD', async () => {
    const response = await fetch(`${served.url}/v1/stream`, { method: 'HEAD', headers: { authorization: viewer } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await until('nobody follows', () => served.get<Followers>(FOLLOWERS).size === 0);
  });
});
