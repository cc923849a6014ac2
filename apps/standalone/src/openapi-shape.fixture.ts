/**
 * The shape of an OpenAPI 3.1 document, of those parts of the specification that ours uses, every object closed but for `x-…`: a word that
 * OpenAPI does not know, or one in the wrong place, does not fit. Schemas within are judged by the metaschema of draft 2020-12 alone.
 */
const strings = { type: 'array', items: { type: 'string' } };
const text = { type: 'string', minLength: 1 };
const mapOf = (name: string) => ({ type: 'object', additionalProperties: { $ref: `#/$defs/${name}` } });
const closed = (properties: Readonly<Record<string, unknown>>, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  patternProperties: { '^x-': {} },
  additionalProperties: false,
});

const jsonSchema = { $ref: 'https://json-schema.org/draft/2020-12/schema' };
const reference = closed({ $ref: { type: 'string', pattern: '^#/components/' } }, '$ref');
const orReference = (name: string) => ({ oneOf: [{ $ref: '#/$defs/reference' }, { $ref: `#/$defs/${name}` }] });

const operation = closed(
  {
    operationId: { type: 'string', pattern: '^[a-z][A-Za-z0-9]*$' },
    summary: text,
    description: text,
    deprecated: { type: 'boolean' },
    tags: strings,
    security: { type: 'array', items: { type: 'object', additionalProperties: strings } },
    parameters: { type: 'array', items: orReference('parameter') },
    requestBody: closed({ required: { type: 'boolean' }, content: mapOf('media'), description: text }, 'content'),
    responses: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^[1-5][0-9][0-9]$' },
      additionalProperties: { $ref: '#/$defs/response' },
    },
  },
  'operationId',
  'responses',
);

/** The JSON Schema of it, draft 2020-12. */
export const OPENAPI_SHAPE = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  ...closed(
    {
      openapi: { const: '3.1.0' },
      info: closed(
        { title: text, version: text, description: text, license: closed({ name: text, identifier: text }, 'name') },
        'title',
        'version',
      ),
      tags: { type: 'array', items: closed({ name: text, description: text }, 'name') },
      paths: {
        type: 'object',
        propertyNames: { pattern: '^/' },
        additionalProperties: {
          type: 'object',
          propertyNames: { enum: ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] },
          additionalProperties: operation,
        },
      },
      components: closed({
        schemas: { type: 'object', propertyNames: { pattern: '^[A-Za-z0-9._-]+$' }, additionalProperties: jsonSchema },
        parameters: mapOf('parameter'),
        headers: mapOf('header'),
        securitySchemes: mapOf('security'),
      }),
    },
    'openapi',
    'info',
    'paths',
  ),
  $defs: {
    reference,
    media: closed({ schema: jsonSchema }),
    header: closed({ description: text, required: { type: 'boolean' }, schema: jsonSchema }, 'schema'),
    parameter: {
      ...closed(
        {
          name: text,
          in: { enum: ['path', 'query', 'header'] },
          required: { type: 'boolean' },
          description: text,
          schema: jsonSchema,
        },
        'name',
        'in',
        'schema',
      ),
      anyOf: [
        { properties: { in: { enum: ['query', 'header'] } } },
        { properties: { in: { const: 'path' }, required: { const: true } }, required: ['required'] },
      ],
    },
    response: closed(
      {
        description: { type: 'string' },
        content: mapOf('media'),
        headers: { type: 'object', additionalProperties: orReference('header') },
      },
      'description',
    ),
    security: closed(
      { type: { const: 'http' }, scheme: text, bearerFormat: text, description: text },
      'type',
      'scheme',
    ),
  },
};
