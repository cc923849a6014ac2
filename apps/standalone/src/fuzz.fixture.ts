import { type OpenApi, systemClock } from '#runtime';
import { seedOf } from '#testing';
import { examples, UNDONE_BY_GRAPHQL, UNDONE_BY_REST } from './fuzz-examples.fixture.js';
import { type FuzzRequest, operationsOf, requestsOf, soundRequestsOf } from './fuzz-requests.fixture.js';
import {
  documentsOf,
  type FuzzDocument,
  operationsIn,
  SCHEMA_QUERY,
  type SchemaAnswer,
  soundDocumentsOf,
} from './fuzz-graphql.fixture.js';
import { faultOf, type FuzzAnswer, type FuzzSite } from './fuzz-site.fixture.js';

/** What a fuzz found. */
export interface Found {
  /** One line for each answer that no server may give. */
  readonly faults: readonly string[];
  /** Status → answers to what was sent at random. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Operations that were done by no request, also not by one that a careful client sends, without those that are named with why. */
  readonly undone: readonly string[];
  /** Names that stand among those that need not be done, and are no operation any more. */
  readonly unknown: readonly string[];
}

/**
 * How often an operation that was not done at random is asked as a careful client asks, with ids that exist by then. Most are done within
 * three; one that takes 20 on average is missed by 4 seeds in 100,000.
 */
const SOUND_TRIES = 200;

/** The seed: that of the environment or of CI, or a new one. */
export const fuzzSeed = (): number => seedOf('FUZZ_SEED') ?? systemClock.nowMs() % 1e9;

/** Readiness says 503 in its own words while something waits, as under the load of this; they too tell nothing of the program. */
export const restFaultOf = (operation: string, answer: FuzzAnswer): string | undefined =>
  faultOf(operation === 'GET /readyz' && answer.status === 503 ? { ...answer, status: 200 } : answer);

const unknownIn = (named: ReadonlyMap<string, string>, operations: readonly string[]): readonly string[] =>
  [...named.keys()].filter((name) => !operations.includes(name));

const lineOf = ({ method, target, by, headers, body }: FuzzRequest): string =>
  `${by}: ${method} ${target.slice(0, 300)} ${JSON.stringify(headers)} ${Buffer.from(body ?? [])
    .toString()
    .slice(0, 600)}`;

/** Asks for each operation again until it is done, and gives those that never were. */
const soundly = async <T>(
  site: FuzzSite,
  left: readonly string[],
  triesOf: (name: string, known: Awaited<ReturnType<FuzzSite['known']>>) => readonly T[],
  ask: (asked: T) => Promise<boolean>,
): Promise<readonly string[]> => {
  const undone: string[] = [];
  const known = await site.known();
  for (const name of left) {
    let isDone = false;
    for (const tried of triesOf(name, known)) {
      isDone = await ask(tried);
      if (isDone) break;
    }
    if (!isDone) undone.push(name);
  }
  return undone.toSorted();
};

/** Does the examples, once for each site: a name that was given is taken in the next round. */
const byExample = async (site: FuzzSite, done: Set<string>): Promise<void> => {
  if (site.hasExamples) return;
  site.hasExamples = true;
  let id = '';
  for (const { operation, target, body } of examples()) {
    const method = operation.split(' ')[0] ?? '';
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const { status, text } = await site.send(target.replace('$', id), 'admin', method, headers, sent);
    if (status >= 400) throw new Error(`${operation}: ${status} ${text}`);
    done.add(operation);
    const [, told = ''] = /"\w*[iI]d":"([^"]+)"/.exec(text) ?? [];
    id = told;
  }
};

/** Asks every operation of the API document so many times. */
export const fuzzRest = async (site: FuzzSite, seed: number, each: number): Promise<Found> => {
  const document = JSON.parse((await site.send('/openapi.json', 'admin')).text) as OpenApi;
  const [faults, statuses, done]: [string[], Record<string, number>, Set<string>] = [[], {}, new Set()];
  const ask = async (request: FuzzRequest): Promise<number> => {
    const { target, by, method, headers, body } = request;
    const answer = await site.send(target, by, method, headers, body);
    if (answer.status < 400) done.add(request.operation);
    const fault = restFaultOf(request.operation, answer);
    if (fault !== undefined) faults.push(`${request.operation} ${fault}\n    ${lineOf(request)}`);
    return answer.status;
  };
  await byExample(site, done);
  await site.forEach(requestsOf(document, await site.known(), { seed, each }), async (request) => {
    const status = await ask(request);
    statuses[status] = (statuses[status] ?? 0) + 1;
  });
  const operations = operationsOf(document);
  const left = operations.filter((name) => !done.has(name) && !UNDONE_BY_REST.has(name));
  const undone = await soundly(
    site,
    left,
    (name, known) => soundRequestsOf(document, known, name, { seed, each: SOUND_TRIES }),
    async (request) => (await ask(request)) < 400,
  );
  return { faults, statuses, undone, unknown: unknownIn(UNDONE_BY_REST, operations) };
};

interface Errors {
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
  readonly data?: Readonly<Record<string, { readonly userErrors?: readonly object[] } | null>> | null;
}

const codesIn = ({ errors = [] }: Errors): readonly unknown[] => errors.map(({ extensions }) => extensions?.code);
/** Whether a mutation did what it was asked; what does not say so was asked at random, and counts where it has no error. */
const wasRefused = ({ data }: Errors): boolean =>
  Object.values(data ?? {}).some((each) => (each?.userErrors?.length ?? 0) > 0);

/** Asks so many random documents of the GraphQL schema. */
export const fuzzGraphql = async (site: FuzzSite, seed: number, count: number): Promise<Found> => {
  const headers = { 'content-type': 'application/json' };
  const post = (body: unknown) => site.send('/graphql', 'admin', 'POST', headers, Buffer.from(JSON.stringify(body)));
  const { data } = JSON.parse((await post({ query: SCHEMA_QUERY })).text) as SchemaAnswer;
  const schema = data.__schema;
  const [faults, statuses, done]: [string[], Record<string, number>, Set<string>] = [[], {}, new Set()];
  const ask = async (document: FuzzDocument): Promise<{ readonly outcome: string; readonly isDone: boolean }> => {
    const answer = await post({ query: document.query, variables: document.variables });
    const told = (answer.status < 500 ? JSON.parse(answer.text) : {}) as Errors;
    const codes = codesIn(told);
    const fault =
      faultOf(answer) ?? (codes.some((code) => code === undefined || code === 'INTERNAL') ? 'fails' : undefined);
    if (fault !== undefined)
      faults.push(`${fault}: ${answer.text.slice(0, 500)}\n    ${JSON.stringify(document).slice(0, 1_500)}`);
    const outcome = codes.length === 0 ? 'ok' : String(codes[0]);
    return {
      outcome: `${answer.status} ${outcome}`,
      isDone: outcome === 'ok' && answer.status === 200 && !wasRefused(told),
    };
  };
  await site.forEach(documentsOf(schema, await site.known(), { seed, count }), async (document) => {
    const { outcome, isDone } = await ask(document);
    statuses[outcome] = (statuses[outcome] ?? 0) + 1;
    // At random it is seldom told whether a mutation was refused: those are asked for by themselves.
    if (isDone && document.query.startsWith('query')) for (const root of document.roots) done.add(root);
  });
  const operations = operationsIn(schema);
  const left = operations.filter((name) => !done.has(name) && !UNDONE_BY_GRAPHQL.has(name));
  const undone = await soundly(
    site,
    left,
    (name, known) => soundDocumentsOf(schema, known, name, { seed, each: SOUND_TRIES }),
    async (document) => (await ask(document)).isDone,
  );
  return { faults, statuses, undone, unknown: unknownIn(UNDONE_BY_GRAPHQL, operations) };
};
