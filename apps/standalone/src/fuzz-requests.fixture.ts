import fc, { type Arbitrary } from 'fast-check';
import { holding, isPermitted, type Permission, PRINCIPAL_ROLES, type PrincipalRole } from '#contracts';
import type { OpenApi } from '#runtime';
import { createDice, fieldsOf, mutateBytes, mutateFields, textOfFields } from '#testing';
import { hostileValue, type Known, type Schema, type Source, spoiled, valueOf } from './fuzz-values.fixture.js';

type Operation = OpenApi['paths'][string][string];

/** Who asks: a role, nobody, or a key that nobody has. */
export type Asker = PrincipalRole | 'nobody' | 'stranger';

/** A request as it is sent. */
export interface FuzzRequest {
  /** As the document has it: `GET /v1/incidents/{id}`. */
  readonly operation: string;
  readonly method: string;
  readonly target: string;
  readonly by: Asker;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

interface Body {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** A body larger than any that is taken, of 1 MiB at most. */
const HUGE = Buffer.from(`{"comment":"${'z'.repeat(1_100_000)}"}`);
const TYPES = [
  'application/json',
  'text/plain',
  'application/xml',
  'application/octet-stream',
  'nonsense',
  'a/b;charset=\u00ff',
];
/** Parts of an address that no program should make: NUL, no UTF-8, half an escape, a way up. */
const RAW_PARTS = [
  '%00',
  '%ed%a0%80',
  '%ff',
  '%',
  '%2',
  '..%2f..',
  'a%2fb',
  '%0d%0a',
  'z'.repeat(3_000),
  "'%20or%201=1",
  '__proto__',
];

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? '');

const jsonBody = (schema: Schema, source: Source): Arbitrary<Uint8Array> => {
  const sound = valueOf(schema, source);
  const dice = fc.nat().map(createDice);
  const place = fc.array(fc.nat({ max: 100 }), { maxLength: 4 });
  const fields = (value: unknown) => (typeof value === 'object' && value !== null ? fieldsOf(value) : []);
  return fc.oneof(
    { arbitrary: sound.map(bytesOf), weight: 9 },
    { arbitrary: fc.tuple(sound, place, hostileValue).map((parts) => bytesOf(spoiled(...parts))), weight: 7 },
    {
      arbitrary: fc
        .tuple(sound, dice)
        .map(([value, thrown]) =>
          Buffer.from(textOfFields(mutateFields(thrown, [...fields(value), ['comment', '"x"']]))),
        ),
      weight: 3,
    },
    { arbitrary: fc.tuple(sound, dice).map(([value, thrown]) => mutateBytes(thrown, bytesOf(value))), weight: 2 },
    { arbitrary: hostileValue.map(bytesOf), weight: 1 },
  );
};

const bodyOf = ({ requestBody }: Operation, source: Source): Arbitrary<Body | undefined> => {
  const contents = Object.entries(requestBody?.content ?? { 'application/json': { schema: {} } });
  const told = contents.map(([type, { schema }]) =>
    (type.includes('json')
      ? jsonBody(schema, source)
      : fc.oneof(fc.uint8Array({ maxLength: 200 }), jsonBody({}, source))
    ).map((bytes) => ({ type, bytes })),
  );
  const other = fc.tuple(fc.constantFrom(...TYPES), fc.uint8Array({ maxLength: 50 }));
  return fc.oneof(
    { arbitrary: fc.oneof(...told), weight: 40 },
    { arbitrary: other.map(([type, bytes]) => ({ type, bytes })), weight: 3 },
    { arbitrary: fc.constant(undefined), weight: 2 },
    { arbitrary: fc.constant({ type: 'application/json', bytes: HUGE }), weight: 1 },
  );
};

/** `incidents` → `incidentId`: what the part of a path after it names. */
const namedIn = (path: string, part: string): string => {
  const before = path.split(`/{${part}}`)[0]?.split('/').at(-1) ?? '';
  if (part !== 'id') return part;
  return before.endsWith('keys') ? 'keyId' : `${before.replace(/ies$/, 'y').replace(/s$/, '')}Id`;
};

const escaped = (text: string): string => encodeURIComponent(Buffer.from(text).toString());

const pathOf = (path: string, source: Source): Arbitrary<string> => {
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, part = '']) =>
    fc.oneof(
      {
        arbitrary: valueOf({ type: 'string', minLength: 1 }, source, namedIn(path, part)).map((text) =>
          escaped(String(text)),
        ),
        weight: 8,
      },
      { arbitrary: fc.constantFrom('1', '0', '-1', '99999999999999999999', '1e3', 'canary'), weight: 1 },
      { arbitrary: fc.constantFrom(...RAW_PARTS), weight: 1 },
    ),
  );
  return fc.tuple(...parts).map((values) => {
    const left = [...values];
    return path.replaceAll(/\{\w+\}/g, () => left.shift() ?? '');
  });
};

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const queryOf = ({ parameters }: Operation, source: Source): Arbitrary<string> => {
  const told = parameters.flatMap((each) => ('in' in each && each.in === 'query' ? [each] : []));
  const pairs = told.map(({ name, schema, required }) => {
    // Nothing is waited for: a long poll would hold the fuzz for as long as it was told to.
    if (name === 'waitMs') return fc.constant(`${name}=0`);
    const value = fc.oneof(
      { arbitrary: valueOf(schema, source, name).map((each) => escaped(asText(each))), weight: 6 },
      { arbitrary: hostileValue.map((each) => escaped(asText(each))), weight: 2 },
      { arbitrary: fc.constantFrom(...RAW_PARTS), weight: 1 },
    );
    const sent = value.map((each) => `${name}=${each}`);
    return fc.oneof(
      sent,
      required ? sent : fc.constant(''),
      fc.tuple(sent, sent).map((twice) => twice.join('&')),
    );
  });
  const other = fc.constantFrom('', '', '', '', 'unheardOf=1', '__proto__=1', 'a[b]=1');
  return fc.tuple(...pairs, other).map((all) => all.filter((each) => each !== '').join('&'));
};

const askerOf = ({ 'x-permission': needed }: Operation): Arbitrary<Asker> => {
  const able = PRINCIPAL_ROLES.filter(
    (role) => needed === 'public' || isPermitted(holding(role), needed as Permission),
  );
  return fc.oneof(
    { arbitrary: fc.constantFrom<Asker>(...(able.includes('admin') ? (['admin'] as const) : able)), weight: 12 },
    { arbitrary: fc.constantFrom<Asker>(...able), weight: 4 },
    { arbitrary: fc.constantFrom<Asker>(...PRINCIPAL_ROLES, 'nobody', 'stranger'), weight: 1 },
  );
};

const headersOf = fc.record(
  {
    'idempotency-key': fc.oneof(fc.constantFrom('one', 'two', 'z'.repeat(300), '""'), fc.uuid()),
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"1"', 'x'),
    'if-match': fc.constantFrom('*', '"1"', 'W/"1"', 'x', '"99999999999999999999"'),
    accept: fc.constantFrom('application/json', 'text/html', 'nonsense', 'text/markdown, */*;q=0.1'),
    'last-event-id': fc.constantFrom('0', '-1', 'x', '99999999999999999999'),
  },
  { requiredKeys: [] },
);

const requestOf = (path: string, method: string, operation: Operation, source: Source): Arbitrary<FuzzRequest> =>
  fc
    .tuple(
      pathOf(path, source),
      queryOf(operation, source),
      askerOf(operation),
      fc.oneof({ arbitrary: fc.constant({}), weight: 3 }, { arbitrary: headersOf, weight: 1 }),
      method === 'get' ? fc.constant(undefined) : bodyOf(operation, source),
    )
    .map(([at, query, by, headers, body]) => ({
      operation: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      target: query === '' ? at : `${at}?${query}`,
      by,
      headers: body === undefined ? headers : { ...headers, 'content-type': body.type },
      ...(body === undefined ? {} : { body: body.bytes }),
    }));

/** What a careful client sends: ids that exist, what must be given and half of what may, and nothing that fits nowhere. */
const soundRequestOf = (path: string, method: string, operation: Operation, source: Source): Arbitrary<FuzzRequest> => {
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, part = '']) => {
    const existing = source.known.get(namedIn(path, part)) ?? [];
    const text =
      existing.length > 0 ? fc.constantFrom(...existing) : fc.constantFrom(...[...source.known.values()].flat());
    return text.map(escaped);
  });
  const needed = operation.parameters.flatMap((each) =>
    'in' in each && each.in === 'query' && each.required ? [each] : [],
  );
  const pairs = needed.map(({ name, schema }) =>
    valueOf(schema, source, name).map((value) => `${name}=${escaped(asText(value))}`),
  );
  const contents = Object.entries(operation.requestBody?.content ?? {}).filter(([type]) => type.includes('json'));
  const bodies = contents.map(([type, { schema }]) =>
    valueOf(schema, source).map((value): Body => ({ type, bytes: bytesOf(value) })),
  );
  const able = PRINCIPAL_ROLES.filter((role) => isPermitted(holding(role), operation['x-permission'] as Permission));
  const by = able.includes('admin') ? 'admin' : (able[0] ?? 'admin');
  const body = method === 'get' || bodies.length === 0 ? fc.constant(undefined) : fc.oneof(...bodies);
  return fc.tuple(fc.tuple(...parts), fc.tuple(...pairs), body).map(([ids, query, sent]) => {
    const left = [...ids];
    const at = path.replaceAll(/\{\w+\}/g, () => left.shift() ?? '');
    return {
      operation: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      target: query.length === 0 ? at : `${at}?${query.join('&')}`,
      by,
      headers: sent === undefined ? {} : { 'content-type': sent.type },
      ...(sent === undefined ? {} : { body: sent.bytes }),
    };
  });
};

/** Every operation of the document: `GET /v1/incidents/{id}`. */
export const operationsOf = ({ paths }: OpenApi): readonly string[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );

/** So many requests of one operation as a careful client sends them. */
export const soundRequestsOf = (
  { paths, components }: OpenApi,
  known: Known,
  name: string,
  { seed, each }: { readonly seed: number; readonly each: number },
): readonly FuzzRequest[] => {
  const [verb = '', path = ''] = name.split(' ');
  const method = verb.toLowerCase();
  const operation = paths[path]?.[method];
  if (operation === undefined) throw new Error(`there is no operation ${name}`);
  const source = { schemas: (components['schemas'] ?? {}) as Readonly<Record<string, Schema>>, known };
  return fc.sample(soundRequestOf(path, method, operation, source), { seed, numRuns: each });
};

/** So many requests of every operation of the document, one operation after the other and again; the same seed and ids make the same ones. */
export const requestsOf = (
  { paths, components }: OpenApi,
  known: Known,
  { seed, each }: { readonly seed: number; readonly each: number },
): readonly FuzzRequest[] => {
  const source = { schemas: (components['schemas'] ?? {}) as Readonly<Record<string, Schema>>, known };
  const byOperation = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      fc.sample(requestOf(path, method, operation, source), { seed, numRuns: each }),
    ),
  );
  return Array.from({ length: each }, (_, at) => byOperation.flatMap((requests) => requests.slice(at, at + 1))).flat();
};
