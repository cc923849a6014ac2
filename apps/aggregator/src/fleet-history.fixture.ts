import {
  CONTENT_TYPE,
  encodeProtobuf,
  HEADER,
  type NodeReport,
  type OutcomeBatch,
  OUTCOMES,
  type Signal,
} from '#contracts';
import type { TelemetryTopic } from '#domain';
import type { EventLog, NewRecord } from '#event-log';
import type { Database } from '#store';

/** Numbers of [0, 1) from a seed, the same in every run. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** A record of a history: what is appended where, and when the log says that it was. */
export interface HistoryRecord {
  readonly topic: TelemetryTopic;
  readonly record: NewRecord;
  readonly atMs: number;
  /** What it holds, when it is a batch. */
  readonly batch?: OutcomeBatch;
}

/** Zone → customer; the other zones belong to nobody. */
export const CUSTOMER_OF: Readonly<Record<string, string>> = {
  'a.example': 'bank',
  'b.example': 'bank',
  'c.example': 'shop',
};
/** Whose zones are whose. */
export const catalogue = {
  customerOf: (zone: string): string | undefined => (Object.hasOwn(CUSTOMER_OF, zone) ? CUSTOMER_OF[zone] : undefined),
  version: () => 1,
};
const ZONES = ['a.example', 'b.example', 'c.example', 'd.example'];
const NODES = 8;
/** Outcomes of a batch that never arrives. */
export const OUTCOMES_LOST = 5;

/** The record of a batch, as the gateway appends it. */
export const recordOf = (batch: OutcomeBatch): NewRecord => ({
  key: batch.nodeId,
  value: encodeProtobuf(batch),
  headers: { [HEADER.contentType]: CONTENT_TYPE.protobuf },
});

/** A batch with its outcomes at these distances from its start. */
export const makeBatch = (
  changes: Partial<OutcomeBatch> & Pick<OutcomeBatch, 'nodeId' | 'seq' | 't0Us'>,
  dtUs: readonly number[] = [0],
  random: () => number = () => 0,
): OutcomeBatch => {
  const n = dtUs.length;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  return {
    schema: 1,
    agentBootId: '1',
    serverBootId: '1',
    observerId: '',
    published: 0,
    pop: 'fra1',
    region: 'europe',
    softwareVersion: 'v1',
    configRev: 'c1',
    ring: '',
    vantage: 0,
    n,
    completeness: {
      observed: n,
      sampledOut: 0,
      droppedAgent: 0,
      droppedSource: 0,
      serverQueries: -1,
      unpairedQueries: 0,
      orphanResponses: 0,
      malformed: 0,
    },
    zones: ZONES,
    dtUs: Uint32Array.from(dtUs),
    zoneIx: Uint16Array.from(dtUs, () => Math.floor(random() * ZONES.length)),
    latencyUs: Uint32Array.from(dtUs, () => Math.floor(random() * 50_000)),
    outcome: Uint8Array.from(dtUs, () => (random() < 0.8 ? 0 : pick(OUTCOMES).code)),
    qtype: new Uint16Array(n),
    rcode: new Uint16Array(n),
    transport: new Uint8Array(n),
    flags: new Uint8Array(n),
    weight: undefined,
    zoneId: undefined,
    qnameLen: undefined,
    ...changes,
  };
};

const heartbeat = (nodeId: string, atMs: number): NodeReport => ({
  type: 'heartbeat',
  nodeId,
  agentBootId: '1',
  atUs: atMs * 1_000,
  pop: 'fra1',
  region: 'europe',
  softwareVersion: 'v1',
  configRev: 'c1',
  serverBootId: '1',
  observed: 1,
  dropped: 0,
  queued: 0,
});

/** A node report or a signal as a record. */
export const jsonRecord = (key: string | null, value: NodeReport | Signal): NewRecord => ({
  key,
  value: new TextEncoder().encode(JSON.stringify(value)),
});

/**
 * Minutes of a small fleet: batches of live nodes, some from a spool (late), some repeated, a few missing; heartbeats and tickets;
 * and pauses in which nothing comes.
 */
export const makeHistory = (seed: number, batches: number, startMs: number): readonly HistoryRecord[] => {
  const random = createRandom(seed);
  const seqs = new Map<string, number>();
  const published = new Map<string, number>();
  const history: HistoryRecord[] = [];
  let atMs = startMs;
  for (let i = 0; i < batches; i += 1) {
    atMs += Math.floor(random() * 150) + (random() < 0.02 ? 5_000 : 0);
    const nodeId = `n${Math.floor(random() * NODES)}`;
    const lost = random() < 0.02 ? 1 : 0;
    const seq = (seqs.get(nodeId) ?? 0) + lost + 1;
    seqs.set(nodeId, seq);
    const spooledMs = random() < 0.05 ? 90_000 : 0;
    const dtUs = Array.from({ length: 1 + Math.floor(random() * 12) }, () => Math.floor(random() * 1_500_000));
    const softwareVersion = random() < 0.3 ? 'v2' : 'v1';
    const place = { region: nodeId < 'n4' ? 'europe' : 'us-east', pop: nodeId < 'n4' ? 'fra1' : 'iad1' };
    const t0Us = (atMs - 2_000 - spooledMs) * 1_000;
    const total = (published.get(nodeId) ?? 0) + lost * OUTCOMES_LOST + dtUs.length;
    published.set(nodeId, total);
    const batch = makeBatch({ nodeId, seq, published: total, t0Us, softwareVersion, ...place }, dtUs, random);
    history.push({ topic: 'telemetry.outcomes', record: recordOf(batch), atMs, batch });
    if (random() < 0.05) history.push({ topic: 'telemetry.outcomes', record: recordOf(batch), atMs });
    if (random() < 0.05)
      history.push({ topic: 'telemetry.nodes', record: jsonRecord(nodeId, heartbeat(nodeId, atMs)), atMs });
    if (random() < 0.02) {
      const tickets = { type: 'tickets', count: i, atUs: atMs * 1_000 } as const;
      history.push({ topic: 'telemetry.signals', record: jsonRecord(null, tickets), atMs });
    }
  }
  return history;
};

/** Appends a history and sets its append times, so that minutes of log time take none. */
export const appendHistory = async (
  log: EventLog,
  database: Database,
  history: readonly HistoryRecord[],
): Promise<void> => {
  for (const topic of ['telemetry.outcomes', 'telemetry.nodes', 'telemetry.signals'] as const) {
    const records = history.filter((each) => each.topic === topic);
    const places: { partition: number; offset: number; atMs: number }[] = [];
    for (const { record, atMs } of records) {
      const [at] = await log.append(topic, [record]);
      if (at !== undefined) places.push({ partition: at.partition, offset: at.baseOffset, atMs });
    }
    const [head] = await database.query<{ chunk: number }>('select chunk from log_head where topic = $1', [topic]);
    await database.query(
      `update log_record_${head?.chunk} r set at = to_timestamp(p.at_ms / 1000.0)
       from unnest($1::int[], $2::bigint[], $3::float8[]) as p (partition, "offset", at_ms)
       where r.partition = p.partition and r."offset" = p."offset"`,
      [places.map((p) => p.partition), places.map((p) => p.offset), places.map((p) => p.atMs)],
    );
  }
};
