/**
 * `node dist/tools/documents.main.js`: fails when a link leads nowhere, a document grew past its purpose, or a generated one is
 * stale. With `--write` it writes the generated ones.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { brokenLinks, longDocuments } from './documents.js';
import { parseRequirements, renderRequirements } from './requirements.js';
import { sourceFiles } from './source-files.js';

const ROOT = process.cwd();
const GENERATED = 'docs/requirements.md';

const files = sourceFiles(ROOT);
const generated = renderRequirements(parseRequirements(readFileSync('docs/requirements.json', 'utf8')), files);
if (process.argv.includes('--write')) writeFileSync(GENERATED, generated);

const isStale = !existsSync(GENERATED) || readFileSync(GENERATED, 'utf8') !== generated;
const problems = [
  ...brokenLinks(ROOT, files),
  ...longDocuments(files),
  ...(isStale ? [`${GENERATED} is stale: npm run docs`] : []),
];
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;
