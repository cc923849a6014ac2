import { mkdtemp, open as openFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { decodeFrames, encodeFrame } from './spool-frame.js';
import { type SpoolEntry, spoolIdOf } from './spool-entry.js';
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
  const unread: number[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tocsin-spool-'));
    damages.length = 0;
    unread.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = (bounds: { readonly segmentBytes?: number; readonly bytesMax?: number } = {}): Promise<Spool> =>
    Spool.open({
      folder,
      nowMs: () => AT,
      onDamage: (_file, bytesCut) => damages.push(bytesCut),
      onUnread: (_file, records) => unread.push(records),
      ...bounds,
    });
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
    const spool = await open({ segmentBytes: 4_500, bytesMax: 4_000 });
    const fillUp = async (into: Spool): Promise<void> => {
      for (let index = 0; index < 100; index += 1) await into.append(page(`in${index}`));
    };
    await expect(fillUp(spool)).rejects.toThrow(SpoolUnwritable);
    const held = spool.pages.unfinished().length;
    expect(held).toBeGreaterThan(2);
    expect(await spool.isWritable()).toBe(false);
    await spool.close();
    // A restart sends what is there, and finds room again when that is over.
    const after = await open({ segmentBytes: 4_500, bytesMax: 500 });
    expect(after.pages.unfinished()).toHaveLength(held);
    await expect(fillUp(after)).rejects.toThrow(SpoolUnwritable);
    await after.close();
  });

  it('B11: takes every answer and end though it is full, and pages again when those made room', async () => {
    const spool = await open({ segmentBytes: 8_000, bytesMax: 6_000 });
    const long = { title: 'x', text: 'y'.repeat(300) };
    let held = 0;
    for (;;) {
      const isSpooled = await spool.append(page(`in${held}`, long)).then(
        () => true,
        () => false,
      );
      if (!isSpooled) break;
      held += 1;
    }
    expect(await spool.isWritable()).toBe(false);
    for (let round = 0; round < 50; round += 1)
      for (let index = 1; index < held; index += 1) await spool.append(result(`in${index}`, 'retry'));
    for (let index = 1; index < held; index += 1) {
      await spool.append(result(`in${index}`, 'delivered'));
      await spool.append(closed(`in${index}`));
    }
    expect(await spool.isWritable()).toBe(true);
    await spool.append(page('later', long));
    await spool.close();
    const after = await open();
    expect(keysOf(after)).toBe('in0 open,later open');
    await after.close();
  });

  it('syncs together what comes while it writes, so that a thousand pages at once need not wait for a thousand syncs', async () => {
    const spool = await open();
    const file = await openFile(await segment());
    const handles = Object.getPrototypeOf(file) as { sync: () => Promise<void> };
    await file.close();
    const { sync } = handles;
    let syncs = 0;
    handles.sync = function counted(this: unknown) {
      syncs += 1;
      return sync.call(this);
    };
    try {
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => spool.append(page(`in${index}`))));
    } finally {
      handles.sync = sync;
    }
    expect(syncs).toBeLessThan(10);
    await spool.close();
    const after = await open();
    expect(after.pages.unfinished()).toHaveLength(1_000);
    await after.close();
  });

  it('of a page that was told keeps the title alone', async () => {
    const spool = await open();
    await spool.append(page('in1', { title: 'success 23 %', text: 'x'.repeat(10_000) }));
    const before = spool.pages.openBytes;
    await spool.append(result('in1', 'delivered'));
    expect(spool.pages.get(pageOf('in1').spoolId)?.page.body).toEqual({ title: 'success 23 %' });
    expect(spool.pages.openBytes).toBeLessThan(before - 9_000);
    await spool.close();
  });

  it('keeps a segment aside that holds what this version does not know, and says so', async () => {
    const spool = await open();
    await spool.append(page('in1'));
    await spool.close();
    const path = await segment();
    const foreign = encodeFrame(Buffer.from(JSON.stringify({ kind: 'of tomorrow' })));
    await writeFile(path, Buffer.concat([await readFile(path), foreign, foreign]));
    const after = await open();
    expect(keysOf(after)).toBe('in1 open');
    expect(unread).toEqual([2]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.unread'))).toHaveLength(1);
    await after.close();
    await (await open()).close();
    expect(unread).toEqual([2]);
  });

  it('takes nothing after it is closed, and opens nothing again', async () => {
    const spool = await open();
    await spool.close();
    await expect(spool.append(page('in1'))).rejects.toThrow(SpoolUnwritable);
    await expect(spool.attach(folder)).rejects.toThrow(SpoolUnwritable);
    const after = await open();
    expect(keysOf(after)).toBe('');
    await after.close();
  });

  it('refuses a page that fits into no record, and goes on', async () => {
    const spool = await open();
    await expect(spool.append(page('in1', { text: 'x'.repeat(1 << 20) }))).rejects.toThrow(SpoolUnwritable);
    await spool.append(page('in2'));
    expect(keysOf(spool)).toBe('in2 open');
    await spool.close();
  });
});
