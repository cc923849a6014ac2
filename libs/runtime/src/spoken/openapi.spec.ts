import { z } from 'zod';
import type { Entrance } from '../entrances.js';
import { docsPage } from './docs-page.js';
import { openApiOf } from './openapi.js';
import type { Spoken } from './speaks.js';

const thing = z.object({ name: z.string(), size: z.int() }).meta({ id: 'Thing' });

const route = (name: string, spoken: Spoken, status = 200): Entrance => ({
  name,
  needs: 'view',
  speaks: spoken,
  status,
});

const get = route('GET /v1/things/:id', {
  id: 'getThing',
  summary: 'One <thing>',
  query: z.object({ limit: z.coerce.number().int().max(500).default(50), of: z.enum(['a', 'b']) }),
  answer: z.object({ thing }),
});
const make = route(
  'POST /v1/things',
  {
    id: 'makeThing',
    summary: 'Makes one',
    body: z.strictObject({ name: z.string().default('x') }),
    answer: thing,
    refuses: ['VOTE_TWICE'],
  },
  201,
);

describe('the document of the interface', () => {
  const { paths, components } = openApiOf([get, make]);

  it('has the parts of a path and the query as parameters, as they may be sent', () => {
    expect(paths['/v1/things/{id}']?.['get']).toMatchObject({
      operationId: 'getThing',
      tags: ['things'],
      'x-permission': 'view',
      security: [{ key: [] }, { token: [] }],
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 500, default: 50 } },
        { name: 'of', in: 'query', required: true, schema: { enum: ['a', 'b'] } },
        { $ref: '#/components/parameters/IfNoneMatch' },
      ],
    });
  });

  it('takes what a body may be, and leaves answers open for additions', () => {
    const body = paths['/v1/things']?.['post']?.requestBody?.content['application/json']?.schema;
    expect(body).toEqual({
      type: 'object',
      properties: { name: { type: 'string', default: 'x' } },
      additionalProperties: false,
    });
    expect(components['schemas']?.['Thing']).toEqual({
      type: 'object',
      properties: { name: { type: 'string' }, size: { type: 'integer' } },
      required: ['name', 'size'],
    });
  });

  it('refers to what has a name', () => {
    const answer = paths['/v1/things']?.['post']?.responses['201']?.content['application/json']?.schema;
    expect(answer).toEqual({ $ref: '#/components/schemas/Thing' });
  });

  it('tells the codes of every refusal, those of the kind of route and its own', () => {
    const codesOf = (path: string, method: string, status: string) =>
      paths[path]?.[method]?.responses[status]?.['x-codes'];
    expect(codesOf('/v1/things', 'post', '409')).toContain('VOTE_TWICE');
    expect(codesOf('/v1/things', 'post', '422')).toContain('BODY_INVALID');
    // An act that reads no query waits for the database as well.
    expect(codesOf('/v1/things', 'post', '503')).toContain('QUERY_TOO_SLOW');
    expect(codesOf('/v1/things/{id}', 'get', '422')).toBeUndefined();
    expect(codesOf('/v1/things/{id}', 'get', '400')).toEqual(['CURSOR_INVALID', 'QUERY_INVALID']);
  });

  it('names the headers that are read and sent', () => {
    const act = (name: string, more: Partial<Spoken>) =>
      route(name, { id: name.replaceAll(/\W/g, ''), summary: 'x', answer: thing, ...more }, 202);
    const list = route('GET /v1/things', {
      id: 'list',
      summary: 'x',
      answer: z.object({ next: z.string().nullable() }),
    });
    const { paths: of, components: parts } = openApiOf([
      list,
      act('POST /v1/things/:id/end', { matches: true, located: true }),
      act('POST /v1/things/preview', { repeats: 'reads' }),
      act('POST /v1/events', { repeats: 'known' }),
      route('GET /healthz', { id: 'health', summary: 'x', answer: thing }),
    ]);
    const read = (path: string, method: string) =>
      of[path]?.[method]?.parameters.flatMap((each) => ('$ref' in each ? [each.$ref.split('/').at(-1)] : []));
    const sent = (path: string, method: string, status: number) =>
      Object.keys(of[path]?.[method]?.responses[status]?.headers ?? {}).toSorted();
    const always = ['RateLimit', 'RateLimit-Policy', 'X-Request-Id'];
    expect(read('/v1/things/{id}/end', 'post')).toEqual(['IdempotencyKey', 'IfMatch']);
    expect(read('/v1/things/preview', 'post')).toEqual([]);
    expect(read('/v1/events', 'post')).toEqual([]);
    expect(read('/v1/things', 'get')).toEqual(['IfNoneMatch']);
    expect(sent('/v1/things', 'get', 200)).toEqual(['ETag', 'Link', ...always]);
    expect(sent('/v1/things', 'get', 304)).toEqual(['ETag', ...always]);
    expect(sent('/v1/things/{id}/end', 'post', 202)).toEqual(['Location', ...always]);
    expect(sent('/v1/things/{id}/end', 'post', 409)).toEqual(always);
    expect(sent('/v1/things/{id}/end', 'post', 429)).toEqual([...always, 'Retry-After'].toSorted());
    expect(sent('/healthz', 'get', 200)).toEqual(['X-Request-Id']);
    const codes = (path: string) => of[path]?.['post']?.responses[422]?.['x-codes'];
    expect(codes('/v1/things/{id}/end')).toContain('IDEMPOTENCY_KEY_REUSED');
    expect(codes('/v1/events')).not.toContain('IDEMPOTENCY_KEY_REUSED');
    expect(of['/v1/things/preview']?.['post']?.responses[412]).toBeUndefined();
    expect(parts['parameters']?.['IfMatch']).toMatchObject({ name: 'If-Match', in: 'header', required: false });
  });

  it('tells an answer in words of its own beside the problem of the same status', () => {
    const { paths: of } = openApiOf([
      route('GET /other', { id: 'x', summary: 'x', answer: thing, also: { 503: thing } }),
    ]);
    const answer = of['/other']?.['get']?.responses[503];
    expect(Object.keys(answer?.content ?? {}).toSorted()).toEqual(['application/json', 'application/problem+json']);
    expect(answer?.['x-codes']).toContain('DATABASE_UNAVAILABLE');
    expect(Object.keys(answer?.headers ?? {})).toContain('Retry-After');
  });

  it('is not made of two routes of one id, or two schemas of one name', () => {
    expect(() => openApiOf([get, { ...make, speaks: get.speaks }])).toThrow(
      'two routes have the operation id getThing',
    );
    const other = z.object({ other: z.string() }).meta({ id: 'Thing' });
    expect(() => openApiOf([get, route('GET /v1/others', { id: 'others', summary: 'x', answer: other })])).toThrow(
      'two schemas have the name Thing',
    );
  });

  it('is a page on which nothing of it is taken for markup', () => {
    const page = docsPage(openApiOf([get, make]));
    expect(page).toContain('One &lt;thing&gt;');
    expect(page).not.toContain('<thing>');
    expect(page).toContain('id="getThing"');
  });
});
