import { readFileSync, statSync } from 'node:fs';
import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { suggestionFor } from './suggestion.js';
import { pointAt } from './source-line.js';

/** A configuration, or everything that is wrong with it: `file:line:column: message`, the line of the file, and a caret below it. */
export type YamlRead<T> =
  | { readonly config: T; readonly problems?: undefined }
  | { readonly config?: undefined; readonly problems: readonly string[] };

/** Lists of zones are files of their own; a longer configuration is another file, given by mistake. */
export const CONFIG_BYTES_MAX = 1024 * 1024;
/** A list of more problems is not read. */
const PROBLEMS_MAX = 20;

type Path = readonly PropertyKey[];
type KeyIssue = Extract<z.core.$ZodIssue, { code: 'unrecognized_keys' }>;

/** A file while it is read: where its parts stand, and what is wrong. */
class YamlFile {
  readonly problems: string[] = [];
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

  wrong(offset: number, message: string, isUnknownKey = false): void {
    if (this.problems.length >= PROBLEMS_MAX) return;
    const { line, col } = this.lines.linePos(offset);
    const start = this.lines.lineStarts[line - 1] ?? 0;
    const source = this.text.slice(start, this.lines.lineStarts[line]);
    this.problems.push(`${this.fileName}:${line}:${col}: ${message}\n${pointAt(source, col, isUnknownKey)}`);
  }

  /** Where a value stands; of one that is not there, what should hold it. */
  offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.document.getIn(path.slice(0, length), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] === undefined) continue;
      // Of a section that lacks something, its name says more than its first key.
      return length < path.length ? this.offsetOfKey(path.slice(0, length - 1), path[length - 1]) : range[0];
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

const addUnknownKeys = (file: YamlFile, schema: z.core.$ZodType, { path, keys }: KeyIssue): void => {
  for (const key of keys) {
    const suggestion = suggestionFor(schema, path, key);
    const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
    file.wrong(file.offsetOfKey(path, key), `${nameOf([...path, key])}: there is no such key${hint}`, true);
  }
};

const isAbsent = (file: YamlFile, path: Path): boolean => path.length > 0 && !file.document.hasIn(path);

const addIssue = (file: YamlFile, schema: z.core.$ZodType, issue: z.core.$ZodIssue): void => {
  if (issue.code === 'unrecognized_keys') addUnknownKeys(file, schema, issue);
  else {
    const { path } = issue;
    const message = isAbsent(file, path) ? 'is missing' : issue.message;
    file.wrong(file.offsetOf(path), path.length === 0 ? message : `${nameOf(path)}: ${message}`);
  }
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
  const file = new YamlFile(text, fileName);
  if (file.problems.length > 0) return { problems: file.problems };
  let value: unknown;
  try {
    value = file.value;
  } catch (error) {
    // Aliases of aliases: a few lines that would fill the memory.
    return { problems: [`${fileName}: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const checked = schema.safeParse(value);
  if (checked.success) return { config: checked.data };
  for (const issue of checked.error.issues) addIssue(file, schema, issue);
  return { problems: file.problems };
};

/** Reads a YAML file against a schema; a file that cannot be read is a problem too. */
export const readYamlConfigFile = <S extends z.ZodType>(schema: S, path: string): YamlRead<z.output<S>> => {
  try {
    const { size } = statSync(path);
    if (size > CONFIG_BYTES_MAX) return { problems: [`${path}: ${size} bytes; ${CONFIG_BYTES_MAX} at most`] };
    return readYamlConfig(schema, readFileSync(path, 'utf8'), path);
  } catch (error) {
    return { problems: [`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`] };
  }
};
