import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';

const SOURCES = 'apps/console/src';
const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));

const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?<!\.spec)\.tsx?$/.test(path))
  .map((path) => [path, readFileSync(join(SOURCES, path), 'utf8')] as const);

/** The texts that a pattern finds in the source, each with the path where it stands. */
const textsOf = (pattern: RegExp) =>
  sources.flatMap(([path, source]) => [...source.matchAll(pattern)].map(([, text = '']) => [path, text] as const));

const fragments = new Map(
  textsOf(/`(\s*fragment\b[^`]*)`/g).map(([, text]) => [/fragment (\w+)/.exec(text)?.[1] ?? '', text]),
);

const withFragments = (document: string): string =>
  document +
  [...new Set(Array.from(document.matchAll(/\.\.\.(\w+)/g), ([, name = '']) => name))]
    .map((name) => fragments.get(name) ?? '')
    .join('');

/** Every document of the pages, where it stands, in the source: types let a field pass that is not there. */
const documents = textsOf(/['`](\s*(?:query|mutation|subscription)\b[^'`]*\{[^'`]*)['`]/g).map(
  ([path, document]) => [path, withFragments(document)] as const,
);

describe('what the console asks', () => {
  it('is found', () => {
    expect(documents.length).toBeGreaterThan(30);
  });

  it.each(documents)('%s fits the schema', (_path, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });
});
