import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';

const SOURCES = 'apps/console/src';
const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));

/** Every document of the pages, where it stands, in the source: types let a field pass that is not there. */
const documents = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?<!\.spec)\.tsx?$/.test(path))
  .flatMap((path) =>
    [
      ...readFileSync(join(SOURCES, path), 'utf8').matchAll(
        /['`](\s*(?:query|mutation|subscription)\b[^'`]*\{[^'`]*)['`]/g,
      ),
    ].map(([, document = '']) => [path, document] as const),
  );

describe('what the console asks', () => {
  it('is found', () => {
    expect(documents.length).toBeGreaterThan(30);
  });

  it.each(documents)('%s fits the schema', (_path, document) => {
    expect(validate(schema, parse(document)).map(({ message }) => message)).toEqual([]);
  });
});
