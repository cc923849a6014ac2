import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { graphql } from './graphql.js';
import { RequestFailed } from './request.js';
import { apiKey, SessionContext } from './session.js';
import { useAct } from './use-act.js';

const ACT = graphql(
  'mutation Note($input: NoteIncidentInput!) { noteIncident(input: $input) { userErrors { code message path } } }',
);
type Act = ReturnType<typeof useAct<{ noteIncident: null }, { clientMutationId?: string | null }>>;

/** The hook as a page that was shown once has it. */
const actOf = (): Act => {
  let act: Act | undefined;
  const Page = () => {
    act = useAct(ACT as never) as Act;
    return null;
  };
  const session = { key: apiKey('k.secret'), end: () => undefined };
  renderToStaticMarkup(createElement(SessionContext, { value: session }, createElement(Page)));
  if (act === undefined) throw new Error('the page was not shown');
  return act;
};

interface Asked {
  readonly authorization: string | undefined;
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
}

const fetchOf = globalThis.fetch;
let asked: Asked[];
let answers: (() => Response | Promise<Response>)[];
beforeEach(() => {
  [asked, answers] = [[], []];
  globalThis.fetch = async (_url, { body, headers } = {}) => {
    const { variables } = JSON.parse(body as string) as { variables: { input: { clientMutationId: string } } };
    const { clientMutationId: id, ...input } = variables.input;
    asked.push({
      authorization: new Headers(headers).get('authorization') ?? undefined,
      id,
      input,
    });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError('nobody answers');
    return answer();
  };
});
afterEach(() => (globalThis.fetch = fetchOf));

const done =
  (userErrors: readonly object[] = []) =>
  () =>
    Response.json({ data: { noteIncident: { userErrors } } });
const problem = (status: number, code: string) => () =>
  Response.json({ errors: [{ message: code, extensions: { status, code, title: code } }] }, { status });
const lost = () => Promise.reject(new TypeError('network error'));

describe('an act', () => {
  it('is sent with the key and an id of its own, and another one with another id', async () => {
    const act = actOf();
    answers = [done(), done()];
    expect([await act({}), await act({})]).toEqual([[], []]);
    expect(asked.map(({ authorization }) => authorization)).toEqual(['Bearer k.secret', 'Bearer k.secret']);
    expect(asked[0]?.id).toMatch(/^[0-9a-f]{32}$/);
    expect(asked[1]?.id).not.toBe(asked[0]?.id);
  });

  it.each([
    ['the line broke', lost],
    ['a balancer gave up', () => new Response('<html>', { status: 504 })],
    ['the answer broke off', () => new Response('{"da', { status: 200 })],
    ['the database was away', problem(503, 'DATABASE_UNAVAILABLE')],
  ])('is the same act when it is pressed again after %s: nobody knows whether it was done', async (_what, failure) => {
    const act = actOf();
    answers = [failure, failure, done(), done()];
    for (let attempt = 0; attempt < 2; attempt += 1) await expect(act({})).rejects.toThrow(RequestFailed);
    await act({});
    await act({});
    const [first, second, third, fourth] = asked.map(({ id }) => id);
    expect([second, third]).toEqual([first, first]);
    expect(fourth).not.toBe(first);
  });

  it('is another act after nobody knows whether it was done, where something else is asked for', async () => {
    const act = actOf();
    answers = [lost, done()];
    await expect(act({ comment: 'one' } as object)).rejects.toThrow(RequestFailed);
    await act({ comment: 'another' } as object);
    expect(asked[1]?.id).not.toBe(asked[0]?.id);
    expect(asked[1]?.input).toEqual({ comment: 'another' });
  });

  it('is another act where another time is asked for', async () => {
    const act = actOf();
    const until = (hour: string) => ({ person: 'ann', until: `2021-07-22T${hour}:00:00.000Z` }) as object;
    answers = [lost, done()];
    await expect(act(until('16'))).rejects.toThrow(RequestFailed);
    await act(until('04'));
    expect(asked[1]?.id).not.toBe(asked[0]?.id);
    expect(asked[1]?.input).toEqual(until('04'));
  });

  it.each([
    ['it was refused', problem(403, 'PERMISSION_DENIED')],
    ['the key was not known', problem(401, 'KEY_UNKNOWN')],
  ])('is another act after %s: it was not done', async (_what, failure) => {
    const act = actOf();
    answers = [failure, done()];
    await expect(act({})).rejects.toThrow(RequestFailed);
    await act({});
    expect(asked[1]?.id).not.toBe(asked[0]?.id);
  });

  it('that cannot be done says why, and the next press is another act', async () => {
    const act = actOf();
    const error = { code: 'INCIDENT_RESOLVED', message: 'it is over', path: null };
    answers = [done([error]), done()];
    expect(await act({})).toEqual([error]);
    await act({});
    expect(asked[1]?.id).not.toBe(asked[0]?.id);
  });
});
