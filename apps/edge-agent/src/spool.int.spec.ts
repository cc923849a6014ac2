import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FakeClock } from '#testing';
import { SEGMENT_BYTES } from './spool-folder.js';
import { SEGMENT_MAGIC } from './spool-record.js';
import { Spool } from './spool.js';

const MIB = 1024 * 1024;
/** A batch whose body says which it is. */
const batch = (number: number, bytes = 40) => {
  const body = Buffer.alloc(bytes, number & 0xff);
  body.writeUInt32BE(number);
  return { body, outcomes: number % 100 };
};
const numberOf = ({ body }: { readonly body: Uint8Array }): number => Buffer.from(body).readUInt32BE(0);

let folder: string;
let clock: FakeClock;
const lines: string[] = [];
const openIn = (directory: string, changes: { maxBytes?: number; maxAgeMs?: number } = {}): Promise<Spool> =>
  Spool.open({ directory, maxBytes: 64 * MIB, maxAgeMs: 3_600_000, ...changes }, clock, (line) => lines.push(line));
const drain = async (spool: Spool): Promise<number[]> => {
  const numbers: number[] = [];
  for (let head = await spool.oldest(); head !== undefined; head = await spool.oldest()) {
    const given = batch(numberOf(head), head.body.length);
    expect([given.body.equals(head.body), head.outcomes]).toEqual([true, given.outcomes]);
    numbers.push(numberOf(head));
    await spool.done(head);
  }
  return numbers;
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const segmentsIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.endsWith('.segment'));

beforeEach(() => {
  lines.length = 0;
  clock = new FakeClock();
  folder = mkdtempSync(join(tmpdir(), 'tocsin-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('Spool', () => {
  it('hands out what it was given, byte for byte and in order, and leaves no file behind', async () => {
    const spool = await openIn(folder);
    expect(await spool.append([batch(1), batch(2)])).toEqual({ stored: 2, shed: [], failure: undefined });
    await spool.append([batch(3)]);
    expect(spool.batches).toBe(3);
    expect(await drain(spool)).toEqual([1, 2, 3]);
    expect([spool.batches, spool.bytes, segmentsIn(folder)]).toEqual([0, 0, []]);
    await spool.close();
  });

  it('hands out the same batch until it is done, while others are appended', async () => {
    const spool = await openIn(folder);
    await spool.append([batch(1)]);
    const first = await spool.oldest();
    await spool.append([batch(2)]);
    expect(await spool.oldest()).toBe(first);
    await spool.close();
  });

  it('is there after a restart, without what was delivered', async () => {
    const spool = await openIn(folder);
    await spool.append(range(1, 5).map((number) => batch(number)));
    for (let i = 0; i < 2; i += 1) await spool.done((await spool.oldest())!);
    // No close: as after kill -9.
    const again = await openIn(folder);
    expect(again.batches).toBe(3);
    await again.append([batch(6)]);
    expect(await drain(again)).toEqual([3, 4, 5, 6]);
    // The mark that is left does not hide what comes later.
    const later = await openIn(folder);
    await later.append([batch(7)]);
    const last = await openIn(folder);
    expect(await drain(last)).toEqual([7]);
    await Promise.all([spool, again, later, last].map((one) => one.close()));
  });

  it('that is full lets the oldest segment go, and hands its batches back', async () => {
    const spool = await openIn(folder, { maxBytes: 16 * MIB });
    const body = MIB / 2;
    const kept: number[] = [];
    const shed: number[] = [];
    for (const number of range(1, 60)) {
      const appended = await spool.append([batch(number, body)]);
      expect(appended.failure).toBeUndefined();
      shed.push(...appended.shed.map(numberOf));
      kept.push(number);
      expect(segmentsIn(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThanOrEqual(
        16 * MIB,
      );
    }
    expect(shed.length).toBeGreaterThanOrEqual(28);
    expect(shed).toEqual(range(1, shed.length));
    expect(await drain(spool)).toEqual(kept.slice(shed.length));
    await spool.close();
  });

  it('does not count as shed what is in flight', async () => {
    const spool = await openIn(folder, { maxBytes: 16 * MIB });
    await spool.append([batch(1, MIB / 2)]);
    const inFlight = (await spool.oldest())!;
    const shed: number[] = [];
    for (const number of range(2, 40)) shed.push(...(await spool.append([batch(number, MIB / 2)])).shed.map(numberOf));
    await spool.done(inFlight);
    expect([...shed, ...(await drain(spool))]).toEqual(range(2, 40));
    await spool.close();
  });

  it('lets go what is too old', async () => {
    const spool = await openIn(folder);
    await spool.append([batch(1), batch(2)]);
    await clock.advance(3_600_001);
    const { shed } = await spool.append([batch(3)]);
    expect(shed.map(numberOf)).toEqual([1, 2]);
    expect(await drain(spool)).toEqual([3]);
    await spool.close();
  });

  it('of a node with little to say keeps what is young when the oldest is too old', async () => {
    const spool = await openIn(folder);
    const shed: number[] = [];
    // One in five minutes; an hour is the longest age.
    for (const number of range(1, 14)) {
      shed.push(...(await spool.append([batch(number)])).shed.map(numberOf));
      await clock.advance(300_000);
    }
    expect(shed).toEqual([1]);
    expect(await drain(spool)).toEqual(range(2, 14));
    await spool.close();
  });

  it('says what it cannot write, and goes on when it can again', async () => {
    const directory = join(folder, 'spool');
    const spool = await openIn(directory);
    rmSync(directory, { recursive: true });
    const failed = await spool.append([batch(1)]);
    expect(failed).toMatchObject({ stored: 0, shed: [] });
    expect(failed.failure?.message).toContain('ENOENT');
    cpSync(mkdtempSync(join(tmpdir(), 'tocsin-spool-')), directory, { recursive: true });
    expect((await spool.append([batch(1)])).stored).toBe(1);
    expect(await drain(spool)).toEqual([1]);
    await spool.close();
  });

  it('fails at its start where it can never work', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(openIn(join(folder, 'file'))).rejects.toThrow('open spool');
  });
});

describe('a damaged spool', () => {
  const filled = async (): Promise<string> => {
    const spool = await openIn(folder);
    await spool.append(range(1, 4).map((number) => batch(number)));
    await spool.close();
    return join(folder, segmentsIn(folder)[0] ?? '');
  };
  const RECORD = 12 + 40;

  it('gives what is before the damage, and is set aside', async () => {
    const path = await filled();
    const bytes = readFileSync(path);
    bytes[SEGMENT_MAGIC.length + 2 * RECORD + 20]! ^= 1;
    writeFileSync(path, bytes);
    const spool = await openIn(folder);
    await spool.append([batch(9)]);
    expect(await drain(spool)).toEqual([1, 2, 9]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
    expect(lines.join('\n')).toContain('damaged from byte');
    await spool.close();
  });

  it('that changes while the agent runs is set aside too', async () => {
    const spool = await openIn(folder);
    await spool.append(range(1, 4).map((number) => batch(number)));
    await spool.done((await spool.oldest())!);
    const path = join(folder, segmentsIn(folder)[0] ?? '');
    const bytes = readFileSync(path);
    bytes[SEGMENT_MAGIC.length + RECORD + 20]! ^= 1;
    writeFileSync(path, bytes);
    expect(await drain(spool)).toEqual([]);
    await spool.append([batch(5)]);
    expect(await drain(spool)).toEqual([5]);
    await spool.close();
  });

  it.each([
    ['what is no segment', () => Buffer.from('something else, longer than the beginning of a segment')],
    ['what is far too long', () => Buffer.alloc(SEGMENT_BYTES + 2 * MIB)],
    ['a length that no record has', () => Buffer.concat([SEGMENT_MAGIC, Buffer.alloc(64, 0xff)])],
  ])('sets %s aside, and keeps the newest four of such', async (_what, bytes) => {
    for (const index of range(1, 6))
      writeFileSync(join(folder, `${String(index).padStart(12, '0')}-5.segment`), bytes());
    writeFileSync(join(folder, 'delivered'), 'nonsense');
    const spool = await openIn(folder);
    expect(spool.batches).toBe(0);
    expect(readdirSync(folder).filter((name) => name.endsWith('.damaged'))).toHaveLength(4);
    await spool.append([batch(1)]);
    expect(await drain(spool)).toEqual([1]);
    await spool.close();
  });

  it('whose mark points between two records is sent from its beginning', async () => {
    await filled();
    writeFileSync(join(folder, 'delivered'), `1 ${SEGMENT_MAGIC.length + 7}\n`);
    const spool = await openIn(folder);
    expect(await drain(spool)).toEqual([1, 2, 3, 4]);
    await spool.close();
  });
});

describe('kill -9 at any byte', () => {
  it('leaves a spool that gives a prefix of what was appended, in order, from where delivery was marked at the latest', async () => {
    const step = fc.oneof(
      fc.record({ append: fc.array(fc.integer({ min: 4, max: 300 }), { minLength: 1, maxLength: 5 }) }),
      fc.record({ deliver: fc.integer({ min: 1, max: 4 }) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(1)),
        async (steps, cut) => {
          const directory = mkdtempSync(join(folder, 'run-'));
          const spool = await openIn(directory);
          let [appended, delivered] = [0, 0];
          for (const one of steps)
            if ('append' in one) {
              await spool.append(one.append.map((bytes, i) => batch(appended + i + 1, bytes)));
              appended += one.append.length;
            } else
              for (let i = 0; i < one.deliver && delivered < appended; i += 1) {
                await spool.done((await spool.oldest())!);
                delivered += 1;
              }
          const copy = join(folder, `copy-of-${directory.slice(folder.length + 1)}`);
          cpSync(directory, copy, { recursive: true });
          const newest = segmentsIn(copy).toSorted().at(-1);
          const size = newest === undefined ? 0 : statSync(join(copy, newest)).size;
          if (newest !== undefined) truncateSync(join(copy, newest), Math.floor(size * cut));
          const left = await openIn(copy);
          const numbers = await drain(left);
          const [first = delivered + 1, last = first - 1] = [numbers[0], numbers.at(-1)];
          // Nothing is out of order or missing in between; what was delivered may come again.
          expect(numbers).toEqual(range(first, last));
          expect(first).toBeLessThanOrEqual(delivered + 1);
          expect(last).toBeLessThanOrEqual(appended);
          // Without a cut everything that was promised is there, and nothing else.
          expect(cut < 1 || numbers.length === appended - delivered).toBe(true);
          await Promise.all([spool.close(), left.close()]);
        },
      ),
      { numRuns: 150, examples: [[[{ append: [40, 40] }, { deliver: 1 }], 1]] },
    );
  });
});
