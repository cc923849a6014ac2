import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '#runtime';
import { spoolIdOf } from './spool-entry.js';
import { SpoolKeeper } from './spool-keeper.js';
import { DEAD_AFTER_LOOKS, type SeenOwners, SpoolLock } from './spool-lock.js';
import { Spool } from './spool.js';

const AT = 1_626_954_420_000;
const reports = { onDamage: () => undefined, onUnread: () => undefined };
const logger = { warn: () => undefined, error: () => undefined } as unknown as Logger;

describe('folders of spools', () => {
  let dataDir: string;
  const opened: Spool[] = [];
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
  });
  afterEach(async () => {
    for (const spool of opened.splice(0)) await spool.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const folderOf = (number: number): string => join(dataDir, 'dispatcher-spool', String(number));
  const keeperOf = () => {
    const spool = new Spool({ nowMs: () => AT, ...reports });
    opened.push(spool);
    return { spool, keeper: new SpoolKeeper({ spool, dataDir, logger }) };
  };
  const spools = (spool: Spool, dedupKey: string): Promise<void> => {
    const key = { channel: 'slack', dedupKey, action: 'trigger' } as const;
    const page = { ...key, spoolId: spoolIdOf(key), body: { title: dedupKey }, spooledAtMs: AT };
    return spool.append({ kind: 'page', page });
  };
  const keysOf = ({ pages }: Spool): string =>
    pages
      .unfinished()
      .map(({ page }) => page.dedupKey)
      .join();
  /** What another process left, whose end nobody told. */
  const leaves = async (number: number, dedupKey: string, owner: string | undefined): Promise<void> => {
    const spool = await Spool.open({ folder: folderOf(number), nowMs: () => AT, ...reports });
    await spools(spool, dedupKey);
    await spool.close();
    if (owner !== undefined) await writeFile(join(folderOf(number), 'owner.000000000001'), owner);
  };
  const ownerOf = (space: string): string => JSON.stringify({ token: 't', space, pid: process.pid, startedAt: '1' });
  const shows = (number: number, seconds: number): Promise<void> =>
    utimes(join(folderOf(number), 'owner.000000000001'), seconds, seconds);

  it('two processes have one each, and what one leaves the other takes over', async () => {
    const [first, second] = [keeperOf(), keeperOf()];
    await first.keeper.look();
    await second.keeper.look();
    await spools(first.spool, 'in1');
    await spools(second.spool, 'in2');
    await second.keeper.look();
    expect([keysOf(first.spool), keysOf(second.spool)]).toEqual(['in1', 'in2']);
    await second.spool.close();
    await second.keeper.release();
    await first.keeper.look();
    expect(keysOf(first.spool)).toBe('in1,in2');
    expect((await readdir(folderOf(1))).filter((name) => name.endsWith('.spool'))).toEqual([]);
    // And it has them on its own disk.
    const copy = await Spool.open({ folder: folderOf(0), nowMs: () => AT, ...reports });
    opened.push(copy);
    expect(keysOf(copy)).toBe('in1,in2');
  });

  it.each([
    ['says nothing, as after a kill', ''],
    ['names a process of another container, which may live', ownerOf('another space')],
  ])('an owner that %s is asked by whether it shows life', async (_name, owner) => {
    await leaves(0, 'in1', owner);
    const { keeper, spool } = keeperOf();
    await keeper.look();
    for (let look = 0; look <= 2 * DEAD_AFTER_LOOKS; look += 1) {
      await shows(0, 1_000 + look);
      await keeper.look();
    }
    expect(keysOf(spool)).toBe('');
    for (let look = 0; look <= DEAD_AFTER_LOOKS; look += 1) await keeper.look();
    expect(keysOf(spool)).toBe('in1');
  });

  it('one whose process is gone is taken at once, also where its id is used again', async () => {
    const folder = folderOf(0);
    await mkdir(folder, { recursive: true });
    const seen: SeenOwners = new Map();
    const lock = await SpoolLock.take(folder, seen);
    expect(await SpoolLock.take(folder, seen)).toBeUndefined();
    await lock?.release();
    const next = await SpoolLock.take(folder, seen);
    expect(next).toBeDefined();
    expect(await lock?.beat()).toBe(false);
    expect(await next?.beat()).toBe(true);
  });

  it('of several that find a folder free at once, one has it', async () => {
    const folder = folderOf(0);
    await mkdir(folder, { recursive: true });
    for (let round = 0; round < 20; round += 1) {
      const taken = await Promise.all(Array.from({ length: 8 }, () => SpoolLock.take(folder, new Map())));
      const locks = taken.filter((lock) => lock !== undefined);
      expect(locks.length).toBeLessThanOrEqual(1);
      const held = locks[0] ?? (await SpoolLock.take(folder, new Map()));
      expect(await held?.beat()).toBe(true);
      await held?.release();
    }
  });

  it('one that was taken for dead lets the folder go, and goes on in another', async () => {
    const { keeper, spool } = keeperOf();
    await keeper.look();
    await spools(spool, 'in1');
    await writeFile(join(folderOf(0), 'owner.000000000002'), ownerOf('another space'));
    await keeper.look();
    await spools(spool, 'in2');
    const copy = await Spool.open({ folder: folderOf(1), nowMs: () => AT, ...reports });
    opened.push(copy);
    expect(keysOf(copy)).toBe('in1,in2');
  });

  it('a disk that takes nothing is tried again, and then holds what left meanwhile', async () => {
    const { keeper, spool } = keeperOf();
    await writeFile(join(dataDir, 'dispatcher-spool'), 'no folder');
    await expect(keeper.look()).rejects.toThrow(/ENOTDIR|EEXIST/);
    await expect(spools(spool, 'in1')).rejects.toThrow('no folder');
    expect(keysOf(spool)).toBe('in1');
    await rm(join(dataDir, 'dispatcher-spool'));
    await keeper.look();
    expect(await spool.isWritable()).toBe(true);
    const copy = await Spool.open({ folder: folderOf(0), nowMs: () => AT, ...reports });
    opened.push(copy);
    expect(keysOf(copy)).toBe('in1');
  });
});
