import { createHash } from 'node:crypto';
import type { OpenApi, Operation, Parameter, Response } from './openapi.js';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; display: inline; }
nav a { margin-right: 1rem; }
details { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .5rem; background: color-mix(in srgb, currentColor 8%, transparent); }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .125rem .75rem .125rem 0; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing is loaded, nothing runs, nobody frames it. */
export const DOCS_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeText = (text: string): string => text.replaceAll(/[&<>"]/g, (found) => ENTITIES[found] ?? '');
const json = (value: unknown): string => `<pre>${escapeText(JSON.stringify(value, null, 2))}</pre>`;

const parameterRow = ({ name, in: place, required, schema }: Parameter): string =>
  `<tr><th>${escapeText(name)}</th><td>${place}${required ? ', required' : ''}</td><td><code>${escapeText(JSON.stringify(schema))}</code></td></tr>`;

const responsePart = (status: string, { content, description, 'x-codes': codes }: Response): string => {
  if (codes !== undefined) return `<p><strong>${status}</strong> ${escapeText(description)}</p>`;
  const kinds = Object.entries(content).map(
    ([type, { schema }]) => `<p><strong>${status}</strong> ${type}</p>${json(schema)}`,
  );
  return kinds.join('');
};

const operationPart = (method: string, path: string, operation: Operation): string => {
  const { operationId, summary, parameters, requestBody, responses } = operation;
  const rows = parameters.flatMap((each) => ('in' in each ? [parameterRow(each)] : []));
  const body = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body, ${type}</p>${json(schema)}`,
  );
  return `<details id="${operationId}">
<summary><h3><code>${method.toUpperCase()} ${escapeText(path)}</code></h3> ${escapeText(summary)}</summary>
<p>Needs <strong>${operation['x-permission']}</strong>; operation <code>${operationId}</code></p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}${body.join('')}
${Object.entries(responses)
  .map(([status, response]) => responsePart(status, response))
  .join('')}
</details>`;
};

/** The document as one page, operations by resource, then the schemas that have a name. */
export const docsPage = ({ info, tags, paths, components }: OpenApi): string => {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = tags.map(({ name }) => {
    const own = all.filter(({ operation }) => operation.tags[0] === name);
    const parts = own.map(({ path, method, operation }) => operationPart(method, path, operation));
    return `<h2 id="of-${name}">${name}</h2>\n${parts.join('\n')}`;
  });
  const schemas = Object.entries(components['schemas'] ?? {}).map(
    ([name, schema]) => `<details id="schema-${name}"><summary><h3>${name}</h3></summary>${json(schema)}</details>`,
  );
  const links = tags.map(({ name }) => `<a href="#of-${name}">${name}</a>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Tocsin: HTTP</title><style>${STYLE}</style></head>
<body><main>
<h1>Tocsin over HTTP</h1>
<p>${escapeText(String(info['description']))}</p>
<nav>${links.join('')} <a href="#schemas">schemas</a></nav>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.join('\n')}
</main></body>
</html>
`;
};
