import { createHash } from 'node:crypto';
import type { OpenApi, Operation, Parameter, Response } from './openapi.js';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; display: inline; }
h2, summary, [id] { scroll-margin-top: 3rem; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
nav a { white-space: nowrap; }
details { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .5rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary:focus-visible, a:focus-visible { outline: 2px solid; outline-offset: 2px; }
code, pre { font-size: .9375rem; }
pre { overflow: auto; max-height: 24rem; padding: .5rem; background: color-mix(in srgb, currentColor 8%, transparent); }
table { border-collapse: collapse; } th, td { text-align: left; vertical-align: top; padding: .125rem .75rem .125rem 0; }
td:last-child { overflow-wrap: anywhere; }
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
/** Text in which names stand between backticks. */
const prose = (text: string): string => escapeText(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
/** A schema; where it names another one, that is a link. Whoever moves by keys can scroll in it. */
const json = (value: unknown): string => {
  const text = escapeText(JSON.stringify(value, null, 2));
  const linked = text.replaceAll(/&quot;#\/components\/schemas\/(\w+)&quot;/g, '<a href="#schema-$1">$1</a>');
  return `<pre tabindex="0">${linked}</pre>`;
};

const parameterRow = ({ name, in: place, required, schema }: Parameter): string =>
  `<tr><th>${escapeText(name)}</th><td>${place}${required ? ', required' : ''}</td><td><code>${escapeText(JSON.stringify(schema))}</code></td></tr>`;

const responsePart = (status: string, { content, description, 'x-codes': codes }: Response): string => {
  if (codes !== undefined) return `<p><strong>${status}</strong> ${prose(description)}</p>`;
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
  // The name stands on what is within: a browser that is sent there opens it, which it does not for the part itself.
  return `<details>
<summary><h3><code>${method.toUpperCase()} ${escapeText(path)}</code></h3> ${prose(summary)}</summary>
<p id="${operationId}">Needs <strong>${operation['x-permission']}</strong>; operation <a href="#${operationId}"><code>${operationId}</code></a></p>
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
    ([name, schema]) =>
      `<details><summary><h3>${name}</h3></summary><div id="schema-${name}">${json(schema)}</div></details>`,
  );
  const links = tags.map(({ name }) => `<a href="#of-${name}">${name}</a>`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Tocsin: HTTP</title><style>${STYLE}</style></head>
<body><main>
<h1>Tocsin over HTTP</h1>
<p>${prose(String(info['description']))} The same for programs: <a href="openapi.json">openapi.json</a>.</p>
<nav aria-label="Resources">${links.join('')}<a href="#schemas">schemas</a></nav>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.join('\n')}
</main></body>
</html>
`;
};
