import { CONTENT_TYPE, encodeProtobuf, event, HEADER, streamOf } from '#contracts';
import { openTestDatabase, serveRoles, until } from '#testing';
import { type Answer, batchOf, send, serveGateway, type ServedGateway } from './gateway.fixture.js';
import { gateway } from './gateway.role.js';

const OUTCOMES = '/v1/telemetry/outcomes';
let served: ServedGateway;
let key: string;
beforeAll(async () => {
  served = await serveGateway();
  key = await served.keyOf('node', 'n1');
});
afterAll(() => served.stop());

const post = (body: Uint8Array | string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(served.url, 'POST', OUTCOMES, { authorization: key, 'content-type': CONTENT_TYPE.protobuf, ...headers }, body);
const good = (seq: number): Uint8Array => encodeProtobuf(batchOf(served.clock, { seq }));
const letters = () => served.records('telemetry.dead-letter');

describe('the bounds of the gateway', () => {
  it('keep twenty dead letters a second, and again in the next', async () => {
    for (let i = 0; i < 30; i += 1) expect((await post('rubbish')).status).toBe(400);
    await served.clock.advance(1_000);
    await post('x'.repeat(100_000));
    const kept = await until('the last is kept', async () => {
      const found = await letters();
      return found.at(-1)?.value.length === 65_536 && found;
    });
    expect(kept).toHaveLength(21);
  });

  it('keep what holds a NUL and half a surrogate', async () => {
    const before = (await letters()).length;
    await served.clock.advance(1_000);
    const answer = await post('{"a":\u0000 \\ud800', { 'content-type': CONTENT_TYPE.jsonColumns });
    expect(answer).toMatchObject({ status: 400, body: { code: 'BODY_UNPARSABLE' } });
    const found = await until('it is kept', async () => (await letters()).slice(before)[0]);
    expect(found.headers).toMatchObject({
      [HEADER.reason]: 'BODY_UNPARSABLE',
      [HEADER.contentType]: CONTENT_TYPE.jsonColumns,
    });
  });

  it('refuse a body that is compressed, and a tag that is no tag', async () => {
    expect(await post(good(1), { 'content-encoding': 'gzip' })).toMatchObject({
      status: 415,
      body: { code: 'CONTENT_TYPE_UNKNOWN' },
    });
    for (const long of [{ 'x-tocsin-tag': 'a'.repeat(129) }, { 'x-tocsin-key-id': 'a'.repeat(129) }])
      expect(await post(good(1), { 'x-tocsin-key-id': 'n1.1', 'x-tocsin-tag': 'a', ...long })).toMatchObject({
        status: 401,
        body: { code: 'TAG_INVALID', detail: expect.stringContaining('at most 128') },
      });
  });

  it('let 512 wait for a log that hangs, and no more; those are taken when it is back', async () => {
    const before = (await served.records('telemetry.outcomes')).length;
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    const held = served.parts.database.transaction(async (tx) => {
      await tx.query('lock table log_record in access exclusive mode');
      await released;
    });
    await until('the log hangs', async () => {
      const [row] = await served.parts.database.query<{ n: number }>(
        "select count(*)::int as n from pg_locks where mode = 'AccessExclusiveLock' and granted",
      );
      return (row?.n ?? 0) > 0;
    });
    const refusals: Answer[] = [];
    const all = Array.from({ length: 520 }, async (_unused, index) => {
      const answer = await post(good(100 + index));
      if (answer.status === 503) refusals.push(answer);
      return answer;
    });
    await until('eight are refused', () => refusals.length >= 8);
    release();
    await held;
    const answers = await Promise.all(all);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(512);
    expect(refusals).toHaveLength(8);
    for (const { body, retryAfter } of refusals) {
      expect(body).toMatchObject({ code: 'LOG_UNAVAILABLE', detail: expect.stringContaining('512 requests wait') });
      expect(retryAfter).toBe('1');
    }
    expect((await served.records('telemetry.outcomes')).length).toBe(before + 512);
  });
});

describe('a key', () => {
  it('that was revoked is nobody, after the five seconds that it is remembered', async () => {
    const doomed = await served.keyOf('node', 'n1');
    expect(await post(good(1), { authorization: doomed })).toMatchObject({ status: 202 });
    const keyId = /^Bearer ([^.]+)/.exec(doomed)?.[1] ?? '';
    const append = { stream: streamOf.key(keyId), expectedVersion: 1, events: [event('ApiKeyRevoked', { keyId })] };
    await served.parts.eventStore.append([append], { actor: 'test', cause: 'test' });
    await served.clock.advance(5_001);
    expect(await post(good(2), { authorization: doomed })).toMatchObject({
      status: 401,
      body: { code: 'KEY_UNKNOWN' },
    });
  });

  it('finds nothing at a path that is none', async () => {
    const answer = await send(served.url, 'POST', '/v1/telemetry/outcome', { authorization: key });
    expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(answer.contentType).toContain('application/problem+json');
  });
});

describe('readiness', () => {
  it('names no part of a gateway that reads commands', async () => {
    const test = await openTestDatabase();
    const other = await serveRoles([gateway], test);
    expect(await other.parts.readiness.unready()).toEqual({});
    await other.close();
    await test.close();
  });
});
