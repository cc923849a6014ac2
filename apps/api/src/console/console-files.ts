import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What `npm run build` made of apps/console. */
export const CONSOLE_FOLDER = fileURLToPath(new URL('../../../../console', import.meta.url));

const KINDS: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};
/** Nothing of the console is as large by far; a folder with more is not what was built here. */
const BYTES_MAX = 4 * 1024 * 1024;
/** Slower levels save 3 % of bytes and cost ten times the time at a start. */
const BROTLI_LEVEL = 6;

/** A file as it is sent: its bytes in three encodings, each made once. */
export interface ConsoleFile {
  readonly contentType: string;
  readonly entityTag: string;
  readonly identity: Buffer;
  readonly br: Buffer;
  readonly gzip: Buffer;
}

/** How bytes are sent to who accepts what; the smallest first. */
export type Encoding = 'br' | 'gzip' | 'identity';

const fileOf = (path: string): ConsoleFile => {
  const identity = readFileSync(path);
  return {
    contentType: KINDS[extname(path)] ?? 'application/octet-stream',
    // Weak: one tag stands for the same text in three encodings.
    entityTag: `W/"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    identity,
    br: brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_LEVEL } }),
    gzip: gzipSync(identity),
  };
};

/**
 * The files of the console by their path below the folder, all in memory: what is not in it cannot be asked for, whatever the address
 * says. Throws where the folder is not what was built: a server without its console is a wrong program.
 */
export const readConsole = (folder = CONSOLE_FOLDER): ReadonlyMap<string, ConsoleFile> => {
  const files = new Map<string, ConsoleFile>();
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = fileOf(path);
    bytes += file.identity.length;
    if (bytes > BYTES_MAX) throw new Error(`the console in ${folder} has more than ${BYTES_MAX} bytes`);
    files.set(path.slice(folder.length + 1), file);
  }
  if (!files.has('index.html')) throw new Error(`there is no index.html in ${folder}`);
  return files;
};

/** Whether a browser, or a cache before it, holds what a tag stands for, in the words of `If-None-Match`: a list, weak tags or not. */
export const isHeld = (held: string | undefined, entityTag: string): boolean => {
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');
  return (held ?? '').split(',').some((tag) => opaque(tag) === opaque(entityTag));
};

/** The smallest encoding that a browser says it takes, in the words of `Accept-Encoding`; a weight of 0 is a no. */
export const encodingFor = (accepted: string | undefined): Encoding => {
  const names = new Set(
    (accepted ?? '')
      .split(',')
      .map((each) => each.trim().toLowerCase())
      .filter((each) => !/;\s*q=0(\.0*)?$/.test(each))
      .map((each) => each.split(';', 1)[0]),
  );
  if (names.has('br')) return 'br';
  return names.has('gzip') ? 'gzip' : 'identity';
};
