import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { SourceFile } from './source-files.js';

/** A README that needs more is a reference, and belongs under docs/. */
export const README_LINES_MAX = 250;

const LINK = /\[[^\]]*\]\((?<target>[^)\s]+)(?:\s+"[^"]*")?\)/g;

const withoutCode = (text: string): string => text.replaceAll(/^```.*?^```/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** A heading's anchor, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const anchorsOf = (text: string): Set<string> => {
  const plain = withoutCode(text);
  const headings = [...plain.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));
  return new Set([...headings, ...[...plain.matchAll(/^<a id="([^"]+)">/gm)].map(([, id]) => id ?? '')]);
};

/** Links of the documents that lead nowhere: to a file that is not there, or a heading or mark that is not in it. */
export const brokenLinks = (root: string, files: readonly SourceFile[]): string[] => {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const isBroken = (from: string, target: string): boolean => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? from : normalize(join(dirname(from), path));
    if (!texts.has(to) && !existsSync(join(root, to))) return true;
    return anchor !== undefined && to.endsWith('.md') && !anchorsOf(texts.get(to) ?? '').has(anchor);
  };
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) =>
      [...withoutCode(text).matchAll(LINK)]
        .map((match) => match.groups?.['target'] ?? '')
        .filter((target) => isBroken(path, target))
        .map((target) => `${path}: ${target} leads nowhere`),
    );
};

/** Documents that grew past their purpose. */
export const longDocuments = (files: readonly SourceFile[]): string[] =>
  files
    .filter(({ path }) => path === 'README.md')
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > README_LINES_MAX)
    .map(({ path, lines }) => `${path}: ${lines} lines, at most ${README_LINES_MAX}`);
