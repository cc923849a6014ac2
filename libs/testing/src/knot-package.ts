import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './run-command.js';

/** Where the packages are unpacked, once per clone (the compiled file lies in dist/libs/testing/src). */
const TARGET_DIRECTORY = fileURLToPath(new URL('../../../../tools/knot/target', import.meta.url));
const UNPACKED_DIRECTORY = join(TARGET_DIRECTORY, 'root');
/** Knot and the part of it that writes dnstap, which Debian packs apart. */
const PACKAGES = ['knot', 'knot-module-dnstap'];

/** Knot on this machine: the daemon, what it needs to be run, and its dnstap module where that lies elsewhere than it would look. */
export interface KnotProgram {
  readonly path: string;
  readonly libraries: string | undefined;
  readonly dnstapModule: string | undefined;
}

const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    // Debian puts daemons where only root looks.
    .concat('/usr/sbin', '/usr/local/sbin')
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));

const fileIn = async (directory: string, name: RegExp): Promise<string | undefined> => {
  const found = (await readdir(directory, { recursive: true }).catch(() => [])).find((path) => name.test(path));
  return found === undefined ? undefined : join(directory, found);
};

/** One of the system that can write dnstap. */
const installed = async (): Promise<KnotProgram | undefined> => {
  const path = onPath('knotd');
  if (path === undefined || (await fileIn('/usr/lib', /\/knot\/modules[^/]*\/dnstap\.so$/)) === undefined)
    return undefined;
  return { path, libraries: undefined, dnstapModule: undefined };
};

const unpacked = async (): Promise<KnotProgram | undefined> => {
  const path = join(UNPACKED_DIRECTORY, 'usr', 'sbin', 'knotd');
  const library = await fileIn(UNPACKED_DIRECTORY, /\/libknot\.so\.\d+$/);
  const dnstapModule = await fileIn(UNPACKED_DIRECTORY, /\/dnstap\.so$/);
  if (!existsSync(path) || library === undefined || dnstapModule === undefined) return undefined;
  return { path, libraries: join(library, '..'), dnstapModule };
};

/** Knot as far as it is here already. */
export const findKnot = async (): Promise<KnotProgram | undefined> => (await installed()) ?? unpacked();

/** Lists and archives of our own, so that neither the system nor its administrator is needed. */
const aptOptions = (directory: string): string[] => [
  `-oDir::State::Lists=${join(directory, 'lists')}`,
  `-oDir::Cache=${join(directory, 'cache')}`,
  '-oDebug::NoLocking=1',
  '-oAPT::Sandbox::User=',
];

const download = async (directory: string): Promise<void> => {
  for (const part of ['lists/partial', 'cache/archives/partial', 'debs', 'root'])
    await mkdir(join(directory, part), { recursive: true });
  const apt = (...words: readonly string[]): Promise<string> =>
    runCommand('apt-get', [...aptOptions(directory), ...words], join(directory, 'debs'));
  await apt('-q', 'update');
  const plan = await apt('install', '-s', '--no-install-recommends', ...PACKAGES);
  // `Inst name (version …)`: the packages, and what they need and the system has not.
  const missing = plan.split('\n').flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
  await apt('-q', 'download', ...new Set([...missing, ...PACKAGES]));
  for (const deb of await readdir(join(directory, 'debs')))
    await runCommand('dpkg-deb', ['-x', join(directory, 'debs', deb), join(directory, 'root')], directory);
};

/**
 * Finds Knot, or fetches Debian's packages and unpacks them beside the source, where they change nothing of the system. Resolves to
 * why that cannot be done, where it cannot.
 */
export const prepareKnot = async (): Promise<string | undefined> => {
  if ((await findKnot()) !== undefined) return undefined;
  if (onPath('apt-get') === undefined || onPath('dpkg-deb') === undefined)
    return 'no knotd, and no apt to fetch it with';
  await mkdir(TARGET_DIRECTORY, { recursive: true });
  const aside = await mkdtemp(join(TARGET_DIRECTORY, 'fetch-'));
  try {
    await download(aside);
    // Renamed when it is whole: what was cut short must not look like one that ended.
    await rename(join(aside, 'root'), UNPACKED_DIRECTORY);
  } catch (error) {
    return `no knotd, and it could not be fetched: ${error instanceof Error ? error.message.slice(0, 300) : String(error)}`;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return (await findKnot()) === undefined ? 'no knotd in what was fetched' : undefined;
};
