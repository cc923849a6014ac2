import type { BrokenLink, KeptHead } from '#contracts';
import type { Database, Queryable } from '../database.js';
import { readChainPage, readHashesAt } from './chain-page.js';
import { chainRows } from './chain-row.js';
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
  /** Gives up: throws the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * One statement of the comparison of ends reads every stream; beside appends it takes 2 s for a million events, so this is a bound for ten
 * times as many on a slow disk.
 */
const STATEMENT_MS_MAX = 120_000;

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

// The server reads the next page while this one is hashed.
const walkRows = async (
  tx: Queryable,
  walk: ChainWalk,
  of: number,
  { onProgress, signal }: ChainVerification,
): Promise<void> => {
  const ends = new StreamEnds((places) => readHashesAt(tx, places));
  let page = await readChainPage(tx, null);
  while (page !== undefined) {
    signal?.throwIfAborted();
    const rows = chainRows(page);
    const before = await ends.before(rows);
    const next = readChainPage(tx, page.last);
    // It is waited for below; if following throws before that, nobody hears of it twice.
    void next.catch(() => undefined);
    rows.forEach((row, index) => walk.follow(row, before[index] ?? null));
    onProgress?.({ events: walk.events, of });
    page = await next;
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
