import fc from 'fast-check';
import type { KeptHead } from '#contracts';
import { CHAIN_START, eventHash, nextDigest, NO_EVENTS } from '../event-hash.js';
import { fittingOf, linksOf, type StoredPage } from './chain-row.js';
import { ChainWalk } from './chain-walk.js';
import { StreamEnds } from './stream-ends.js';

/** Rows of the store that is broken in every way. */
const ROWS = 10_000;
const STREAMS = 300;
const RUNS = 60;
/** Fewer than the streams, so that both ways to the hash before are taken. */
const REMEMBERED = 100;

/** A row as the database tells it, numbers as text. */
interface Stored {
  readonly position: string;
  readonly stream: string;
  readonly version: string;
  readonly type: string;
  readonly data: string;
  readonly actor: string;
  readonly cause: string;
  readonly recordedAtMs: string;
  readonly audit: string | null;
  readonly hash: string;
}

/** A store as appends leave it; of every third event it is known by which request it came. */
const told = (): readonly Stored[] => {
  const heads = new Map<string, { version: number; hash: string }>();
  return Array.from({ length: ROWS }, (_unused, index): Stored => {
    const stream = `key-k${(index * 7) % STREAMS}`;
    const { version, hash: previous } = heads.get(stream) ?? { version: 0, hash: CHAIN_START };
    const row = {
      position: index + 1,
      stream,
      version: version + 1,
      type: 'ApiKeyRevoked',
      data: { keyId: `k${index}`, at: 1.5 * index, isLast: index === ROWS },
      actor: 'admin:alice',
      cause: 'revoke key',
      recordedAtMs: 1_700_000_000_000 + index,
      audit: index % 3 === 0 ? { subject: 'key:k0', keyId: 'k0', requestId: `r${index}`, via: 'rest' } : null,
    };
    const hash = eventHash(previous, row);
    heads.set(stream, { version: row.version, hash });
    return {
      ...row,
      position: String(row.position),
      version: String(row.version),
      recordedAtMs: String(row.recordedAtMs),
      data: JSON.stringify(row.data),
      audit: row.audit && JSON.stringify(row.audit),
      hash,
    };
  });
};

const placeOf = (stream: string, version: string | number): string => `${version} ${stream}`;

const listOf = (values: readonly (string | null)[]): string => `[${values.map((value) => value ?? 'null').join(',')}]`;
// No leading noughts, as a database writes a number.
const numbersOf = (values: readonly string[]): string => listOf(values.map((text) => String(BigInt(text))));

/** As the database gives them. */
const pageOf = (rows: readonly Stored[]): StoredPage => ({
  last: rows.at(-1)?.position ?? '0',
  position: numbersOf(rows.map(({ position }) => position)),
  stream: JSON.stringify(rows.map(({ stream }) => stream)),
  version: numbersOf(rows.map(({ version }) => version)),
  type: JSON.stringify(rows.map(({ type }) => type)),
  data: listOf(rows.map(({ data }) => data)),
  actor: JSON.stringify(rows.map(({ actor }) => actor)),
  cause: JSON.stringify(rows.map(({ cause }) => cause)),
  recordedAtMs: numbersOf(rows.map(({ recordedAtMs }) => recordedAtMs)),
  audit: listOf(rows.map(({ audit }) => audit)),
  hash: JSON.stringify(rows.map(({ hash }) => hash)),
});

/** Follows rows by position; fewer streams are remembered than there are. */
const walked = async (
  rows: readonly Stored[],
  head: number,
  keptHeads: readonly KeptHead[] = [],
): Promise<ChainWalk> => {
  const hashes = new Map(rows.map(({ stream, version, hash }) => [placeOf(stream, version), hash]));
  const ends = new StreamEnds(
    (places) => Promise.resolve(places.map(({ stream, version }) => hashes.get(placeOf(stream, version)) ?? null)),
    REMEMBERED,
  );
  const walk = new ChainWalk(keptHeads);
  const page = pageOf(rows.toSorted((a, b) => Number(a.position) - Number(b.position)));
  const links = linksOf(page);
  const before = await ends.before(links);
  const fits = fittingOf(page, before);
  links.forEach((link, index) => walk.follow(link, before[index] ?? null, fits[index] === 1));
  walk.finish(head);
  return walk;
};

const firstFault = ({ changed, holes, gaps }: ChainWalk): number =>
  Math.min(...[...changed, ...holes, ...gaps].map(({ position }) => position ?? Infinity));

const NUMBERS: readonly string[] = ['position', 'version', 'recordedAtMs'];

/** Whether the database could hold it, and it would say something else. */
const isOther = (column: string, before: string, after: string): boolean => {
  if (NUMBERS.includes(column)) return /^-?\d{1,18}$/.test(after) && Number(after) !== Number(before);
  if (column !== 'data' && column !== 'audit') return after !== before;
  try {
    return JSON.stringify(JSON.parse(after)) !== JSON.stringify(JSON.parse(before));
  } catch {
    return false;
  }
};

const flipped = (text: string, at: number, bit: number): string => {
  const bytes = Buffer.from(text, 'latin1');
  const index = at % bytes.length;
  bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
  return bytes.toString('latin1');
};

describe('following the chains of 10,000 events', () => {
  const rows = told();
  const places = new Set(rows.map(({ stream, version }) => placeOf(stream, version)));
  const heads: KeptHead[] = [NO_EVENTS];
  for (const { position, hash } of rows)
    heads.push({ position: Number(position), digest: nextDigest(heads.at(-1)?.digest ?? '', hash) });

  it('finds nothing where nothing was changed', async () => {
    const walk = await walked(rows, ROWS, [heads[9_000]!, heads[100]!]);
    expect([walk.changed, walk.holes, walk.gaps, walk.keptHeadFault]).toEqual([[], [], [], undefined]);
    expect(walk.head).toEqual(heads[ROWS]);
  });

  const columns = [
    'position',
    'stream',
    'version',
    'type',
    'data',
    'actor',
    'cause',
    'recordedAtMs',
    'audit',
    'hash',
  ] as const;

  it('T-E6: a bit that was flipped in any column of any of them is found, at that row', async () => {
    const flips = fc.record({
      index: fc.nat(ROWS - 1),
      column: fc.constantFrom(...columns),
      at: fc.nat(200),
      bit: fc.nat(6),
    });
    await fc.assert(
      fc.asyncProperty(flips, async ({ index, column, at, bit }) => {
        const row = rows[index]!;
        const before = row[column];
        fc.pre(before !== null);
        const after = flipped(before, at, bit);
        fc.pre(isOther(column, before, after));
        fc.pre(column !== 'position' || Number(after) > ROWS || Number(after) < 1);
        const other = { ...row, [column]: after };
        // No two rows have the same place in a stream: the table refuses it.
        const place = placeOf(other.stream, other.version);
        fc.pre(place === placeOf(row.stream, row.version) || !places.has(place));
        const walk = await walked(rows.with(index, other), ROWS);
        // A position below the first comes first; the hole that it left is at the row.
        const found = walk.holes.length > 0 ? (walk.holes[0]?.position ?? -1) : firstFault(walk);
        expect(found).toBe(index + 1);
      }),
      { numRuns: RUNS },
    );
  });

  it('T-E6: a tail that was cut anywhere is found, at its first row, also with the head moved, by what was kept elsewhere', async () => {
    const tails = fc.tuple(fc.nat(ROWS - 1), fc.integer({ min: 0, max: ROWS }));
    await fc.assert(
      fc.asyncProperty(tails, async ([left, known]) => {
        expect(firstFault(await walked(rows.slice(0, left), ROWS))).toBe(left + 1);
        const { keptHeadFault } = await walked(rows.slice(0, left), left, [heads[known]!]);
        expect(keptHeadFault?.until).toBe(known > left ? known : undefined);
      }),
      { numRuns: RUNS / 4 },
    );
  });

  it('tells between which heads that were kept elsewhere everything was written anew', async () => {
    const anew = rows.map((row, index) => ({ ...row, hash: index < 5_500 ? row.hash : row.hash.replace(/^./, 'x') }));
    const { keptHeadFault } = await walked(
      anew,
      ROWS,
      [4_000, 5_000, 6_000, 7_000].map((at) => heads[at]!),
    );
    expect(keptHeadFault).toMatchObject({ fault: 'kept_head', position: 5_001, until: 6_000 });
  });

  it('takes a number that no number holds for another one, also where it reads as null would', () => {
    const nothing = { ...rows[3]!, version: '1', data: '{"at":null}' };
    const { data: _data, audit, ...told } = nothing;
    const numbers = { position: Number(told.position), version: 1, recordedAtMs: Number(told.recordedAtMs) };
    const hash = eventHash(CHAIN_START, {
      ...told,
      ...numbers,
      data: { at: null },
      audit: audit === null ? null : (JSON.parse(audit) as unknown),
    });
    const fits = (data: string): unknown => fittingOf(pageOf([{ ...nothing, hash, data }]), [null])[0];
    expect([fits('{"at":null}'), fits(`{"at":1${'0'.repeat(400)}}`)]).toEqual([1, 0]);
  });
});
