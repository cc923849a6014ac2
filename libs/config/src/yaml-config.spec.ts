import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { z } from 'zod';
import { durationMsSchema, secretFileSchema, sizeBytesSchema } from './setting-kinds.js';
import { CONFIG_BYTES_MAX, readYamlConfig, readYamlConfigFile } from './yaml-config.js';

const schema = z.strictObject({
  node: z.strictObject({ id: z.string(), pop: z.string() }),
  every: durationMsSchema.default(1_000),
  size: sizeBytesSchema.optional(),
  targets: z.array(z.strictObject({ host: z.string(), port: z.number().int().max(65_535) })).default([]),
});
const GOOD = `node:
  id: ns1
  pop: fra1
`;
const read = (text: string) => readYamlConfig(schema, text, 'a.yml');
const problemsOf = (text: string): readonly string[] => read(text).problems ?? [];

describe('readYamlConfig', () => {
  it('reads what is right, with durations and sizes', () => {
    expect(read(`${GOOD}every: 5s\nsize: 256MiB # much\ntargets:\n  - {host: a, port: 53}\n`)).toEqual({
      config: {
        node: { id: 'ns1', pop: 'fra1' },
        every: 5_000,
        size: 268_435_456,
        targets: [{ host: 'a', port: 53 }],
      },
    });
    expect(read(GOOD).config?.every).toBe(1_000);
  });

  it('points at a wrong value with file, line, column, the line and a caret', () => {
    expect(problemsOf(`${GOOD}every: 5 seconds\n`)).toEqual([
      'a.yml:4:8: every: expected a duration, such as 250ms, 5s, 10m, 1h, 7d\n    every: 5 seconds\n           ^',
    ]);
    expect(problemsOf(`${GOOD}targets:\n  - host: a\n    port: 70000\n`)[0]).toMatch(
      /^a\.yml:6:11: targets\.0\.port: /,
    );
  });

  it('points at a key that is not known, and suggests the one that was meant', () => {
    expect(problemsOf('node:\n  id: ns1\n  pops: fra1\n  pop: x\nevry: 5s\ncolour: red\n')).toEqual([
      'a.yml:3:3: node.pops: there is no such key; did you mean pop?\n      pops: …\n      ^',
      'a.yml:5:1: evry: there is no such key; did you mean every?\n    evry: …\n    ^',
      'a.yml:6:1: colour: there is no such key\n    colour: …\n    ^',
    ]);
    expect(problemsOf(`${GOOD}targets: [{hots: a, port: 1}]\n`).join()).toContain('did you mean host?');
  });

  it('points at the section that something is missing in', () => {
    expect(problemsOf('every: 1s\nnode:\n  id: ns1\n')).toEqual(['a.yml:2:1: node.pop: is missing\n    node:\n    ^']);
    expect(problemsOf(`${GOOD}targets:\n  - host: a\n    port: 53\n  - port: 5\n`)).toEqual([
      'a.yml:7:5: targets.1.host: is missing\n      - port: 5\n        ^',
    ]);
    expect(problemsOf('')[0]).toMatch(/^a\.yml:1:1: node: is missing/);
  });

  it.each([
    ['a quote that is left open', "node: 'x\n", 'Missing closing'],
    ['a key twice', `${GOOD}every: 1s\nevery: 2s\n`, 'a.yml:5:1'],
    ['a tag', 'node: !thing 5\n', 'Unresolved tag'],
    ['a second document', `${GOOD}---\n${GOOD}`, 'multiple documents'],
    ['an alias of nothing', 'node: *x\n', 'x'],
    [
      'aliases that multiply',
      `a: &a [x,x]\n${'bcdefghij'.replace(/./g, (c) => `${c}: &${c} [*${String.fromCharCode(c.charCodeAt(0) - 1)},*${String.fromCharCode(c.charCodeAt(0) - 1)}]\n`)}`,
      'alias',
    ],
    ['a list', '- 1\n', 'expected object'],
  ])('refuses %s', (_what, text, said) => {
    expect(problemsOf(text).join()).toContain(said);
  });

  it.each([
    ['under a key that is not known', (canary: string) => `keyy: ${canary}\n${GOOD}`],
    ['in a line that is no YAML', (canary: string) => `${GOOD}webhook_token: "${canary}\n`],
    [
      'beside a key that is not known',
      (canary: string) => `{ password: ${canary}, colour: red, node: {id: a, pop: b} }\n`,
    ],
    ['behind one', (canary: string) => `{ colour: ${canary}, node: {id: a, pop: b} }\n`],
    ['in quotes, with blanks', (canary: string) => `'api-key' : 'a b ${canary}'\n${GOOD}`],
    ['in an item', (canary: string) => `${GOOD}targets:\n  - secret: ${canary}\n`],
  ])('does not show what may be a secret %s', (_where, textWith) => {
    const problems = problemsOf(textWith('canary-8f3a')).join('\n');
    expect(problems).toContain('^');
    expect(problems).not.toContain('canary');
  });

  it('shows a line up to what is hidden, with the caret where it belongs', () => {
    expect(problemsOf('node: { id: ns1, pop: fra1, pots: x }\n')).toEqual([
      'a.yml:1:29: node.pots: there is no such key; did you mean pop?\n    node: { id: ns1, pop: fra1, pots: …\n                                ^',
    ]);
    const long = problemsOf(`${GOOD}every: "${'x'.repeat(300)}"\n`)[0]?.split('\n') ?? [];
    expect(Math.max(...long.slice(1).map((line) => line.length))).toBeLessThanOrEqual(124);
  });

  it('neither throws nor says more than 20 problems, whatever it is given', () => {
    const piece = fc.constantFrom(
      'node:',
      ' ',
      '\n',
      '- ',
      'id',
      '"',
      '{',
      '}',
      '[',
      '&a',
      '*a',
      '\t',
      '#',
      ': ',
      '🔔',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const problems = problemsOf(pieces.join(''));
        expect(problems.length).toBeLessThanOrEqual(20);
        for (const problem of problems) expect(problem).toMatch(/^a\.yml:/);
      }),
    );
    expect(problemsOf(Array.from({ length: 100 }, (_, i) => `x${i}: 1\n`).join(''))).toHaveLength(20);
  });
});

describe('readYamlConfigFile', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'yaml-')), 'a.yml');

  it('says what cannot be read', () => {
    expect(readYamlConfigFile(schema, '/no/such.yml').problems).toEqual(['/no/such.yml: cannot be read (ENOENT)']);
    writeFileSync(file, 'x'.repeat(CONFIG_BYTES_MAX + 1));
    expect(readYamlConfigFile(schema, file).problems).toEqual([expect.stringContaining('bytes')]);
    writeFileSync(file, GOOD);
    expect(readYamlConfigFile(schema, file).config?.node.id).toBe('ns1');
  });
});

describe('secretFileSchema', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'secret-')), 'key');
  const withKey = z.strictObject({ key_file: secretFileSchema });
  const readKey = (path: string) => readYamlConfig(withKey, `key_file: ${path}\n`, 'a.yml');

  it('is the secret, which nothing prints', () => {
    writeFileSync(file, 'canary\n');
    const config = readKey(file).config;
    expect(config?.key_file.reveal()).toBe('canary');
    expect(`${JSON.stringify(config)} ${inspect(config)} ${String(config?.key_file)}`).not.toContain('canary');
    expect(JSON.stringify(config)).toContain(file);
  });

  it('that cannot be read is told at its line', () => {
    expect(readKey('/no/such').problems?.[0]).toMatch(/^a\.yml:1:11: key_file: cannot read the secret: ENOENT/);
    writeFileSync(file, '\n');
    expect(readKey(file).problems?.[0]).toContain('it is empty');
  });
});
