import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Release } from '#contracts';
import { releaseNameOf } from './release-name.js';

/** Where one half of a release is read. `tap`: what the DNS server says of itself in its frames. */
export type ReleaseSource =
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'command'; readonly words: readonly string[]; readonly timeoutMs: number }
  | { readonly kind: 'tap' };

/** Where both are read. */
export type ReleaseSources = { readonly [Half in keyof Release]: ReleaseSource };

/** How often sources are read again, beside each start of a server. */
export const RELEASE_EVERY_MS = 10_000;
/** Before anything is known. */
export const RELEASE_UNKNOWN = 'unknown';
/** A version is a line: the rest of a file is not looked at, and a program that prints more than this is not what it should be. */
const TEXT_BYTES_MAX = 4_096;

const readFileHead = async (path: string): Promise<string> => {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(TEXT_BYTES_MAX), 0, TEXT_BYTES_MAX, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
};

/** Without a shell, and without the agent's own variables, some of which are secrets. */
const runCommand = (words: readonly string[], timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const [program = '', ...rest] = words;
    const env = { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin' };
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: TEXT_BYTES_MAX, env } as const;
    const child = execFile(program, rest, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim() === '' ? stderr : stdout);
      else if (error.killed === true) reject(new Error(`no answer in ${timeoutMs} ms`));
      else reject(new Error(String(error.code ?? error.message)));
    });
    child.stdin?.end();
  });

const nameFrom = async (source: ReleaseSource): Promise<string | undefined> => {
  switch (source.kind) {
    case 'literal':
      return source.name;
    case 'tap':
      return undefined;
    case 'file':
    case 'command': {
      const text = source.kind === 'file' ? readFileHead(source.path) : runCommand(source.words, source.timeoutMs);
      const name = releaseNameOf(await text);
      if (name === undefined) throw new Error('it says nothing');
      return name;
    }
  }
};

const describe = (source: ReleaseSource): string =>
  source.kind === 'file' ? source.path : source.kind === 'command' ? source.words.join(' ') : source.kind;

/**
 * Which release the server runs. Each half is in one of three states:
 * - UNKNOWN: nothing was read yet; it is called `unknown`, never guessed;
 * - KNOWN: as last read;
 * - STALE: the source failed since. The last known stays, and that is said once.
 */
export class ReleaseWatch {
  private known: Release;
  private readonly failing = new Map<keyof Release, string>();
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly sources: ReleaseSources,
    private readonly say: (line: string) => void,
    private readonly onChange: (release: Release) => void,
  ) {
    const first = (source: ReleaseSource): string => (source.kind === 'literal' ? source.name : RELEASE_UNKNOWN);
    this.known = { softwareVersion: first(sources.softwareVersion), configRev: first(sources.configRev) };
  }

  /** As last read. */
  get release(): Release {
    return this.known;
  }

  /** Whether frames are to be looked at for a version. */
  get followsTap(): boolean {
    return this.sources.softwareVersion.kind === 'tap' || this.sources.configRev.kind === 'tap';
  }

  /** Reads the sources; what is asked for while they are read is read after that, once. */
  read(): Promise<void> {
    if (this.running === undefined) return this.start();
    this.next ??= this.running.then(() => {
      this.next = undefined;
      return this.start();
    });
    return this.next;
  }

  /** What a frame says. */
  heard(version: string): void {
    const name = releaseNameOf(version);
    if (name === undefined) return;
    for (const half of ['softwareVersion', 'configRev'] as const)
      if (this.sources[half].kind === 'tap') this.learn({ [half]: name });
  }

  private start(): Promise<void> {
    this.running = this.readBoth().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async readBoth(): Promise<void> {
    const [softwareVersion, configRev] = await Promise.all([
      this.readHalf('softwareVersion'),
      this.readHalf('configRev'),
    ]);
    this.learn({
      ...(softwareVersion === undefined ? {} : { softwareVersion }),
      ...(configRev === undefined ? {} : { configRev }),
    });
  }

  private async readHalf(half: keyof Release): Promise<string | undefined> {
    const source = this.sources[half];
    try {
      const name = await nameFrom(source);
      if (this.failing.delete(half)) this.say(`release: ${describe(source)} can be read again`);
      return name;
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      if (this.failing.get(half) !== trouble)
        this.say(`release: ${describe(source)}: ${trouble}; ${half} stays ${this.known[half]}`);
      this.failing.set(half, trouble);
      return undefined;
    }
  }

  private learn(read: Partial<Release>): void {
    const { known } = this;
    const release = { ...known, ...read };
    if (release.softwareVersion === known.softwareVersion && release.configRev === known.configRev) return;
    this.known = release;
    const text = ({ softwareVersion, configRev }: Release): string => `${softwareVersion}+${configRev}`;
    this.say(`release: ${text(release)}, was ${text(known)}`);
    this.onChange(release);
  }
}
