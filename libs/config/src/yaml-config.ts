import { readFileSync, statSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { nearestOf, suggestionFor } from './suggestion.js';
import { pointAt } from './source-line.js';

/** A configuration, or everything that is wrong with it: `file:line:column: message`, the line of the file, and a caret below it. */
export type YamlRead<T> =
  | { readonly config: T; readonly problems?: undefined }
  | { readonly config?: undefined; readonly problems: readonly string[] };

/** Lists of zones are files of their own; a longer configuration is another file, given by mistake. */
export const CONFIG_BYTES_MAX = 1024 * 1024;
/** A list of more problems is not read. */
const PROBLEMS_MAX = 20;

/** Where a value stands: keys and places in lists. */
export type Path = readonly PropertyKey[];
type KeyIssue = Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>;

/** A file while it is read: where its parts stand, and what is wrong. */
class YamlFile {
  private readonly told: { readonly offset: number; readonly text: string }[] = [];
  readonly document: Document;
  private readonly lines = new LineCounter();

  constructor(
    private readonly text: string,
    private readonly fileName: string,
  ) {
    // Positions are ours to print: the package's own message would show lines that hold secrets.
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false, version: '1.2', merge: false });
    for (const { message, pos } of [...this.document.errors, ...this.document.warnings]) this.wrong(pos[0], message);
  }

  get value(): unknown {
    // An empty file says nothing, as one with no keys.
    return this.document.toJS() ?? {};
  }

  /** In the order of the file, as it is read. */
  get problems(): readonly string[] {
    return this.told
      .toSorted((a, b) => a.offset - b.offset)
      .slice(0, PROBLEMS_MAX)
      .map(({ text }) => text);
  }

  wrong(offset: number, message: string, isUnknownKey = false): void {
    this.told.push({ offset, text: this.shown(offset, message, isUnknownKey) });
  }

  shown(offset: number, message: string, isUnknownKey = false): string {
    const { line, col } = this.lines.linePos(offset);
    const start = this.lines.lineStarts[line - 1] ?? 0;
    const source = this.text.slice(start, this.lines.lineStarts[line]);
    return `${this.fileName}:${line}:${col}: ${message}\n${pointAt(source, col, isUnknownKey)}`;
  }

  /** Where a value stands; of one that is not there, what should hold it. */
  offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.document.getIn(path.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] === undefined) continue;
      // Of a section that lacks something, its name says more than its first key; an item of a list has no name.
      const name = path[length - 1];
      const isNamed = length < path.length && typeof name === 'string';
      return isNamed ? this.offsetOfKey(path.slice(0, length - 1), name) : range[0];
    }
    return 0;
  }

  offsetOfKey(path: Path, key: PropertyKey | undefined): number {
    const map = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    const pairs = isMap(map) ? map.items : [];
    const found = pairs.find((pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key);
    return (isScalar(found?.key) ? found.key.range?.[0] : undefined) ?? this.offsetOf(path);
  }
}

const nameOf = (path: Path): string => path.map(String).join('.');

const hintOf = (meant: string | undefined): string => (meant === undefined ? '' : `; did you mean ${meant}?`);

const addUnknownKeys = (file: YamlFile, schema: z.core.$ZodType, { path, keys }: KeyIssue): void => {
  for (const key of keys) {
    const hint = hintOf(suggestionFor(schema, path, key));
    file.wrong(file.offsetOfKey(path, key), `${nameOf([...path, key])}: there is no such key${hint}`, true);
  }
};

const isAbsent = (file: YamlFile, path: Path): boolean => path.length > 0 && !file.document.hasIn(path);

/** One of some words was expected: which was written, and which was meant. */
const messageOf = (file: YamlFile, issue: z.core.$ZodIssue): string => {
  const { path } = issue;
  if (isAbsent(file, path)) return 'is missing';
  const written = file.document.getIn(path);
  if (issue.code !== 'invalid_value' || typeof written !== 'string') return issue.message;
  const words = issue.values.map(String);
  const meant = hintOf(nearestOf(written, words));
  return `there is no ${written}${meant === '' ? `: expected ${words.join(', ')}` : meant}`;
};

const addIssue = (file: YamlFile, schema: z.core.$ZodType, issue: z.core.$ZodIssue): void => {
  if (issue.code === 'unrecognized_keys') return addUnknownKeys(file, schema, issue);
  const { path } = issue;
  const message = messageOf(file, issue);
  file.wrong(file.offsetOf(path), path.length === 0 ? message : `${nameOf(path)}: ${message}`);
};

/** What somebody else found wrong with a value, beyond its shape. */
export interface ValueFinding {
  readonly path: Path;
  readonly message: string;
  /** A word that is not known, and those that are. */
  readonly near?: { readonly word: string; readonly known: readonly string[] } | undefined;
}

const textOf = ({ path, message, near }: ValueFinding): string => {
  const hint = near === undefined ? '' : hintOf(nearestOf(near.word, near.known));
  return `${path.length === 0 ? '' : `${nameOf(path)}: `}${message}${hint}`;
};

/** A text that is YAML: its value, and how to say something about a place of it. */
export interface YamlText {
  readonly value: unknown;
  /** Everything that is wrong by a schema, and what somebody else found, in the order of the file. */
  readonly problems: (schema: z.ZodType, findings: readonly ValueFinding[]) => readonly string[];
  /** Something to be said about a place: `file:line:column: message`, the line, and a caret. */
  readonly shown: (finding: ValueFinding) => string;
}

/** Parses a YAML text; problems when it is none. */
export const parseYaml = (text: string, fileName: string): YamlRead<YamlText> => {
  const file = new YamlFile(text, fileName);
  if (file.problems.length > 0) return { problems: file.problems };
  let value: unknown;
  try {
    value = file.value;
  } catch (error) {
    // Aliases of aliases: a few lines that would fill the memory.
    return { problems: [`${fileName}: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const problems: YamlText['problems'] = (schema, findings) => {
    for (const issue of schema.safeParse(value).error?.issues ?? []) addIssue(file, schema, issue);
    for (const finding of findings) file.wrong(file.offsetOf(finding.path), textOf(finding));
    return file.problems;
  };
  const shown: YamlText['shown'] = (finding) => file.shown(file.offsetOf(finding.path), textOf(finding));
  return { config: { value, problems, shown } };
};

/**
 * Reads a YAML text against a schema. Sections should be `z.strictObject`s, so that a key that is written wrong is told in place of
 * being overlooked. Everything that is wrong is told at once, except that a text that is no YAML is not looked at further.
 */
export const readYamlConfig = <S extends z.ZodType>(
  schema: S,
  text: string,
  fileName: string,
): YamlRead<z.output<S>> => {
  const { config: parsed, problems } = parseYaml(text, fileName);
  if (parsed === undefined) return { problems };
  const checked = schema.safeParse(parsed.value);
  return checked.success ? { config: checked.data } : { problems: parsed.problems(schema, []) };
};

/** Reads a YAML file as text; a file that cannot be read is a problem too. */
export const readYamlText = (path: string): YamlRead<string> => {
  try {
    const { size } = statSync(path);
    if (size > CONFIG_BYTES_MAX) return { problems: [`${path}: ${size} bytes; ${CONFIG_BYTES_MAX} at most`] };
    return { config: readFileSync(path, 'utf8') };
  } catch (error) {
    return { problems: [`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`] };
  }
};

/** Reads a YAML file against a schema; a file that cannot be read is a problem too. */
export const readYamlConfigFile = <S extends z.ZodType>(schema: S, path: string): YamlRead<z.output<S>> => {
  const { config: text, problems } = readYamlText(path);
  return text === undefined ? { problems } : readYamlConfig(schema, text, path);
};
