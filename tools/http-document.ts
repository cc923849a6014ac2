import { PROBLEMS, type ProblemCode } from '#contracts';
import { type Contents, type OpenApi, openApiOf, type Operation, refusalsOf, routesWith } from '#runtime';
import { api } from '../apps/api/src/api.role.js';
import { gateway } from '../apps/gateway/src/gateway.role.js';

type Schema = Readonly<Record<string, unknown>>;

const HEAD = `# HTTP

Every operation, made from the routes and their schemas by \`npm run docs\`; do not edit. A server tells the same as OpenAPI 3.1 under
\`/openapi.json\` and as a page under \`/docs\`. How to speak to it, and what stays as it is: [http-api.md](http-api.md).

"needs" is the permission of the key or token ([authority.md](authority.md)); \`?\` marks what may be left out, \`| null\` what may be null. Names
with a capital are [schemas](#schemas). What every operation of its kind refuses is not repeated: see [refusals](#refusals).
`;

/** Longer lists of words are the document's: here they would hide the rest. */
const WORDS_SHOWN = 8;

const typeOf = (schema: Schema): string => {
  const { $ref, enum: words, anyOf, oneOf, type, items, properties, additionalProperties } = schema;
  if (typeof $ref === 'string') return $ref.split('/').at(-1) ?? '';
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(words)) {
    const shown = words.slice(0, WORDS_SHOWN).map((word) => JSON.stringify(word));
    return shown.join(' | ') + (words.length > WORDS_SHOWN ? ` | … (${words.length})` : '');
  }
  const either = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (either !== undefined) return [...new Set(either.map(typeOf))].join(' | ');
  if (Array.isArray(type)) return type.join(' | ');
  if (type === 'array') {
    const of = typeOf((items ?? {}) as Schema);
    return of.includes(' ') && !of.startsWith('{') ? `(${of})[]` : `${of}[]`;
  }
  if (properties !== undefined) return `{ ${fieldsOf(schema).join(', ')} }`;
  if (type === 'object') return `map of ${typeOf((additionalProperties ?? {}) as Schema)}`;
  return typeof type === 'string' ? type : 'anything';
};

const isRequired = (schema: Schema, name: string): boolean =>
  ((schema['required'] ?? []) as readonly string[]).includes(name);

const fieldsOf = (schema: Schema): readonly string[] =>
  Object.keys((schema['properties'] ?? {}) as Schema).map((name) => `${name}${isRequired(schema, name) ? '' : '?'}`);

/** In a table a bar ends the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

const topOf = (schema: Schema): string => {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>);
  if (properties.length === 0) return code(typeOf(schema));
  return properties
    .map(([name, of]) => code(`${name}${isRequired(schema, name) ? '' : '?'}: ${typeOf(of)}`))
    .join(', ');
};

const contentOf = (content: Readonly<Record<string, { readonly schema: Schema }>>): string =>
  Object.entries(content)
    .map(([type, { schema }]) => {
      const { description } = schema;
      if (typeof description === 'string') return `${type}: ${description}`;
      return type === 'application/json' ? topOf(schema) : `${type}: ${topOf(schema)}`;
    })
    .join('; ');

/** Codes that every operation of a kind has: those of all. */
const SHARED: ReadonlySet<ProblemCode> = new Set([
  ...refusalsOf({ name: 'POST /', needs: 'view', speaks: undefined, status: 201 }),
  'QUERY_INVALID',
  'CURSOR_INVALID',
  'QUERY_TOO_SLOW',
]);

const parametersOf = ({ parameters }: Operation): string =>
  parameters
    .flatMap((each) =>
      'in' in each && each.in === 'query'
        ? [code(`${each.name}${each.required ? '' : '?'}: ${typeOf(each.schema)}`)]
        : [],
    )
    .join(', ');

/** What an answer is but for the problem that can come in its place. */
const ownOf = ({ 'application/problem+json': _problem, ...own }: Contents): Contents => own;

const operationLines = (method: string, path: string, operation: Operation): string => {
  const { summary, responses, requestBody, operationId } = operation;
  const query = parametersOf(operation);
  const own = Object.values(responses)
    .flatMap((response) => response['x-codes'] ?? [])
    .filter((each) => !SHARED.has(each));
  const good = Object.entries(responses)
    // Whatever has a tag can be answered 304, without a body.
    .filter(
      ([status, { content }]) =>
        status !== '304' && !('application/problem+json' in content && Object.keys(content).length === 1),
    )
    .map(([status, { content }]) => ({ status, said: contentOf(ownOf(content)) }));
  const answers = [...new Set(good.map(({ said }) => said))].map((said) => {
    const statuses = good.filter((each) => each.said === said).map(({ status }) => status);
    return `${statuses.join(', ')} ${said}`.trim();
  });
  const lines = [
    `<a id="op-${operationId}"></a>**${code(`${method.toUpperCase()} ${path}`)}** ${summary}. Needs ${code(operation['x-permission'])}; ${code(operationId)}.`,
    ...(query === '' ? [] : [`- query: ${query}`]),
    ...(requestBody === undefined ? [] : [`- body: ${contentOf(requestBody.content)}`]),
    ...answers.map((answer) => `- answers ${answer}`),
    ...(own.length === 0 ? [] : [`- refuses: ${own.map(code).join(', ')}`]),
  ];
  return lines.join('\n');
};

const schemaLines = ([name, schema]: readonly [string, Schema]): string => {
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Schema>).map(([field, of]) => {
    const about = typeof of['description'] === 'string' ? ` (${of['description']})` : '';
    return `- ${code(`${field}${isRequired(schema, field) ? '' : '?'}: ${typeOf(of)}`)}${about}`;
  });
  return `### ${name}\n\n${fields.join('\n')}\n`;
};

const refusalRows = (): string =>
  (Object.keys(PROBLEMS) as ProblemCode[])
    .map(
      (each) =>
        `| ${code(each)} | ${PROBLEMS[each].status} | ${cell(PROBLEMS[each].title)} | ${SHARED.has(each) ? 'yes' : ''} |`,
    )
    .join('\n');

/** As GitHub names a heading. */
const anchorOf = (heading: string): string => heading.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '');

/** A document of an interface to read, in Markdown: operations by resource, schemas, refusals. */
export const renderOpenApi = ({ tags, paths, components }: OpenApi): string => {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const of = (name: string) => all.filter(({ operation }) => operation.tags[0] === name);
  const index = tags.map(({ name }) => {
    const links = of(name).map(
      ({ path, method, operation }) => `[${code(`${method.toUpperCase()} ${path}`)}](#op-${operation.operationId})`,
    );
    return `| [${name}](#${anchorOf(name)}) | ${links.join(', ')} |`;
  });
  const resources = tags.map(({ name }) => {
    const own = of(name);
    const operations = own.map(({ path, method, operation }) => operationLines(method, path, operation));
    return `## ${name}\n\n${operations.join('\n\n')}\n`;
  });
  const schemas = Object.entries((components['schemas'] ?? {}) as Record<string, Schema>).map(schemaLines);
  return [
    HEAD,
    `| resource | operations |\n|---|---|\n${index.join('\n')}\n\n[Schemas](#schemas), [refusals](#refusals)\n`,
    ...resources,
    `## Schemas\n`,
    ...schemas,
    `## Refusals\n\n"any": with these any operation can refuse that has a query or a body, or acts.\n\n| code | status | meaning | any |\n|---|---|---|---|\n${refusalRows()}\n`,
  ].join('\n');
};

/** `docs/http.md`: of the roles that people and machines speak to. */
export const renderHttp = (): string => renderOpenApi(openApiOf(routesWith([api.module({}), gateway.module({})])));
