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
    expect(codesOf('/v1/things/{id}', 'get', '422')).toBeUndefined();
    expect(codesOf('/v1/things/{id}', 'get', '400')).toEqual(['CURSOR_INVALID', 'QUERY_INVALID']);
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
