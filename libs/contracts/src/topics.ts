/** One day in milliseconds. */
const DAY_MS = 86_400_000;

/** What the log keeps of a topic, and in how many partitions. */
export interface TopicSettings {
  /** Order is kept per partition; the key picks the partition by murmur2, as Kafka's default partitioner does. */
  readonly partitions: number;
  /** Age after which records may be dropped; never below 72 h for `telemetry.*`, so that an outage of a weekend can be caught up. */
  readonly retentionMs: number;
  /** Keep only the newest record of each key. */
  readonly compacted: boolean;
  /** Most bytes of one record with its key and headers, where the usual bound of the log is not enough. */
  readonly recordBytesMax?: number;
}

/**
 * Every topic of Tocsin. The retention figures are those of the exactly-once protocol: telemetry must outlive the longest
 * outage of Postgres that is to be survived, `slots` is never the record (replay folds outcomes again).
 * Four partitions suit one machine; on Kafka there are more, as OUTCOME_PARTITIONS says.
 */
export const TOPICS = {
  'telemetry.outcomes': { partitions: 4, retentionMs: 7 * DAY_MS, compacted: false },
  'telemetry.probes': { partitions: 1, retentionMs: 7 * DAY_MS, compacted: false },
  'telemetry.nodes': { partitions: 1, retentionMs: 7 * DAY_MS, compacted: false },
  'telemetry.signals': { partitions: 1, retentionMs: 7 * DAY_MS, compacted: false },
  'telemetry.dead-letter': { partitions: 1, retentionMs: 14 * DAY_MS, compacted: false },
  // After a restart an aggregator tells a minute of slots of a partition in one tick: some MB at 10,000 customers.
  slots: { partitions: 1, retentionMs: DAY_MS, compacted: false, recordBytesMax: 16 << 20 },
  events: { partitions: 1, retentionMs: 30 * DAY_MS, compacted: false },
  'fleet.commands': { partitions: 1, retentionMs: 30 * DAY_MS, compacted: false },
  // What must be paged while the database is away, and what became of it; ten minutes of it are read again.
  'pages.urgent': { partitions: 1, retentionMs: DAY_MS, compacted: false },
  // How far the events went, each minute: the newest head covers all before it, the others tell since when something is rewritten.
  'audit-anchor': { partitions: 1, retentionMs: 30 * DAY_MS, compacted: false },
  'registry.zones': { partitions: 1, retentionMs: 30 * DAY_MS, compacted: true },
} as const satisfies Record<string, TopicSettings>;

/** The name of a topic. */
export type Topic = keyof typeof TOPICS;

/**
 * Topics whose records the aggregator folds or forwards tick by tick; together they are everything rules may decide on. Of
 * `telemetry.probes` only the family `probe` is told: what is said of a node from outside is never counted as its own.
 */
export const TELEMETRY_TOPICS = [
  'telemetry.outcomes',
  'telemetry.nodes',
  'telemetry.signals',
  'telemetry.probes',
] as const satisfies readonly Topic[];

/** Record headers. Values are strings; binary values are base64. */
export const HEADER = {
  /** Which decoder reads the value. */
  contentType: 'content-type',
  /** The key that the tag was made with. */
  keyId: 'key-id',
  /** Authentication tag over the value, by the node's own key or by the gateway's; absent when the log has no other writer than the gateway. */
  tag: 'tag',
  /** The API key under which it came over HTTP. */
  sender: 'sender',
  /** Why a record is in `telemetry.dead-letter`: a code of the problem catalogue. */
  reason: 'reason',
  /** What exactly was wrong with a dead letter, in words. */
  detail: 'detail',
  /** `topic/partition/offset` or `http` a dead letter came from. */
  origin: 'origin',
} as const;
