import type { BrokenLink, KeptHead } from '#contracts';
import type { Database, Queryable } from '../database.js';
import { readChainPage, readHashesAt } from './chain-page.js';
import { type ChainHashing, hashingHere, openHashingThread } from './chain-hashing.js';
import { type ChainLink, linksOf } from './chain-row.js';
import { BROKEN_MAX, type ChainGap, ChainWalk } from './chain-walk.js';
import { StreamEnds } from './stream-ends.js';

/** How far a verification is. */
export interface ChainProgress {
  readonly events: number;
  /** As many as there are, as the head says. */
  readonly of: number;
}

/** What a verification found. */
export interface ChainReport {
  readonly streams: number;
  readonly events: number;
  /** How far the events go, and the digest over them: what may be kept elsewhere, and compared with later. */
  readonly head: KeptHead;
  /** Heads kept elsewhere that they were compared with. */
  readonly keptHeads: number;
  /** In the order of their positions; those of which only the stream is known last. */
  readonly broken: readonly BrokenLink[];
  /** More is broken than is told. */
  readonly isCut: boolean;
}

/** How a verification is done. */
export interface ChainVerification {
  /** Heads that were kept where whoever may rewrite the database cannot. */
  readonly keptHeads?: readonly KeptHead[];
  readonly onProgress?: (progress: ChainProgress) => void;
  /** From how many events on they are hashed on a thread of its own; `THREAD_FROM` unless told. */
  readonly threadFrom?: number;
  /** Gives up: throws the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * One statement of the comparison of ends reads every stream; beside appends it takes 2 s for a million events, so this is a bound for ten
 * times as many on a slow disk.
 */
const STATEMENT_MS_MAX = 120_000;

/**
 * How long the connection may wait between two pages, in place of 5 s: the thread begins in a second or two where the machine is busy, and a
 * reader of a snapshot holds no lock that anybody waits for.
 */
const IDLE_MS_MAX = 60_000;
const WAIT_LONGER = `select set_config('idle_in_transaction_session_timeout', '${IDLE_MS_MAX}', true)`;

interface UnfittingEnd {
  readonly stream: string;
  readonly found: string;
  readonly foundPosition: string | null;
  readonly anchored: string | null;
}

const UNFITTING_ENDS = `
  with ends as (
    select distinct on (stream) stream, version, hash, position from event order by stream desc, version desc)
  select stream, coalesce(ends.version, 0)::text as found, ends.position::text as "foundPosition",
    anchor.version::text as anchored
  from chain_anchor anchor full join ends using (stream)
  where anchor.version is distinct from ends.version or anchor.hash is distinct from ends.hash
  order by ends.position nulls last, stream limit ${BROKEN_MAX}`;

const FIRST_MISSING = `
  select (coalesce(max(version), 0) + 1)::text as version from event where stream = $1 and version < $2`;

const headPosition = async (tx: Queryable): Promise<number | undefined> =>
  (await tx.query<{ position: number }>('select position from event_head'))[0]?.position;

/** Below, a thread costs more than it gives: it begins in a quarter of a second, in which that many are hashed. */
const THREAD_FROM = 50_000;

interface HashedLinks {
  readonly links: readonly ChainLink[];
  readonly before: readonly (string | null)[];
  readonly fitting: Promise<Uint8Array>;
}

// What is waited for later; where following throws before that, nobody hears of it twice.
const begun = <T>(work: Promise<T>): Promise<T> => {
  void work.catch(() => undefined);
  return work;
};

// The server reads a page while the one before is hashed and the one before that is followed.
const walkPages = async (
  tx: Queryable,
  hashing: ChainHashing,
  follow: (hashed: HashedLinks) => Promise<void>,
): Promise<void> => {
  const ends = new StreamEnds((places) => readHashesAt(tx, places));
  let page = await readChainPage(tx, null);
  let hashed: HashedLinks | undefined;
  while (page !== undefined) {
    const links = linksOf(page);
    const before = await ends.before(links);
    const next = begun(readChainPage(tx, page.last));
    const fitting = begun(hashing.fitting({ page, before }));
    if (hashed !== undefined) await follow(hashed);
    hashed = { links, before, fitting };
    page = await next;
  }
  if (hashed !== undefined) await follow(hashed);
};

const walkRows = async (tx: Queryable, walk: ChainWalk, of: number, how: ChainVerification): Promise<void> => {
  const { onProgress, signal, threadFrom = THREAD_FROM } = how;
  const hashing = of < threadFrom ? hashingHere : openHashingThread();
  try {
    await walkPages(tx, hashing, async ({ links, before, fitting }) => {
      const fits = await fitting;
      signal?.throwIfAborted();
      links.forEach((link, index) => walk.follow(link, before[index] ?? null, fits[index] === 1));
      onProgress?.({ events: walk.events, of });
    });
  } finally {
    await hashing.close();
  }
};

/** A gap as the first version that is missing, or as the row that is in a place that is not its own. */
const gapFault = async (tx: Queryable, { stream, version, position, isAfterHole }: ChainGap): Promise<BrokenLink> => {
  if (!isAfterHole || Number.isNaN(version)) return { fault: 'changed', position, until: position, stream, version };
  const [first] = await tx.query<{ version: string }>(FIRST_MISSING, [stream, version]);
  return { fault: 'missing', position: null, until: null, stream, version: Number(first?.version ?? version) };
};

const endFault = ({ stream, found, foundPosition, anchored }: UnfittingEnd, hasHoles: boolean): BrokenLink => {
  const end = Number(found);
  const isShort = anchored !== null && Number(anchored) > end;
  if (isShort && hasHoles) return { fault: 'missing', position: null, until: null, stream, version: end + 1 };
  const position = isShort || foundPosition === null ? null : Number(foundPosition);
  return { fault: 'stream_head', position, until: position, stream, version: isShort ? end + 1 : end };
};

/**
 * The rows that are missing, once by their positions and once by their streams: where one stream alone misses any, they are the same rows, and
 * are told as one.
 */
const joined = (holes: readonly BrokenLink[], missing: readonly BrokenLink[]): readonly BrokenLink[] => {
  const [first, ...holesAfter] = holes;
  const [only, ...more] = missing;
  if (first === undefined || only === undefined || more.length > 0) return [...holes, ...missing];
  return [
    { ...first, stream: only.stream, version: only.version },
    ...holesAfter.map((hole) => ({ ...hole, stream: only.stream })),
  ];
};

const headFault = (walk: ChainWalk, head: number | undefined): readonly BrokenLink[] => {
  const { position } = walk.head;
  if (head !== undefined && head >= position) return [];
  return [{ fault: 'head', position: (head ?? 0) + 1, until: position, stream: null, version: null }];
};

const faultsOf = async (tx: Queryable, walk: ChainWalk, head: number | undefined): Promise<readonly BrokenLink[]> => {
  const hasHoles = walk.holes.length > 0;
  const gaps: BrokenLink[] = [];
  for (const gap of walk.gaps) gaps.push(await gapFault(tx, gap));
  const ends = (await tx.query<UnfittingEnd>(UNFITTING_ENDS))
    .filter(({ stream }) => !walk.isBroken(stream))
    .map((end) => endFault(end, hasHoles));
  const missing = [...gaps, ...ends].filter(({ fault }) => fault === 'missing');
  const others = [...gaps, ...ends].filter(({ fault }) => fault !== 'missing');
  const kept = walk.keptHeadFault;
  return [
    ...joined(walk.holes, missing),
    ...walk.changed,
    ...others,
    ...headFault(walk, head),
    ...(kept === undefined ? [] : [kept]),
  ].toSorted((a, b) => (a.position ?? Infinity) - (b.position ?? Infinity) || 0);
};

/**
 * Follows every event in the global order, and compares the ends of all streams with what is kept of them: a changed row, one that is in
 * another's place, a missing one, a cut tail and a removed stream are each found, by position, stream and version. Who may rewrite events and
 * what is kept of their ends alike is found by heads that were kept elsewhere. One snapshot, without stopping appends; memory does not
 * grow with the events.
 */
export const verifyChains = (database: Database, how: ChainVerification = {}): Promise<ChainReport> =>
  database.transaction(
    async (tx) => {
      const { keptHeads = [] } = how;
      await tx.query(WAIT_LONGER);
      const head = await headPosition(tx);
      const walk = new ChainWalk(keptHeads);
      await walkRows(tx, walk, head ?? 0, how);
      walk.finish(head ?? 0);
      const faults = await faultsOf(tx, walk, head);
      const [counted] = await tx.query<{ streams: number }>('select count(*) as streams from chain_anchor');
      return {
        streams: counted?.streams ?? 0,
        events: walk.events,
        head: walk.head,
        keptHeads: keptHeads.length,
        broken: faults.slice(0, BROKEN_MAX),
        isCut: walk.isCut || faults.length > BROKEN_MAX,
      };
    },
    { statementTimeoutMs: STATEMENT_MS_MAX, isSnapshot: true },
  );
