/**
 * `node dist/tools/documents.main.js`: fails when a link leads nowhere, a document grew past its purpose, or a generated one is
 * stale. With `--write` it writes the generated ones.
 */
import 'reflect-metadata';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { schemaText } from '../apps/api/src/graphql/schema-text.js';
import { brokenLinks, longDocuments } from './documents.js';
import { renderCli } from './cli-document.js';
import { renderEvents } from './events-document.js';
import { renderHttp } from './http-document.js';
import { renderOnCallSchema } from './on-call-schema.js';
import { parseRequirements, renderRequirements } from './requirements.js';
import { renderRulesSchema } from './rules-schema.js';
import { renderSettings } from './settings-document.js';
import { renderSignals } from './signals-document.js';
import { sourceFiles } from './source-files.js';

const ROOT = process.cwd();

const files = sourceFiles(ROOT);
const generated: Readonly<Record<string, string>> = {
  'docs/requirements.md': renderRequirements(parseRequirements(readFileSync('docs/requirements.json', 'utf8')), files),
  'docs/cli.md': renderCli(),
  'docs/events.md': renderEvents(files),
  'docs/http.md': renderHttp(),
  'docs/settings.md': renderSettings(files),
  'docs/on-call.schema.json': renderOnCallSchema(),
  'docs/rules.schema.json': renderRulesSchema(),
  'docs/schema.graphql': await schemaText(),
  'docs/signals.md': renderSignals(),
};
if (process.argv.includes('--write')) for (const [path, text] of Object.entries(generated)) writeFileSync(path, text);

const stale = Object.entries(generated).filter(
  ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text,
);
const problems = [
  ...brokenLinks(ROOT, files),
  ...longDocuments(files),
  ...stale.map(([path]) => `${path} is stale: npm run docs`),
];
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;
