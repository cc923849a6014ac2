import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { parseYaml, readYamlText, type ValueFinding, type YamlText } from './yaml-config.js';

/** Files of one directory that are read together: rules of a company fit in some dozens; more is another directory, by mistake. */
const FILES_MAX = 100;
const SUFFIXES = ['.yml', '.yaml'];

/** A file, parsed, not checked. */
export interface PlainFile {
  readonly name: string;
  readonly value: unknown;
}

/** A finding and the file that it is about; '' = the files together. */
export interface FileFinding extends ValueFinding {
  readonly file: string;
}

/** What files are together, and what is wrong with that. */
interface Merged {
  readonly problems: readonly FileFinding[];
}

/** Files that were read together, or everything that is wrong with them. */
export type YamlFilesRead<T> =
  | { readonly merged: T; readonly problems?: undefined; readonly shown: (finding: FileFinding) => string }
  | { readonly merged?: undefined; readonly problems: readonly string[] };

/** The files that paths name: themselves, or the `*.yml` of a directory, by name. */
const filesOf = (path: string): { readonly files: readonly string[]; readonly problem?: string } => {
  try {
    if (!statSync(path).isDirectory()) return { files: [path] };
    const files = readdirSync(path)
      .filter((name) => SUFFIXES.some((suffix) => name.endsWith(suffix)))
      .sort()
      .map((name) => join(path, name));
    if (files.length === 0) return { files, problem: `${path}: there is no *.yml in it` };
    return files.length > FILES_MAX
      ? { files: [], problem: `${path}: ${files.length} files; ${FILES_MAX} at most` }
      : { files };
  } catch (error) {
    return { files: [], problem: `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` };
  }
};

/** Reads texts as files of these names would be read; what could not be read of others is told with what is wrong in these. */
export const readYamlTexts = <T extends Merged>(
  files: readonly { readonly name: string; readonly text: string }[],
  schema: z.ZodType,
  merge: (files: readonly PlainFile[]) => T,
  unread: readonly string[] = [],
): YamlFilesRead<T> => {
  const problems = [...unread];
  const texts = new Map<string, YamlText>();
  for (const { name, text } of files) {
    const { config: parsed, problems: unparsed } = parseYaml(text, name);
    if (parsed === undefined) problems.push(...(unparsed ?? []));
    else texts.set(name, parsed);
  }
  const merged = merge([...texts].map(([name, { value }]) => ({ name, value })));
  for (const [name, text] of texts)
    problems.push(
      ...text.problems(
        schema,
        merged.problems.filter(({ file }) => file === name),
      ),
    );
  problems.push(...merged.problems.filter(({ file }) => !texts.has(file)).map(({ message }) => message));
  if (problems.length > 0) return { problems };
  return { merged, shown: (finding) => texts.get(finding.file)?.shown(finding) ?? finding.message };
};

/**
 * Reads files, or all of a directory, against one schema, and merges them. Everything that is wrong is told at once, by schema and
 * by whoever merges; a file that is no YAML is not looked at further, the others are.
 */
export const readYamlFiles = <T extends Merged>(
  paths: readonly string[],
  schema: z.ZodType,
  merge: (files: readonly PlainFile[]) => T,
): YamlFilesRead<T> => {
  const found = paths.map(filesOf);
  const problems = found.flatMap(({ problem }) => problem ?? []);
  const files: { readonly name: string; readonly text: string }[] = [];
  for (const name of found.flatMap((each) => each.files)) {
    const { config: text, problems: unread } = readYamlText(name);
    if (text === undefined) problems.push(...(unread ?? []));
    else files.push({ name, text });
  }
  return readYamlTexts(files, schema, merge, problems);
};
