import type { OpenApi } from '#runtime';
import { until } from '#testing';
import type { ServedApi } from './api.fixture.js';
import { type Made, SENT_ACTS, type SentAct, serveActs } from './repeats.fixture.js';

/** It has no event: what it began is told by its id. */
const VERIFY = 'POST /v1/audit/verifications';
/** The same; what it finds is of no event either, so backtests.int.spec holds it. */
const BACKTEST = 'POST /v1/backtests';

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: Readonly<Record<string, never>>;
}

describe('every route that names Idempotency-Key or If-Match', () => {
  let served: ServedApi;
  let document: OpenApi;
  const made = new Map<string, Readonly<Record<string, never>>>() satisfies Made;
  beforeAll(async () => {
    served = await serveActs();
    const admin = await served.as('admin');
    for (const role of ['operator', 'deploy', 'engineering_vp'] as const) await served.as(role);
    document = (await served.send('GET', '/openapi.json', admin)).body as unknown as OpenApi;
    const { body } = await served.send('GET', '/v1/incidents/in1/runbook', admin);
    const { steps } = body['runbook'] as unknown as { readonly steps: readonly Readonly<Record<string, never>>[] };
    made.set('runbook', steps[0] ?? {});
  });
  afterAll(() => served.end());

  const naming = (header: string): readonly string[] =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { parameters }]) =>
        parameters.some((each) => '$ref' in each && each.$ref.endsWith(`/${header}`))
          ? [`${method.toUpperCase()} ${path}`]
          : [],
      ),
    );

  const send = async (act: SentAct, headers: Readonly<Record<string, string>>, query = ''): Promise<Answer> => {
    const [method = '', plain = ''] = act.operation.split(' ');
    const response = await fetch(`${served.url}${act.path?.(made) ?? plain}${query}`, {
      method,
      headers: {
        authorization: await served.as(act.by ?? 'admin'),
        ...(act.body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(act.body !== undefined && { body: JSON.stringify(act.body) }),
    });
    const body = (await response.json()) as Answer['body'];
    return { status: response.status, location: response.headers.get('location'), body };
  };
  const head = () => served.parts.eventStore.head();
  const codeOf = (answer: Answer | undefined): string | undefined => answer?.body['code'];
  const staying = ({ stays }: SentAct, { body, ...answer }: Answer) => ({
    ...answer,
    body: stays === undefined ? body : Object.fromEntries(stays.map((name) => [name, body[name]])),
  });

  it('is in the list of those that are sent', () => {
    const sent = SENT_ACTS.map(({ operation }) => operation);
    expect([...sent, VERIFY, BACKTEST].toSorted()).toEqual(naming('IdempotencyKey').toSorted());
    const conditional = naming('IfMatch');
    expect(conditional.length).toBeGreaterThan(20);
    expect(conditional.filter((operation) => !sent.includes(operation))).toEqual([]);
  });

  it.each(SENT_ACTS.map((act) => [act.operation, act] as const))(
    '%s has one effect and one answer under a key',
    async (operation, act) => {
      const key = { 'idempotency-key': `key of ${SENT_ACTS.indexOf(act)}`.replaceAll(' ', '-') };
      const before = await head();
      const isConditional = naming('IfMatch').includes(operation);
      const stale = isConditional ? await send(act, { ...key, 'if-match': '"999.0"' }) : undefined;
      expect([codeOf(stale), await head()]).toEqual([isConditional ? 'PRECONDITION_FAILED' : undefined, before]);
      const first = await send(act, key);
      // The body tells why, where it is refused.
      expect({ ...first, isGood: first.status < 300 }).toEqual({ ...first, isGood: true });
      const after = await head();
      expect(after).toBeGreaterThan(before);
      made.set(operation, first.body);
      const again = await send(act, key);
      expect(act.isShownOnce === true ? codeOf(again) : staying(act, again)).toEqual(
        act.isShownOnce === true ? 'IDEMPOTENCY_KEY_ANSWERED' : staying(act, first),
      );
      const other = await send(act, key, '?other=1');
      expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
      expect(await head()).toBe(after);
    },
  );

  it(`${VERIFY} begins one under a key, and tells how far that is when it is asked for again`, async () => {
    const act: SentAct = { operation: VERIFY, body: {} };
    const key = { 'idempotency-key': 'verify' };
    const first = await send(act, key);
    expect(first).toMatchObject({ status: 202, body: { verification: { status: 'running' } } });
    await until('it has ended', async () => {
      const { body } = await served.send('GET', first.location ?? '', await served.as('admin'));
      return (body['verification'] as unknown as { readonly status: string }).status !== 'running';
    });
    const again = await send(act, key);
    expect(again).toMatchObject({ status: 202, location: first.location, body: { verification: { status: 'whole' } } });
    expect(await send(act, key, '?other=1')).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect((await send(act, { 'idempotency-key': 'another' })).location).not.toBe(first.location);
  });
});
