import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Files of a built console by their path below its folder. */
export type BuiltFiles = ReadonlyMap<string, string>;

/** What a browser fetches, in bytes of gzip as they are sent. */
export interface LoadSizes {
  /** Before Now is shown: scripts that the page names, and all that these import. */
  readonly script: number;
  /** Before Now is shown: styles that the page names. */
  readonly style: number;
  /** After that, on Now too: the map with the outlines of land, its code, its data and its styles. */
  readonly map: number;
  /** What each other page or dialog brings when it is opened, by its file, the largest first. */
  readonly later: readonly (readonly [string, number])[];
}

/** What the console may weigh: a first look on a slow line within 3 s. A kB is 1,000 bytes. */
export const LOAD_BUDGET = { script: 180_000, style: 15_000, map: 35_000 } as const;

/** The outlines come as TopoJSON, and nothing else does: by this the map is found, whatever its file is named. */
const OUTLINES = /["'`]?type["'`]?:\s*["'`]Topology["'`]/;

const textOf = (files: BuiltFiles, path: string): string => {
  const text = files.get(path);
  if (text === undefined) throw new Error(`${path} is named, and was not built`);
  return text;
};

const namesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, path = '']) => path.replace(/^\.?\//, ''));

/** Addresses in the attributes of a page's elements. */
const named = (page: string, element: RegExp, attribute: string): string[] =>
  [...page.matchAll(element)].flatMap(([tag]) => namesIn(tag, new RegExp(`\\b${attribute}="([^"]+)"`, 'g')));

const besides = (path: string, names: readonly string[]): string[] =>
  names.map((name) => (name.includes('/') ? name : join(path, '..', name)));

const importsOf = (files: BuiltFiles, path: string): string[] =>
  besides(path, namesIn(textOf(files, path), /(?:\bfrom|\bimport)\s*["'](\.\/[^"']+\.js)["']/g));

const lazyOf = (files: BuiltFiles, path: string): string[] =>
  besides(path, namesIn(textOf(files, path), /\bimport\(\s*["'`](\.\/[^"'`]+\.js)["'`]\s*\)/g));

/** Files and all that these import at once. */
const closure = (files: BuiltFiles, from: readonly string[]): Set<string> => {
  const reached = new Set<string>();
  const waiting = [...from];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...importsOf(files, path));
  }
  return reached;
};

const sent = (files: BuiltFiles, paths: Iterable<string>): number =>
  [...paths].reduce((sum, path) => sum + gzipSync(textOf(files, path)).length, 0);

/** Styles that come with a lazy part: Vite names them beside it, under the part's own name. */
const stylesWith = (files: BuiltFiles, path: string): string[] => {
  const stem = path.replace(/-[^-]{8}\.js$/, '-');
  return [...files.keys()].filter((each) => each.startsWith(stem) && each.endsWith('.css'));
};

/** Weighs a built console by what its page names and what that imports, as a browser would fetch it. */
export const loadSizes = (files: BuiltFiles): LoadSizes => {
  const page = textOf(files, 'index.html');
  const entries = [
    ...named(page, /<script\b[^>]*>/g, 'src'),
    ...named(page, /<link\b[^>]*\brel="modulepreload"[^>]*>/g, 'href'),
  ];
  if (entries.length === 0) throw new Error('the page names no script');
  const first = closure(files, entries);
  const styles = named(page, /<link\b[^>]*\brel="stylesheet"[^>]*>/g, 'href');
  const parts = new Map(
    [...new Set([...first].flatMap((path) => lazyOf(files, path)))].map((path) => {
      const brought = [...closure(files, [path])].filter((each) => !first.has(each));
      return [path, [...brought, ...stylesWith(files, path)]] as const;
    }),
  );
  const isMap = (brought: readonly string[]) => brought.some((path) => OUTLINES.test(textOf(files, path)));
  const map = [...parts.values()].find(isMap);
  if (map === undefined) throw new Error('no part that comes later has the outlines of land');
  const later = [...parts].map(([path, brought]) => [path, sent(files, brought)] as const);
  return {
    script: sent(files, first),
    style: sent(files, styles),
    map: sent(files, map),
    later: later.toSorted(([, one], [, other]) => other - one),
  };
};

/** What is heavier than it may be, a sentence each. */
export const tooHeavy = (sizes: LoadSizes): readonly string[] =>
  (['script', 'style', 'map'] as const).flatMap((part) =>
    sizes[part] > LOAD_BUDGET[part]
      ? [`${part}: ${sizes[part]} bytes of gzip, ${sizes[part] - LOAD_BUDGET[part]} more than ${LOAD_BUDGET[part]}`]
      : [],
  );

/** Reads what the build wrote. */
export const readBuilt = (folder: string): BuiltFiles =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(html|js|css)$/.test(path))
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')] as const),
  );
