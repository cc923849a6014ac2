import type { SourceFile } from './source-files.js';
import { testTitles } from './test-titles.js';

/** Longer functions hold more than one thought; the same limit as the linter's, for files it does not read. */
export const FUNCTION_LINES_MAX = 70;
/** Longer files hold more than one subject. */
export const FILE_LINES_MAX = 400;

const isCode = ({ path }: SourceFile): boolean => /\.(?:tsx?|mjs|cjs)$/.test(path);
const isSpec = ({ path }: SourceFile): boolean => path.endsWith('.spec.ts');
/** A suite is a list of tests, not a function to be understood at once. */
const isSuite = ({ path }: SourceFile): boolean => /\.(?:spec|contract)\.ts$/.test(path);

const OPENS_FUNCTION =
  /(?:=>|\bfunction\b.*|^\s+(?:(?:public|private|protected|static|async|override|get|set)\s+)*#?\w+\(.*\)(?:: [^=]+)?) \{$/;
const NOT_A_FUNCTION = /^\s*(?:if|for|while|switch|catch|\} ?else|\} ?catch|return \{)/;

/** A document of GraphQL asks for what a page shows, in one piece: it is data, and looks like functions. */
const isDocument = ({ path }: SourceFile): boolean => path.endsWith('-document.ts');

/** `path:line` of every function that is too long. Reads formatted code by its indentation. */
export const longFunctions = (file: SourceFile, linesMax = FUNCTION_LINES_MAX): string[] => {
  if (!isCode(file) || isSuite(file) || isDocument(file)) return [];
  const lines = file.text.split('\n');
  return lines.flatMap((line, at) => {
    if (!OPENS_FUNCTION.test(line) || NOT_A_FUNCTION.test(line)) return [];
    const indent = /^ */.exec(line)?.[0] ?? '';
    const end = lines.findIndex((other, i) => i > at && other.startsWith(`${indent}}`));
    const length = end - at + 1;
    return end !== -1 && length > linesMax ? [`${file.path}:${at + 1}: a function of ${length} lines`] : [];
  });
};

/** Files with more lines than one reads at once. */
export const longFiles = (file: SourceFile, linesMax = FILE_LINES_MAX): string[] => {
  const lines = file.text.trimEnd().split('\n').length;
  return isCode(file) && lines > linesMax ? [`${file.path}: ${lines} lines`] : [];
};

const BANNED_IN_CODE: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [
    /(?:[:<|&=]|typeof|extends)\s*import\(/,
    'an import at the top: the boundary gate does not see a type that is imported in place',
  ],
  [/\b(?:TODO|FIXME|XXX)\b(?!\(#\d+\))/, 'the number of an issue in brackets'], // tidy: the words looked for
  [/\bas any\b/, 'unknown, and a check'],
  [
    /\b(?:const|class|interface|type|function) \w*(?:Manager|Helper|Util|Utils|Helpers)\b/,
    'a name that says what it does',
  ],
  [/\b(?:interface|type) I[A-Z][a-z]\w*\b/, 'the name without I'],
  [/\b(?:it|describe|test)\.only\(/, 'all tests'],
  [/@ts-(?:ignore|nocheck)\b/, 'a type that fits, or @ts-expect-error with its reason'],
];
const BANNED_PATH = /(?:^|\/)(?:utils?|common|helpers?|misc|shared|base|manager)(?:\/|\.[^/]*$)/;

/** Words with a better replacement. A line that must hold one says `tidy:` and why. */
export const bannedWords = (file: SourceFile): string[] => {
  if (!isCode(file)) return [];
  const inName = BANNED_PATH.test(file.path) ? [`${file.path}: a name that says what it holds`] : [];
  const inText = file.text
    .split('\n')
    .flatMap((line, at) =>
      /\btidy:/.test(line)
        ? []
        : BANNED_IN_CODE.filter(([pattern]) => pattern.test(line)).map(
            ([pattern, instead]) => `${file.path}:${at + 1}: ${pattern.exec(line)?.[0]}: instead, ${instead}`,
          ),
    );
  return [...inName, ...inText];
};

const DECLARES =
  /^export (?:declare |abstract |async )*(?:const|let|type|interface|enum|class|function\*?) (?<name>\w+)/;

/** The line above a declaration and its decorators. */
const lineAbove = (lines: readonly string[], at: number): string => {
  let above = at - 1;
  while (/^(?:@|\/\/ oxlint-|\}?\)|\]?\)| {2})/.test(lines[above] ?? '')) above -= 1;
  return lines[above] ?? '';
};

/** What is exported without a sentence on what it is. A type under the value of the same subject still needs its own. */
export const undocumented = (file: SourceFile): string[] => {
  if (!/\.tsx?$/.test(file.path) || isSpec(file)) return [];
  const lines = file.text.split('\n');
  return lines.flatMap((line, at) => {
    const name = DECLARES.exec(line)?.groups?.['name'];
    if (name === undefined) return [];
    return lineAbove(lines, at).endsWith('*/') ? [] : [`${file.path}:${at + 1}: ${name} has no sentence`];
  });
};

/** Titles that two tests of one file share: a failure would not say which. */
export const repeatedTitles = (file: SourceFile): string[] => {
  if (!isSpec(file)) return [];
  const paths = testTitles(file.text)
    .filter(({ kind }) => kind === 'it')
    .map(({ path }) => path);
  return paths.filter((path, i) => paths.indexOf(path) !== i).map((path) => `${file.path}: twice: ${path}`);
};

/** Addresses of a machine or a registry: a clone must not depend on where it was made. */
const FOREIGN = [
  /\bregistry\.(?:npmjs|yarnpkg)\b|\bregistry=|artifactory|verdaccio/i, // tidy: the words looked for
  /(?<![\w.-])\/(?:work|home|Users|root)\/\w/, // tidy: the words looked for
  /(?<![\w.-])\/tmp\/w\/|\.\.\/shared\//, // tidy: the words looked for
];

/** Lines that name a package registry or a path of one machine. */
export const foreignAddresses = (file: SourceFile): string[] =>
  file.text.split('\n').flatMap((line, at) => {
    const found = /\btidy:/.test(line) ? undefined : FOREIGN.map((pattern) => pattern.exec(line)?.[0]).find(Boolean);
    return found === undefined ? [] : [`${file.path}:${at + 1}: ${found}`];
  });

/** Whose code connects to what one's own setting names, and why that is not looked at. */
const CONNECTS: Readonly<Record<string, string>> = {
  'apps/edge-agent/': 'to the gateway of its own setting, from a machine of the operator',
  'apps/prober/': 'to the gateway of its own setting',
  'apps/cli/': 'to the server that whoever calls it names, with his own rights',
  'apps/console/': "to where it came from; the page's policy lets it reach nothing else",
  'apps/simulator/': 'to the server that it plays a fleet for',
  'libs/outgoing/': 'it is where addresses are checked',
  'libs/testing/': 'of tests',
};
/** Ways to send a request that checks no address. */
const UNCHECKED = [
  /(?<![.\w#]|async )(?:globalThis\.)?fetch\(/,
  /import (?:\w+, )?\{[^}]*\b(?:request|get)\b[^}]*\} from '(?:node:)?https?'/,
  /import (?:\* as )?\w+ from '(?:node:)?https?2?'/,
  /from '(?:undici|axios|got|node-fetch|(?:node:)?http2)'/,
];

/** Where a server sends a request of its own beside the way that checks its address. */
export const uncheckedSends = (file: SourceFile): string[] => {
  const isServer = /^(?:apps|libs)\//.test(file.path) && !Object.keys(CONNECTS).some((at) => file.path.startsWith(at));
  if (!isCode(file) || !isServer || /\.(?:spec|fixture|fake|contract)\.ts$/.test(file.path)) return [];
  return UNCHECKED.flatMap((pattern) => {
    const found = pattern.exec(file.text)?.[0];
    return found === undefined
      ? []
      : [`${file.path}: ${found}: instead, post of libs/outgoing, which checks the address`];
  });
};
