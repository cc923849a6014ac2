import type { Database, Queryable } from './database.js';
import { type ChainHead, type ChainHeads, headOf } from './event-append.js';
import { eventHash } from './event-hash.js';
import { READ_EVENTS_MAX, readRows } from './event-read.js';
import type { EventRow } from './event-row.js';

/** Where a stream is not what was appended. */
export interface BrokenLink {
  readonly stream: string;
  /** The first version that does not fit. */
  readonly version: number;
}

/** What a verification found. */
export interface ChainReport {
  readonly streams: number;
  readonly events: number;
  readonly broken: readonly BrokenLink[];
}

interface Walk {
  readonly heads: Map<string, ChainHead>;
  readonly broken: Map<string, number>;
  events: number;
  position: number;
}

const breakAt = (walk: Walk, stream: string, version: number): void => {
  if (!walk.broken.has(stream)) walk.broken.set(stream, version);
};

const follow = (walk: Walk, row: EventRow): void => {
  const head = headOf(walk.heads, row.stream);
  if (row.version !== head.version + 1 || row.hash !== eventHash(head.hash, row))
    breakAt(walk, row.stream, Math.min(row.version, head.version + 1));
  walk.heads.set(row.stream, { version: row.version, hash: row.hash });
  walk.position = row.position;
  walk.events += 1;
};

const readAnchors = async (tx: Queryable): Promise<ChainHeads> => {
  const rows = await tx.query<ChainHead & { stream: string }>('select stream, version, hash from chain_anchor');
  return new Map(rows.map(({ stream, version, hash }) => [stream, { version, hash }]));
};

const compareWithAnchors = (walk: Walk, anchors: ChainHeads): void => {
  for (const stream of new Set([...anchors.keys(), ...walk.heads.keys()])) {
    const anchor = headOf(anchors, stream);
    const found = headOf(walk.heads, stream);
    if (anchor.version !== found.version || anchor.hash !== found.hash)
      breakAt(walk, stream, Math.min(anchor.version, found.version) + 1);
  }
};

/**
 * Walks every stream's chain from its start and compares its end with the anchored head: a changed event, a removed one and a cut
 * tail are each found. Whoever may rewrite the events and the anchors is found only by heads kept elsewhere.
 */
export const verifyChains = (database: Database): Promise<ChainReport> =>
  database.transaction(async (tx) => {
    // One snapshot for events and anchors, without stopping appends.
    await tx.query('set transaction isolation level repeatable read, read only');
    const walk: Walk = { heads: new Map(), broken: new Map(), events: 0, position: 0 };
    for (;;) {
      const rows = await readRows(tx, walk.position, READ_EVENTS_MAX);
      if (rows.length === 0) break;
      for (const row of rows) follow(walk, row);
    }
    compareWithAnchors(walk, await readAnchors(tx));
    return {
      streams: walk.heads.size,
      events: walk.events,
      broken: [...walk.broken].map(([stream, version]) => ({ stream, version })),
    };
  });
