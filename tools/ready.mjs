/**
 * Makes a clone ready to run: installs what the lock file says when that changed, compiles when a source changed. Every npm script
 * begins here, so that none needs another one first. Needs nothing but Node and npm; two runs at once wait for each other.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Tocsin needs Node 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

const say = (line) => process.stderr.write(`${line}\n`);
const digest = (text) => createHash('sha256').update(text).digest('hex');
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Runs a command; on failure prints what it said and ends. */
const run = (what, command, words, options = {}) => {
  const started = performance.now();
  const result = spawnSync(command, words, { encoding: 'utf8', maxBuffer: 1 << 26, ...options });
  if (result.status !== 0) {
    say(`${what} failed:`);
    say(
      `${result.stdout ?? ''}${result.stderr ?? ''}`.trim() || String(result.error ?? `exit status ${result.status}`),
    );
    process.exit(1);
  }
  return Math.round((performance.now() - started) / 100) / 10;
};

// A lock of a process that no longer lives, or older than this, is nobody's: an installation takes a minute, not ten.
const LOCK_STALE_MS = 600_000;
const lock = join(root, '.ready.lock');
const readLock = () => {
  try {
    return { pid: readFileSync(lock, 'utf8'), ageMs: Date.now() - statSync(lock).mtimeMs };
  } catch {
    return undefined; // Released meanwhile: whoever has it now is not this one.
  }
};
const isAbandoned = (held) => {
  if (held.ageMs > LOCK_STALE_MS) return true;
  // The holder writes its pid right after creating the file.
  if (held.pid === '') return held.ageMs > 1_000;
  // Our own pid: that of a process before us, in a container that was started anew.
  if (held.pid === String(process.pid)) return true;
  try {
    process.kill(Number(held.pid), 0);
    return false;
  } catch (error) {
    return error.code !== 'EPERM'; // Another user's process lives.
  }
};
const takeLock = () => {
  for (let waited = 0; ; waited += 100) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => {
        if (readLock()?.pid === String(process.pid)) rmSync(lock, { force: true });
      });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const held = readLock();
      // Sleeps before it tries again: another that judged the same lock then removes that one, not a new one.
      if (held !== undefined && isAbandoned(held)) rmSync(lock, { force: true });
      if (waited === 2_000) say('Waiting for another run that prepares this clone …');
      sleep(100);
    }
  }
};

const installStamp = join(root, 'node_modules', '.tocsin-installed');
const lockFile = readFileSync('package-lock.json', 'utf8');
/** `--installed`: somebody else did, as a layer of an image. */
const isInstalled = () =>
  process.argv.includes('--installed') ||
  (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === digest(lockFile));

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const shell = process.platform === 'win32';

/** False where the home folder is missing or another user's, as in a container that runs under a number without a name. */
const isNpmCacheWritable = () => {
  const cache = spawnSync(npm, ['config', 'get', 'cache'], { encoding: 'utf8', shell }).stdout?.trim();
  if (!cache) return true; // npm itself will say what is wrong.
  const folder = join(cache, '_cacache', 'tmp');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

const install = () => {
  if (isInstalled()) return;
  say('Installing packages from the lock file (about a minute the first time) …');
  const words = ['ci', '--ignore-scripts', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const ownCache = isNpmCacheWritable() ? undefined : mkdtempSync(join(tmpdir(), 'tocsin-npm-'));
  if (ownCache !== undefined) {
    process.on('exit', () => rmSync(ownCache, { recursive: true, force: true }));
    words.push('--cache', ownCache);
  }
  const seconds = run('npm ci', npm, words, { shell });
  writeFileSync(installStamp, digest(lockFile));
  say(`Installed in ${seconds} s.`);
};

/** Every file under the folders that tsc reads, with its content's weight: size and time are enough to see a change. */
const sources = () => {
  const found = ['tsconfig.json', 'package.json', 'package-lock.json', join('docs', 'schema.graphql')];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'node_modules') continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.(ts|tsx|mjs|json|css|html|svg)$/.test(entry.name)) found.push(path);
    }
  };
  for (const folder of ['apps', 'libs', 'tools']) if (existsSync(folder)) walk(folder);
  return found.sort();
};

const fingerprint = () =>
  digest(
    sources()
      .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
      .join('\n'),
  );

/** Removes what an earlier build wrote for a source that is gone: a deleted test must not run on. */
const sweep = () => {
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      // Of a test that runs at this moment; and what Vite makes has no source of the same name.
      if (entry.name.startsWith('.') || path === join('dist', 'console')) continue;
      if (entry.isDirectory()) walk(path);
      else if (/\.js(\.map)?$/.test(entry.name)) {
        const source = relative('dist', path).replace(/\.js(\.map)?$/, '');
        if (!['.ts', '.tsx'].some((end) => existsSync(source + end))) rmSync(path);
      }
    }
  };
  if (existsSync('dist')) walk('dist');
};

const buildStamp = join(root, 'dist', '.built');
const isBuilt = (print) => existsSync(buildStamp) && readFileSync(buildStamp, 'utf8') === print;

const build = () => {
  const print = fingerprint();
  if (isBuilt(print)) return;
  rmSync(buildStamp, { force: true });
  mkdirSync('dist', { recursive: true });
  sweep();
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const seconds =
    run('tsc', process.execPath, [tsc]) +
    run('the types of the schema', process.execPath, [join('tools', 'console-types.mjs')]) +
    // Apart from the rest: it has the types of browsers.
    run('tsc of the console', process.execPath, [tsc, '-p', 'apps/console']) +
    run('vite', process.execPath, [
      join('node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      'apps/console',
      '--logLevel',
      'warn',
    ]);
  writeFileSync(buildStamp, print);
  if (seconds > 2 || !process.argv.includes('--quiet')) say(`Compiled in ${seconds.toFixed(1)} s.`);
};

if (!isInstalled() || !isBuilt(fingerprint())) {
  takeLock();
  install();
  build();
}
