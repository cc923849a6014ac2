import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file of the repository. */
export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What is not ours, is made, or is not text. Folders that begin with a dot hold state of tools, except the one of CI. */
const SKIPPED = /^(?:node_modules|dist|coverage|target|\.(?!ci$|dependency|ox|npmrc|git(?:ignore|attributes)$).*)$/;
const BINARY = /\.(?:fstrm|png|webp|ico|woff2|pb|bin|gz)$/;

const walk = (root: string, folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.test(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return walk(root, path);
      return entry.isFile() && !BINARY.test(path) ? [path] : [];
    });

/** Every text file of the repository, sorted by path. */
export const sourceFiles = (root: string): SourceFile[] =>
  walk(root, '').map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** The folders of `apps/` or `libs/` that hold files; git leaves empty ones behind. */
export const partsOf = (root: string, kind: 'apps' | 'libs'): string[] =>
  readdirSync(join(root, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && walk(root, `${kind}/${entry.name}`).length > 0)
    .map(({ name }) => name)
    .toSorted();
