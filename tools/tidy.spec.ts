import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CONSOLE_GATE, cruise, SERVER_GATE } from './cruise.js';
import { brokenLinks, longDocuments } from './documents.js';
import { projectProblems } from './nest-projects.js';
import { plant, PLANTED, PLANTED_IN_CONSOLE } from './planted-violations.js';
import { partsOf, sourceFiles } from './source-files.js';
import {
  bannedWords,
  foreignAddresses,
  longFiles,
  longFunctions,
  repeatedTitles,
  uncheckedSends,
  undocumented,
} from './tidy.js';

const ROOT = process.cwd();
const files = sourceFiles(ROOT);
/** What is written by a tool is that tool's business. */
const ours = files.filter(({ path }) => path !== 'package-lock.json');
const file = (path: string, text: string) => ({ path, text });

describe('the tree is tidy', () => {
  it('looked at something', () => {
    expect(files.filter(({ path }) => path.endsWith('.ts')).length).toBeGreaterThan(250);
  });

  it.each([
    ['files are short', longFiles],
    ['functions are short', longFunctions],
    ['words have a better replacement', bannedWords],
    ['every exported thing says what it is', undocumented],
    ['titles of tests are unique in their file', repeatedTitles],
    ['no address of a machine or a registry', foreignAddresses],
    ['no request goes to an address that nobody checked', uncheckedSends],
  ])('%s', (_what, check) => {
    expect(ours.flatMap((one) => check(one))).toEqual([]);
  });

  it('the lock file names no address to download from', () => {
    expect(foreignAddresses(file('package-lock.json', readFileSync(join(ROOT, 'package-lock.json'), 'utf8')))).toEqual(
      [],
    );
  });

  it('links of the documents lead somewhere', () => {
    expect(brokenLinks(ROOT, files)).toEqual([]);
    expect(longDocuments(files)).toEqual([]);
  });
});

describe('a request to an address that nobody checked', () => {
  it.each([
    ['await fetch(url)', 'apps/api/src/a.ts'],
    ['void globalThis.fetch(url)', 'libs/runtime/src/a.ts'],
    ["import { type IncomingMessage, request } from 'node:http';", 'apps/dispatcher/src/a.ts'],
    ["import https from 'node:https';", 'apps/signer/src/a.ts'],
    ["import * as http from 'http';", 'apps/rules/src/a.ts'],
    ["import { request } from 'undici';", 'apps/gateway/src/a.ts'],
  ])('%s is found in %s', (text, path) => {
    expect(uncheckedSends(file(path, text))).toHaveLength(1);
    expect(uncheckedSends(file('apps/cli/src/a.ts', text))).toEqual([]);
    expect(uncheckedSends(file('apps/api/src/a.spec.ts', text))).toEqual([]);
  });

  it('is no reading of a log, and no server', () => {
    const text = "import { createServer } from 'node:http';\nawait this.fetch(from);\nawait source.fetch(from);";
    expect(uncheckedSends(file('libs/event-log/src/a.ts', text))).toEqual([]);
  });
});

describe('nest-cli.json', () => {
  const project = { type: 'application', root: 'apps/a', sourceRoot: 'apps/a/src', entryFile: 'main' };
  const options = { compilerOptions: { tsConfigPath: 'tsconfig.json' } };
  const text = (projects: object): string => JSON.stringify({ projects });

  it('has one project for each folder', () => {
    const folders = { apps: partsOf(ROOT, 'apps'), libs: partsOf(ROOT, 'libs') };
    expect(projectProblems(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8'), folders)).toEqual([]);
  });

  it('is wrong with a project too few, too many, or of another folder', () => {
    const folders = { apps: ['a'], libs: ['b'] };
    expect(projectProblems(text({ a: { ...project, ...options } }), { apps: ['a'], libs: [] })).toEqual([]);
    expect(projectProblems('{}', folders)).toEqual(['apps/a: no project', 'libs/b: no project']);
    expect(projectProblems(text({ a: project, b: { ...project, ...options }, c: {} }), folders)).toEqual([
      'apps/a: no compilerOptions.tsConfigPath',
      'libs/b: type is not library',
      'libs/b: root is not libs/b',
      'libs/b: sourceRoot is not libs/b/src',
      'c: a project without a folder',
    ]);
  });
});

describe('each check can fail', () => {
  const lines = (count: number): string => 'x();\n'.repeat(count);

  it('long files and functions', () => {
    expect(longFiles(file('a.mjs', lines(401)))).toEqual(['a.mjs: 401 lines']);
    expect(longFunctions(file('a.mjs', `const f = () => {\n${lines(69)}};`))).toEqual([
      'a.mjs:1: a function of 71 lines',
    ]);
    expect(
      longFunctions(file('a.ts', `class A {\n  async run(x: T): Promise<void> {\n${lines(69)}  }\n}`)),
    ).toHaveLength(1);
    expect(longFunctions(file('a.ts', `const f = () => {\n${lines(68)}};`))).toEqual([]);
  });

  it.each([
    'let a: im' + "port('x').T;",
    'f<im' + "port('x').T>();",
    '// TO' + 'DO later',
    'x as ' + 'any',
    'class RoleMana' + 'ger {}',
    'inter' + 'face IStore {}',
    'it.on' + "ly('x')",
  ])('a banned word: %s', (text) => {
    expect(bannedWords(file('a.ts', text))).toHaveLength(1);
  });

  it.each(['libs/x/src/utils.ts', 'libs/x/src/utils/a.ts', 'apps/a/src/common.ts'])('a banned name: %s', (path) => {
    expect(bannedWords(file(path, ''))).toHaveLength(1);
  });

  it('an import that is awaited is no banned word', () => {
    expect(bannedWords(file('a.ts', "const { a } = await import('x');"))).toEqual([]);
  });

  it('an exported thing without a sentence', () => {
    expect(undocumented(file('a.ts', 'export const a = 1;'))).toHaveLength(1);
    expect(undocumented(file('a.ts', 'export enum A {}\nexport async function* b() {}'))).toHaveLength(2);
    expect(undocumented(file('a.ts', '@Injectable()\nexport class A {}'))).toHaveLength(1);
    expect(undocumented(file('a.ts', '/** A. */\n@Module({\n  providers: [],\n})\nexport class A {}'))).toEqual([]);
  });

  it('a repeated title', () => {
    const twice = "it('a', () => {\n});\nit('a', () => {\n});\n";
    const apart = "describe('x', () => {\n  it('a', () => {\n  });\n});\nit('a', () => {\n});\n";
    expect(repeatedTitles(file('a.spec.ts', twice))).toHaveLength(1);
    expect(repeatedTitles(file('a.spec.ts', apart))).toEqual([]);
  });

  it.each(['https://regis' + 'try.npmjs.org/x', "'/wo" + "rk/x'", ' /ho' + 'me/me/x', '../sha' + 'red/x'])(
    'a foreign address: %s',
    (text) => {
      expect(foreignAddresses(file('a.md', text))).toHaveLength(1);
    },
  );

  it('a broken link', () => {
    const text = '# Some head\n[a](package.json) [b](#some-head) [c](nowhere.md) [d](#other) `[e](code.md)`';
    expect(brokenLinks(ROOT, [file('README.md', text)])).toEqual([
      'README.md: nowhere.md leads nowhere',
      'README.md: #other leads nowhere',
    ]);
    expect(longDocuments([file('README.md', lines(251))])).toHaveLength(1);
  });
});

describe('the boundary gate', () => {
  it.each([
    ['the server', SERVER_GATE, 1_000],
    ['the console', CONSOLE_GATE, 100],
  ])('sees the tree of %s, and nothing in it crosses a boundary', (_, gate, modulesMin) => {
    const real = cruise(ROOT, ROOT, gate);
    expect(real.modules).toBeGreaterThan(modulesMin);
    expect([...real.broken]).toEqual([]);
  });

  it.each([
    ['the server', SERVER_GATE, PLANTED, 25],
    ['the console', CONSOLE_GATE, PLANTED_IN_CONSOLE, 10],
  ])('sees every violation planted in %s', (_, gate, planted, rulesMin) => {
    // A folder of its own: two runs in one clone must not take it from each other.
    const folder = mkdtempSync(join(ROOT, 'dist/.planted-'));
    try {
      plant(ROOT, folder, planted);
      const { broken, rules } = cruise(ROOT, folder, gate);
      expect(rules.size).toBeGreaterThan(rulesMin);
      expect([...rules].filter((rule) => !broken.has(rule))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(['apps', 'libs'] as const)('knows every folder of %s, and so does ARCHITECTURE.md', (kind) => {
    const map = readFileSync(join(ROOT, SERVER_GATE.config), 'utf8');
    const picture = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const missing = partsOf(ROOT, kind).filter(
      (name) => !new RegExp(`['" ]${name}['":,\\]]`).test(map) || !picture.includes(`\`${kind}/${name}\``),
    );
    expect(missing).toEqual([]);
  });
});
