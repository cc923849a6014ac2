import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, readlink, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** How often a process shows that it lives. */
export const BEAT_EVERY_MS = 2_000;
/**
 * Looks in a row, one for each beat, that find an owner that nobody can ask unmoved, before it is taken for dead: 16 s. A pause of the process
 * that is longer gives its pages to another, which tells them twice at worst. Counted and not timed: clocks of machines and disks differ.
 */
export const DEAD_AFTER_LOOKS = 8;

const OWNER_NAME = /^owner\.(\d{12})$/;
/** Of `/proc/<pid>/stat`, behind the name in brackets: when the process began, so that an id that is used again is not taken for it. */
const START_FIELD = 19;

const ownerSchema = z.object({
  /** Of this hold; empty: it was let go. */
  token: z.string(),
  /** Where the id of the process means something: one boot of one kernel, and one space of ids in it. Two containers have two. */
  space: z.string(),
  pid: z.number().int(),
  startedAt: z.string(),
});

type Owner = z.infer<typeof ownerSchema>;

/** What looks have seen of owners, by folder. */
export type SeenOwners = Map<string, { readonly mark: string; looks: number }>;

const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

const startOf = async (pid: number): Promise<string> => {
  const text = await textOf(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[START_FIELD] ?? '';
};

const spaceOf = async (): Promise<string> => {
  const boot = (await textOf('/proc/sys/kernel/random/boot_id')).trim();
  return `${boot} ${await readlink('/proc/self/ns/pid').catch(hostname)}`;
};

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

const ownerIn = async (path: string): Promise<Owner | undefined> => {
  try {
    return ownerSchema.parse(JSON.parse(await textOf(path)));
  } catch {
    return undefined;
  }
};

/** Its newest hold: the number, and the file that says whose; 0: it was never held. */
const newestOf = async (folder: string): Promise<number> =>
  Math.max(0, ...(await readdir(folder)).map((name) => Number(OWNER_NAME.exec(name)?.[1] ?? 0)));

const pathOf = (folder: string, hold: number): string => join(folder, `owner.${String(hold).padStart(12, '0')}`);

/** Whether nobody has it: let go, its process is gone, or it shows no life where nobody can ask for the process. */
const isFree = async (folder: string, hold: number, seen: SeenOwners): Promise<boolean> => {
  if (hold === 0) return true;
  const path = pathOf(folder, hold);
  const owner = await ownerIn(path);
  if (owner?.token === '') return true;
  if (owner !== undefined && owner.space === (await spaceOf()))
    return !(lives(owner.pid) && (await startOf(owner.pid)) === owner.startedAt);
  const mark = `${path} ${await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 'gone',
  )}`;
  const before = seen.get(folder);
  if (before?.mark !== mark) seen.set(folder, { mark, looks: 0 });
  else before.looks += 1;
  return (seen.get(folder)?.looks ?? 0) >= DEAD_AFTER_LOOKS;
};

/** Appears whole or not at all: a kill between two of these steps leaves no owner that says nothing. */
const writeWhole = async (path: string, owner: Owner): Promise<string> => {
  const whole = `${path}.${owner.token || 'free'}`;
  const handle = await open(whole, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(owner));
    await handle.sync();
  } finally {
    await handle.close();
  }
  return whole;
};

/**
 * The hold of one process on a folder: the file `owner.<number>` with the highest number. A hold is never handed from one to another by
 * changing a file: whoever follows links the next number, which one of several alone can do.
 */
export class SpoolLock {
  private constructor(
    private readonly folder: string,
    private readonly hold: number,
    private readonly owner: Owner,
  ) {}

  /** Takes a folder that nobody has; undefined: somebody has it. */
  static async take(folder: string, seen: SeenOwners): Promise<SpoolLock | undefined> {
    const last = await newestOf(folder);
    if (!(await isFree(folder, last, seen))) return undefined;
    const { pid } = process;
    const owner = { token: randomUUID(), space: await spaceOf(), pid, startedAt: await startOf(pid) };
    const lock = new SpoolLock(folder, last + 1, owner);
    return (await lock.link()) ? lock : undefined;
  }

  /** Shows that it lives; false: it is another's by now. */
  async beat(): Promise<boolean> {
    if ((await newestOf(this.folder)) !== this.hold) return false;
    const now = new Date();
    await utimes(this.path, now, now);
    return true;
  }

  /** Lets it go. */
  async release(): Promise<void> {
    if ((await newestOf(this.folder)) !== this.hold) return;
    await rename(await writeWhole(this.path, { ...this.owner, token: '' }), this.path);
  }

  private get path(): string {
    return pathOf(this.folder, this.hold);
  }

  private async link(): Promise<boolean> {
    const whole = await writeWhole(this.path, this.owner);
    try {
      await link(whole, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(whole, { force: true });
    }
    // What was read before it was another's meanwhile, and that one has removed the number that this one linked.
    if ((await newestOf(this.folder)) !== this.hold) {
      await rm(this.path, { force: true });
      return false;
    }
    await this.dropOlder();
    return true;
  }

  /** What holds before this one left, and tries of them that were killed. */
  private async dropOlder(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const [word, hold] = name.split('.');
      if (word === 'owner' && Number(hold) < this.hold) await rm(join(this.folder, name), { force: true });
    }
  }
}
