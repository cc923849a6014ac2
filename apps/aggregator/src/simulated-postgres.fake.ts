import type { LedgerBoot, LedgerDelta, OffsetGap, SeqGap } from '#domain';
import type { Database, PositionRow, Queryable, SegmentRow } from '#store';
import type { Life, Scheduler } from './simulated-scheduler.fake.js';

type LedgerRow = Omit<LedgerDelta, 'gapsOpened' | 'gapsClosed'>;
type GapRow = SeqGap & Pick<LedgerBoot, 'nodeId' | 'agentBootId'>;

/** The tables that the aggregator uses. Rows are replaced, never changed, so that a copy of the maps is a snapshot. */
export class Tables {
  positions = new Map<string, PositionRow>();
  segments = new Map<string, SegmentRow>();
  ledger = new Map<string, LedgerRow>();
  gaps = new Map<string, GapRow>();
  offsetGaps = new Map<string, OffsetGap>();

  copy(): Tables {
    const copy = new Tables();
    copy.positions = new Map(this.positions);
    copy.segments = new Map(this.segments);
    copy.ledger = new Map(this.ledger);
    copy.gaps = new Map(this.gaps);
    copy.offsetGaps = new Map(this.offsetGaps);
    return copy;
  }
}

type Column = readonly (string | number | null)[];
type Change = (tables: Tables) => void;
interface Statement {
  readonly rows: readonly unknown[];
  readonly change?: Change;
}
type Handler = (tables: Tables, values: readonly unknown[]) => Statement;

/** Numbers may come as the text of an array, `{1,2}`. */
const columnOf = (column: unknown): Column =>
  typeof column === 'string' ? (JSON.parse(`[${column.slice(1, -1)}]`) as Column) : (column as Column);

const rowsOf = <T>(names: readonly (keyof T)[], columns: readonly unknown[]): T[] => {
  const read = names.map((_name, at) => columnOf(columns[at] ?? []));
  return (read[0] ?? []).map(
    (_first, index) => Object.fromEntries(names.map((name, at) => [name, read[at]![index]])) as T,
  );
};

const put = <T>(map: Map<string, T>, key: string, row: T): void => {
  if (map.has(key)) throw new Error(`duplicate key ${key}`);
  map.set(key, row);
};

const LEDGER: readonly (keyof LedgerRow)[] = [
  'nodeId',
  'agentBootId',
  'lastSeq',
  'published',
  'lastSeenMs',
  'batches',
  'counted',
  'late',
  'rejected',
  'unreadable',
  'duplicates',
  'lastEventUs',
];
const GAP: readonly (keyof GapRow)[] = [
  'nodeId',
  'agentBootId',
  'from',
  'to',
  'publishedBefore',
  'publishedAfter',
  'openedAtMs',
];
const OFFSET_GAP: readonly (keyof OffsetGap)[] = [
  'topic',
  'partition',
  'incarnation',
  'from',
  'to',
  'cause',
  'foundAtMs',
];

const bootKey = (row: { readonly nodeId: string; readonly agentBootId: string }): string =>
  `${row.nodeId} ${row.agentBootId}`;

const addLedger = (tables: Tables, row: LedgerRow): void => {
  const old = tables.ledger.get(bootKey(row));
  if (old === undefined) return void tables.ledger.set(bootKey(row), row);
  const sum = (name: 'batches' | 'counted' | 'late' | 'rejected' | 'unreadable' | 'duplicates'): number =>
    old[name] + row[name];
  tables.ledger.set(bootKey(row), {
    ...row,
    published: row.lastSeq >= old.lastSeq ? row.published : old.published,
    lastSeq: Math.max(old.lastSeq, row.lastSeq),
    batches: sum('batches'),
    counted: sum('counted'),
    late: sum('late'),
    rejected: sum('rejected'),
    unreadable: sum('unreadable'),
    duplicates: sum('duplicates'),
  });
};

const insertMissing: Handler = (_tables, values) => {
  const rows = rowsOf<PositionRow>(['topic', 'partition', 'nextOffset'], values.slice(2));
  return {
    rows: [],
    change: (tables) => {
      for (const row of rows)
        if (!tables.positions.has(String(row.partition)))
          tables.positions.set(String(row.partition), { ...row, incarnation: 1 });
    },
  };
};

const swap: Handler = (tables, values) => {
  const [partition, incarnation, expected, next, incarnations] = values.slice(3) as number[];
  const row = tables.positions.get(String(partition));
  if (row?.incarnation !== incarnation || row?.nextOffset !== expected) return { rows: [] };
  const moved = { ...row!, nextOffset: next!, incarnation: row!.incarnation + incarnations! };
  return { rows: [moved], change: (into) => void into.positions.set(String(partition), moved) };
};

const insertSegments: Handler = (_tables, values) => {
  const names = ['topic', 'partition', 'slot', 'firstOffset', 'family', 'nextOffset', 'from', 'length'] as const;
  const rows = rowsOf<SegmentRow & { from: number; length: number }>(names as never, values.slice(0, 8));
  const bodies = values[8] as Uint8Array;
  return {
    rows: [],
    change: (tables) => {
      for (const { from, length, ...row } of rows)
        put(tables.segments, `${row.slot}/${row.partition}/${row.firstOffset}/${row.family}`, {
          ...row,
          body: Uint8Array.from(bodies.subarray(from - 1, from - 1 + length)),
        });
    },
  };
};

const segmentsOf = (tables: Tables, partition: unknown): SegmentRow[] =>
  [...tables.segments.values()].filter((row) => row.partition === partition);

const loadLedger: Handler = (tables, [nodeIds]) => ({
  rows: [...tables.ledger.values()]
    .filter(({ nodeId }) => (nodeIds as string[]).includes(nodeId))
    .map((row) => ({
      ...row,
      gaps: [...tables.gaps.values()]
        .filter((gap) => bootKey(gap) === bootKey(row))
        .toSorted((a, b) => a.from - b.from),
    })),
});

const insertGaps: Handler = (_tables, values) => {
  const rows = rowsOf<GapRow>(GAP, values);
  return {
    rows: [],
    change: (into) => {
      for (const row of rows) put(into.gaps, `${bootKey(row)} ${row.from}`, row);
    },
  };
};

const deleteGaps: Handler = (_tables, values) => {
  const rows = rowsOf<GapRow>(['nodeId', 'agentBootId', 'from'], values);
  return {
    rows: [],
    change: (into) => {
      for (const row of rows) into.gaps.delete(`${bootKey(row)} ${row.from}`);
    },
  };
};

const insertOffsetGaps: Handler = (_tables, values) => {
  const rows = rowsOf<OffsetGap>(OFFSET_GAP, values.slice(1));
  return {
    rows: [],
    change: (into) => {
      for (const row of rows) put(into.offsetGaps, `${row.partition}/${row.incarnation}/${row.from}`, row);
    },
  };
};

/** A part of each statement's text → what it does. What is not here is a statement that the aggregator did not send before. */
const STATEMENTS: readonly (readonly [string, Handler])[] = [
  ['insert into ingest_position', insertMissing],
  ['join ingest_position', (tables, values) => ({ rows: [tables.positions.get(String((values[3] as number[])[0]))] })],
  ['update ingest_position', swap],
  ['to_regclass', () => ({ rows: [] })],
  // Writers share it, and nobody sums minutes here; `segment-series.int` holds the two against each other.
  ['pg_advisory_xact_lock_shared', () => ({ rows: [] })],
  ['delete from segment_minute', () => ({ rows: [] })],
  ['insert into segment', insertSegments],
  [
    'select slot from segment',
    (tables, [, partition]) => ({
      rows: segmentsOf(tables, partition)
        .toSorted((a, b) => b.slot - a.slot)
        .slice(0, 1),
    }),
  ],
  [
    'from segment',
    (tables, [from, to, , , partition]) => ({
      rows: segmentsOf(tables, partition).filter(({ slot }) => slot >= Number(from) && slot <= Number(to)),
    }),
  ],
  [
    'insert into node_ledger',
    (_tables, values) => {
      const rows = rowsOf<LedgerRow>(LEDGER, values);
      return { rows: [], change: (into) => rows.forEach((row) => addLedger(into, row)) };
    },
  ],
  [
    'select distinct node_id',
    (tables) => ({
      rows: [...new Set(Array.from(tables.ledger.values(), ({ nodeId }) => nodeId))].map((nodeId) => ({ nodeId })),
    }),
  ],
  ['from node_ledger', loadLedger],
  ['delete from batch_gap', deleteGaps],
  ['insert into batch_gap', insertGaps],
  ['insert into offset_gap', insertOffsetGaps],
  [
    'from offset_gap',
    (tables, [, , partition]) => ({
      rows: [...tables.offsetGaps.values()].filter((gap) => gap.partition === partition),
    }),
  ],
];

const handlerOf = (text: string): Handler | undefined => STATEMENTS.find(([part]) => text.includes(part))?.[1];

/** A statement that reads; taking a lock that all share does not. */
const READS = /^\s*select\s+(?!pg_advisory)/;

/** A transaction: READ COMMITTED, or of one snapshot once it says so. Its changes are applied by the commit, in one piece. */
class Transaction {
  readonly changes: Change[] = [];
  isCommitting = false;
  private snapshot: Tables | undefined;
  private locked: string | undefined;

  constructor(
    readonly life: Life,
    private readonly postgres: SimulatedPostgres,
  ) {}

  readonly query: Queryable['query'] = async <Row>(text: string, values: readonly unknown[] = []) => {
    if (text.startsWith('set transaction')) {
      this.snapshot = this.postgres.tables.copy();
      return [];
    }
    if (text.includes('update ingest_position')) await this.lock(String(values[3]));
    // Others come between two reads.
    else if (READS.test(text)) await this.postgres.pause(this.life);
    const { rows, change } = this.postgres.handlerOf(text)(this.snapshot ?? this.postgres.tables, values);
    if (change !== undefined) {
      this.changes.push(change);
      if (this.snapshot !== undefined) change(this.snapshot);
    }
    return rows as readonly Row[];
  };

  /** The row lock of an update; a snapshot that the row has left behind is a serialization failure. */
  private async lock(partition: string): Promise<void> {
    await this.postgres.lock(partition, this);
    this.locked = partition;
    const { tables } = this.postgres;
    const known = this.snapshot?.positions.get(partition);
    if (known !== undefined && tables.positions.has(partition) && tables.positions.get(partition) !== known)
      throw new Error('could not serialize access');
  }

  /** All changes or none. */
  commit(): void {
    const next = this.postgres.tables.copy();
    try {
      for (const change of this.changes) change(next);
      this.postgres.tables = next;
    } finally {
      this.end();
    }
  }

  end(): void {
    if (this.locked !== undefined) this.postgres.unlock(this.locked);
    this.locked = undefined;
    this.postgres.running.delete(this);
  }
}

/** PostgreSQL as far as the aggregator uses it: row locks, snapshots, one-piece commits; and answers that get lost. */
export class SimulatedPostgres {
  tables = new Tables();
  readonly running = new Set<Transaction>();
  /** Share of transactions that fail, half of them after they took effect. */
  faults = 0;
  /** The first statement that is not known here. The aggregator would retry it for ever. */
  unknown: string | undefined;
  private readonly locks = new Map<string, Transaction>();
  private waiting: { readonly partition: string; readonly tx: Transaction; readonly go: () => void }[] = [];

  constructor(private readonly scheduler: Scheduler) {}

  /** The database as one process sees it. */
  databaseOf(life: Life): Database {
    return {
      query: async <Row>(text: string, values: readonly unknown[] = []) => {
        await this.scheduler.turn(life);
        if (this.scheduler.chance(this.faults / 4)) throw new Error('the connection failed');
        const { rows, change } = this.handlerOf(text)(this.tables, values);
        change?.(this.tables);
        return rows as readonly Row[];
      },
      transaction: (work) => this.transaction(life, work),
      close: () => Promise.resolve(),
    };
  }

  /** A process died: what it had sent takes effect or does not, and its locks are free. */
  kill(life: Life): void {
    for (const tx of [...this.running].filter((each) => each.life === life)) {
      if (tx.isCommitting && this.scheduler.chance(0.5)) tx.commit();
      else tx.end();
    }
  }

  /** What a statement does. */
  handlerOf(text: string): Handler {
    const handler = handlerOf(text);
    if (handler !== undefined) return handler;
    this.unknown ??= `the simulated database does not know: ${text}`;
    throw new Error(this.unknown);
  }

  /** Now and then a statement takes its time. */
  async pause(life: Life): Promise<void> {
    if (this.scheduler.chance(0.2)) await this.scheduler.turn(life);
  }

  lock(partition: string, tx: Transaction): Promise<void> {
    if (!this.locks.has(partition)) {
      this.locks.set(partition, tx);
      return Promise.resolve();
    }
    return new Promise((go) => this.waiting.push({ partition, tx, go }));
  }

  unlock(partition: string): void {
    this.locks.delete(partition);
    this.waiting = this.waiting.filter(({ tx }) => !tx.life.isDead);
    const next = this.waiting.find((waiter) => waiter.partition === partition);
    if (next === undefined) return;
    this.waiting.splice(this.waiting.indexOf(next), 1);
    this.locks.set(partition, next.tx);
    next.go();
  }

  private async transaction<T>(life: Life, work: (tx: Queryable) => Promise<T>): Promise<T> {
    const { scheduler } = this;
    await scheduler.turn(life);
    const tx = new Transaction(life, this);
    this.running.add(tx);
    let result: T;
    try {
      result = await work(tx);
    } catch (error) {
      tx.end();
      throw error;
    }
    tx.isCommitting = true;
    const isFaulty = scheduler.chance(this.faults);
    // A tenth of the commits hang for as long as it takes others to get ahead.
    await scheduler.turn(life, scheduler.chance(0.1) ? 2_000 : 0);
    if (isFaulty && scheduler.chance(0.5)) {
      tx.end();
      throw new Error('the commit failed');
    }
    tx.commit();
    await scheduler.turn(life);
    if (isFaulty) throw new Error('the answer of the commit got lost');
    return result;
  }
}
