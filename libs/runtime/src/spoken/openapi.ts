import { type ProblemCode, PROBLEMS, problemSchema } from '#contracts';
import type { z } from 'zod';
import type { Entrance } from '../entrances.js';
import { type JsonSchema, type JsonSchemas, createJsonSchemas, type Side } from './json-schemas.js';
import {
  ANSWER_HEADERS,
  type AnswerHeader,
  furtherHeadersOf,
  headersOf,
  REQUEST_HEADERS,
  requestHeadersOf,
} from './headers.js';
import { refusalsOf } from './refusals.js';
import { type Content, isMedia, type Spoken } from './speaks.js';

/** A part of the path or of the query. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

/** Content types, and what is in them. */
export type Contents = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** One answer of an operation; a problem tells the codes it can have. */
export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Reference>>;
  readonly content: Contents;
  readonly 'x-codes'?: readonly ProblemCode[];
}

interface Reference {
  readonly $ref: string;
}

/** One method of one path. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly [string];
  readonly 'x-permission': string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly required: boolean; readonly content: Contents };
  readonly responses: Readonly<Record<string, Response>>;
}

/** The document of the interface: OpenAPI 3.1. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<string, unknown>>;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The word after the version: `/v1/incidents/:id/cost` is of `incidents`. */
const tagOf = (path: string): string => path.split('/').find((part) => part !== '' && !/^v\d+$/.test(part)) ?? 'root';

const contentsOf = (schemas: JsonSchemas, content: Content | 'nothing', side: Side): Contents => {
  if (content === 'nothing') return {};
  if (!isMedia(content)) return { 'application/json': { schema: schemas.of(content, side) } };
  const schema = { type: 'string', description: content.about };
  return Object.fromEntries(content.media.map((type) => [type, { schema }]));
};

const parametersOf = (
  schemas: JsonSchemas,
  entrance: Entrance,
  path: string,
  { query }: Spoken,
): Operation['parameters'] => {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, part = '']) => {
    const schema = { type: 'string', minLength: 1 };
    return { name: part, in: 'path', required: true, schema } as const;
  });
  const { properties = {}, required = [] } =
    query === undefined
      ? {}
      : (schemas.of(query, 'input') as { properties?: Record<string, JsonSchema>; required?: readonly string[] });
  const inQuery = Object.entries(properties).map(
    ([part, schema]) => ({ name: part, in: 'query', required: required.includes(part), schema }) as const,
  );
  const headers = requestHeadersOf(entrance).map((header) => ({ $ref: `#/components/parameters/${header}` }));
  return [...inPath, ...inQuery, ...headers];
};

const nameOf = (header: AnswerHeader): string => ANSWER_HEADERS[header].name;

const answerHeaders = (entrance: Entrance, status: number): Readonly<Record<string, Reference>> =>
  Object.fromEntries(
    [...headersOf(entrance, status), ...furtherHeadersOf(entrance, status)].map((header) => [
      nameOf(header),
      { $ref: `#/components/headers/${header}` },
    ]),
  );

const PROBLEM: Contents = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const problemsOf = (entrance: Entrance): Readonly<Record<string, Response>> => {
  const all = refusalsOf(entrance);
  const statuses = new Set<number>(all.map((code) => PROBLEMS[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const codes = all.filter((code) => PROBLEMS[code].status === status);
      const description = codes.join(', ');
      return [
        String(status),
        { description, headers: answerHeaders(entrance, status), content: PROBLEM, 'x-codes': codes },
      ];
    }),
  );
};

/** An answer in a route's own words, and the problem of the same status, where both can come. */
const beside = (problem: Response | undefined, response: Response): Response =>
  problem === undefined ? response : { ...problem, ...response, content: { ...problem.content, ...response.content } };

const operationOf = (schemas: JsonSchemas, entrance: Entrance, path: string, spoken: Spoken): Operation => {
  const { needs = '', status } = entrance;
  const { id, summary, body, answer, instead, also = {} } = spoken;
  const good: readonly (readonly [string, Content | 'nothing'])[] = [[String(status), answer], ...Object.entries(also)];
  const others = instead === undefined ? {} : contentsOf(schemas, instead, 'output');
  const answers = good.map(([code, content]): readonly [string, Response] => {
    const contents = contentsOf(schemas, content, 'output');
    const headers = answerHeaders(entrance, Number(code));
    return [code, { description: summary, headers, content: { ...contents, ...others } }];
  });
  const problems = problemsOf(entrance);
  const isTagged = requestHeadersOf(entrance).includes('IfNoneMatch');
  const unchanged = { description: 'Nothing changed', headers: answerHeaders(entrance, 304), content: {} };
  return {
    operationId: id,
    summary,
    tags: [tagOf(path)],
    'x-permission': needs,
    security: needs === 'public' ? [] : [{ key: [] }, { token: [] }],
    parameters: parametersOf(schemas, entrance, path, spoken),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: isMedia(body) || !body.safeParse(undefined).success,
            content: contentsOf(schemas, body, 'input'),
          },
        }),
    responses: {
      ...problems,
      ...(isTagged ? { 304: unchanged } : {}),
      ...Object.fromEntries(answers.map(([code, response]) => [code, beside(problems[code], response)])),
    },
  };
};

const ABOUT = `Monitoring and alerting of edge DNS fleets. Within a version of the path only additions are made: ignore what you do not
know. A refusal is a problem document (RFC 9457) with a code that stays. \`x-permission\` is what a key or token must hold,
\`x-codes\` with what a route can refuse. Times are milliseconds since 1970, in UTC, unless a name says otherwise.`;

const string = { type: 'string' };

const componentsOf = (schemas: JsonSchemas): OpenApi['components'] => ({
  schemas: schemas.named(),
  parameters: Object.fromEntries(
    Object.entries(REQUEST_HEADERS).map(([header, said]) => [header, { in: 'header', required: false, ...said }]),
  ),
  headers: Object.fromEntries(
    Object.entries(ANSWER_HEADERS).map(([header, { description }]) => [header, { description, schema: string }]),
  ),
  securitySchemes: {
    key: { type: 'http', scheme: 'bearer', description: 'An API key: `keyId.secret`.' },
    token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token of the OpenID provider.' },
  },
});

/** The document of all routes that speak. Two routes of one operation id are a wrong program: it throws. */
export const openApiOf = (entrances: readonly Entrance[]): OpenApi => {
  const schemas = createJsonSchemas();
  schemas.of(problemSchema as z.ZodType, 'output');
  const seen = new Set<string>();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const entrance of entrances) {
    const [method = '', path = ''] = entrance.name.split(' ');
    const { speaks } = entrance;
    if (speaks === undefined) continue;
    if (seen.has(speaks.id)) throw new Error(`two routes have the operation id ${speaks.id}`);
    seen.add(speaks.id);
    const template = path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[template] ??= {})[method.toLowerCase()] = operationOf(schemas, entrance, path, speaks);
  }
  const tags = [...new Set(Object.values(paths).flatMap((at) => Object.values(at).map(({ tags: [tag] }) => tag)))];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tocsin',
      version: '1',
      description: ABOUT,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: tags.toSorted().map((name) => ({ name })),
    paths,
    components: componentsOf(schemas),
  };
};
