import { type OpenApi, systemClock } from '#runtime';
import { type FuzzRequest, requestsOf } from './fuzz-requests.fixture.js';
import { documentsOf, SCHEMA_QUERY, type SchemaAnswer } from './fuzz-graphql.fixture.js';
import { faultOf, type FuzzSite } from './fuzz-site.fixture.js';

/** What a fuzz found. */
export interface Found {
  /** One line for each answer that no server may give. */
  readonly faults: readonly string[];
  /** Status → answers. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Operations of which at least one request was done. */
  readonly done: ReadonlySet<string>;
}

/** The seed: that of the environment, so that a failure can be had again, or a new one. */
export const fuzzSeed = (): number => Number(process.env['FUZZ_SEED'] ?? systemClock.nowMs() % 1e9);

const lineOf = ({ method, target, by, headers, body }: FuzzRequest): string =>
  `${by}: ${method} ${target.slice(0, 300)} ${JSON.stringify(headers)} ${Buffer.from(body ?? [])
    .toString()
    .slice(0, 600)}`;

/** Asks every operation of the API document so many times. */
export const fuzzRest = async (site: FuzzSite, seed: number, each: number): Promise<Found> => {
  const document = JSON.parse((await site.send('/openapi.json', 'admin')).text) as OpenApi;
  const requests = requestsOf(document, await site.known(), { seed, each });
  const [faults, statuses, done]: [string[], Record<string, number>, Set<string>] = [[], {}, new Set()];
  await site.forEach(requests, async (request) => {
    const { target, by, method, headers, body } = request;
    const answer = await site.send(target, by, method, headers, body);
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
    if (answer.status < 400) done.add(request.operation);
    const fault = faultOf(answer);
    if (fault !== undefined) faults.push(`${request.operation} ${fault}\n    ${lineOf(request)}`);
  });
  return { faults, statuses, done };
};

const codesIn = (text: string): readonly unknown[] => {
  const { errors = [] } = JSON.parse(text) as { readonly errors?: readonly { extensions?: { code?: unknown } }[] };
  return errors.map(({ extensions }) => extensions?.code);
};

/** Asks so many random documents of the GraphQL schema. */
export const fuzzGraphql = async (site: FuzzSite, seed: number, count: number): Promise<Found> => {
  const headers = { 'content-type': 'application/json' };
  const ask = (body: unknown) => site.send('/graphql', 'admin', 'POST', headers, Buffer.from(JSON.stringify(body)));
  const { data } = JSON.parse((await ask({ query: SCHEMA_QUERY })).text) as SchemaAnswer;
  const documents = documentsOf(data.__schema, await site.known(), { seed, count });
  const [faults, statuses, done]: [string[], Record<string, number>, Set<string>] = [[], {}, new Set()];
  await site.forEach(documents, async (document) => {
    const answer = await ask({ query: document.query, variables: document.variables });
    const codes = answer.status < 500 ? codesIn(answer.text) : [];
    const outcome = codes.length === 0 ? 'ok' : String(codes[0]);
    statuses[`${answer.status} ${outcome}`] = (statuses[`${answer.status} ${outcome}`] ?? 0) + 1;
    if (codes.length === 0) for (const root of document.roots) done.add(root);
    const fault =
      faultOf(answer) ?? (codes.some((code) => code === undefined || code === 'INTERNAL') ? 'fails' : undefined);
    if (fault !== undefined)
      faults.push(`${fault}: ${answer.text.slice(0, 500)}\n    ${JSON.stringify(document).slice(0, 1_500)}`);
  });
  return { faults, statuses, done };
};
