import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeFrames, encodeFrame } from './spool-frame.js';
import { type SpoolEntry, spoolIdOf } from './spool-entry.js';
import { takeSpoolFolder } from './spool-lock.js';
import { Spool, SpoolUnwritable } from './spool.js';

const AT = 1_626_954_420_000;
const pageOf = (dedupKey: string, body: Record<string, unknown> = { title: dedupKey }) => {
  const key = { channel: 'pagerduty', dedupKey, action: 'trigger' } as const;
  return { ...key, spoolId: spoolIdOf(key), body, spooledAtMs: AT };
};
const page = (dedupKey: string, body?: Record<string, unknown>): SpoolEntry => ({
  kind: 'page',
  page: pageOf(dedupKey, body),
});
const result = (dedupKey: string, outcome: 'delivered' | 'retry'): SpoolEntry => ({
  kind: 'result',
  spoolId: pageOf(dedupKey).spoolId,
  attempt: 1,
  outcome,
  status: 202,
  detail: 'ok',
  atMs: AT + 1,
});
const closed = (dedupKey: string): SpoolEntry => ({
  kind: 'closed',
  spoolId: pageOf(dedupKey).spoolId,
  because: 'recorded',
  isDelivered: true,
  atMs: AT + 2,
});

describe('the spool', () => {
  let folder: string;
  const damages: number[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
    damages.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = (bounds: { readonly segmentBytes?: number; readonly bytesMax?: number } = {}): Promise<Spool> =>
    Spool.open({ folder, nowMs: () => AT, onDamage: (_file, bytesCut) => damages.push(bytesCut), ...bounds });
  const keysOf = (spool: Spool): string =>
    spool.pages
      .unfinished()
      .map((each) => `${each.page.dedupKey} ${each.state}`)
      .join();
  const segment = async (): Promise<string> =>
    join(folder, (await readdir(folder)).filter((name) => name.endsWith('.spool')).at(-1) ?? '');

  it('knows after a restart what was open, told and over', async () => {
    const spool = await open();
    for (const entry of [page('in1'), page('in2'), page('in3'), result('in2', 'delivered'), result('in3', 'delivered')])
      await spool.append(entry);
    await spool.append(closed('in3'));
    // Killed: nobody closes it.
    const after = await open();
    expect(keysOf(after)).toBe('in1 open,in2 told');
    expect(after.pages.get(pageOf('in3').spoolId)).toMatchObject({ state: 'closed', isDelivered: true });
    await Promise.all([spool.close(), after.close()]);
    expect(damages).toEqual([]);
  });

  it('B2: wherever the file is cut, or a bit of it flips, nothing before that is lost and nothing is invented', () => {
    const payloads = Array.from({ length: 6 }, (_, index) => Buffer.from(JSON.stringify(page(`in${index}`))));
    const frames = payloads.map((payload) => encodeFrame(payload));
    const whole = Buffer.concat(frames);
    const endsOf = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).byteLength);
    fc.assert(
      fc.property(fc.nat(whole.byteLength), (at) => {
        const { payloads: read, endAt } = decodeFrames(whole.subarray(0, at));
        expect(read.length).toBe(endsOf.filter((end) => end <= at).length);
        expect(endAt).toBe(endsOf[read.length - 1] ?? 0);
      }),
    );
    fc.assert(
      fc.property(fc.nat(whole.byteLength * 8 - 1), (bit) => {
        const flipped = Buffer.from(whole);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const { payloads: read } = decodeFrames(flipped);
        const before = endsOf.filter((end) => end <= bit >> 3).length;
        expect(read.map(String)).toEqual(payloads.slice(0, before).map(String));
      }),
    );
  });

  it('cuts a torn tail off at the start, says so, and goes on behind what is whole', async () => {
    const spool = await open();
    await spool.append(page('in1'));
    await spool.close();
    const path = await segment();
    await writeFile(path, Buffer.concat([await readFile(path), encodeFrame(Buffer.from('{}')).subarray(0, 9)]));
    const after = await open();
    await after.append(page('in2'));
    await after.close();
    const again = await open();
    expect(keysOf(again)).toBe('in1 open,in2 open');
    expect(damages).toEqual([9]);
    await again.close();
  });

  it('begins a new segment when one is full, and takes along what is open', async () => {
    const spool = await open({ segmentBytes: 4_000 });
    await spool.append(page('open'));
    for (let index = 0; index < 60; index += 1) {
      await spool.append(page(`in${index}`, { title: 'x'.repeat(200) }));
      await spool.append(closed(`in${index}`));
    }
    const names = await readdir(folder);
    expect(names).toHaveLength(1);
    expect(Number(names[0]?.slice(0, 12))).toBeGreaterThan(2);
    await spool.close();
    const after = await open();
    expect(keysOf(after)).toBe('open open');
    await after.close();
  });

  it('refuses when as much is open as may be, and has lost nothing of it', async () => {
    const spool = await open({ segmentBytes: 2_000, bytesMax: 1_800 });
    const fillUp = async (into: Spool): Promise<void> => {
      for (let index = 0; index < 100; index += 1) await into.append(page(`in${index}`));
    };
    await expect(fillUp(spool)).rejects.toThrow(SpoolUnwritable);
    const held = spool.pages.unfinished().length;
    expect(held).toBeGreaterThan(2);
    expect(await spool.isWritable()).toBe(false);
    await spool.close();
    // A restart sends what is there, and finds room again when that is over.
    const after = await open({ segmentBytes: 2_000, bytesMax: 500 });
    expect(after.pages.unfinished()).toHaveLength(held);
    await expect(fillUp(after)).rejects.toThrow(SpoolUnwritable);
    await after.close();
  });

  it('is one process’s own: a second takes the next folder, and what a dead one left is taken', async () => {
    const first = takeSpoolFolder(folder);
    const second = takeSpoolFolder(folder);
    expect([first.folder, second.folder]).toEqual([0, 1].map((n) => join(folder, 'dispatcher-spool', String(n))));
    first.release();
    // Of a process that is gone: its id may be another's by now.
    await writeFile(join(first.folder, 'owner'), `${process.pid} 1\n`);
    const third = takeSpoolFolder(folder);
    expect(third.folder).toBe(first.folder);
    for (const { release } of [second, third]) release();
  });
});
