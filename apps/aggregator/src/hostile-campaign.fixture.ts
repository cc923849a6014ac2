import {
  decoderFor,
  FUTURE_US_MAX,
  HEADER,
  isRefusal,
  nameSchema,
  type OutcomeBatch,
  PROBLEMS,
  VANTAGE,
} from '#contracts';
import { COUNTS_PER_CELL, decodeOwnBlock, decodeTick, encodeTick, type TelemetryTopic } from '#domain';
import type { LogRecord, NewRecord } from '#event-log';
import { catalogue } from './fleet-history.fixture.js';
import { type HostileRecord, HostileRecords } from './hostile-records.fixture.js';
import { type PartitionFlush, PartitionState } from './partition-state.js';
import { policyOf } from './tagged.fixture.js';
import { unreadPartition } from './partition-state.fixture.js';

/** Records that are made before they are read, so that only the reading is measured. */
const CHUNK = 2_000;
/** Ticks between two flushes, as in a second. */
const FLUSH_TICKS = 4;
const START_MS = Date.UTC(2026, 0, 5, 10);
/** Characters that a dead letter may need beside the record that it holds. */
const DETAIL_CHARS_MAX = 1_000;

const zeros = {
  sent: 0,
  /** Records with nothing wrong, and those of them that were refused all the same. */
  sound: 0,
  soundRefused: 0,
  deadLetters: 0,
  /** Dead letters with something missing, altered or too large. */
  incomplete: 0,
  /** Batches, reports and signals that were counted or told. */
  batches: 0,
  duplicates: 0,
  reports: 0,
  signals: 0,
  /** Rows of outcomes: counted (late ones included), and from the future. */
  counted: 0,
  future: 0,
  /** Records of nodes that could not be read. */
  unread: 0,
  /** Sum of the weights in the cells of the fleet, and of those of probes, that a flush writes. */
  weight: 0,
};

/** Sums over a campaign: what the aggregator said became of the records. */
export type Tally = typeof zeros;
/** The same sums as a recount from the records gives them. */
export type Expected = Pick<Tally, 'batches' | 'duplicates' | 'counted' | 'future' | 'unread' | 'weight'>;

/** Counts again, record by record, with the decoders and a set of sequence numbers. */
class Recount {
  readonly sums: Expected = { batches: 0, duplicates: 0, counted: 0, future: 0, unread: 0, weight: 0 };
  private readonly seen = new Map<string, Set<number>>();

  add({ topic, key, value, headers, appendedAtMs }: LogRecord): void {
    // The policy knows no key, so no tag here is a true one: who sent it is not known, and nothing is booked to anybody.
    if ((topic !== 'telemetry.outcomes' && topic !== 'telemetry.probes') || headers[HEADER.tag] !== undefined) return;
    const batch = decoderFor(headers[HEADER.contentType] ?? '')?.decode(value);
    const isProbe = topic === 'telemetry.probes';
    const isTaken = batch !== undefined && !isRefusal(batch) && batch.nodeId === key;
    if (!isTaken || (batch.vantage === VANTAGE.probe) !== isProbe || (isProbe && batch.observerId === '')) {
      // What a prober says that cannot be read is booked to nobody.
      if (!isProbe && nameSchema.safeParse(key).success) this.sums.unread += 1;
      return;
    }
    if (this.isNew(topic, batch)) this.count(batch, appendedAtMs);
    else this.sums.duplicates += 1;
  }

  private isNew(topic: string, { observerId, nodeId, agentBootId, seq }: OutcomeBatch): boolean {
    const boot = `${topic === 'telemetry.probes' ? observerId : ''} ${nodeId} ${agentBootId}`;
    const seqs = this.seen.get(boot) ?? new Set();
    const isNew = !seqs.has(seq);
    this.seen.set(boot, seqs.add(seq));
    return isNew;
  }

  private count({ n, t0Us, dtUs, weight }: OutcomeBatch, appendedAtMs: number): void {
    this.sums.batches += 1;
    for (let i = 0; i < n; i += 1) {
      const isFuture = t0Us + dtUs[i]! > appendedAtMs * 1_000 + FUTURE_US_MAX;
      this.sums[isFuture ? 'future' : 'counted'] += 1;
      if (!isFuture) this.sums.weight += weight?.[i] ?? 1;
    }
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Whether a dead letter says everything: the record itself, where it was, and why it could not be read. */
const isComplete = (letter: NewRecord, { topic, partition, offset, key, value, headers }: LogRecord): boolean => {
  const { reason, detail, origin } = HEADER;
  const told = letter.headers ?? {};
  return (
    letter.key === key &&
    isSame(letter.value, value) &&
    Object.entries(headers).every(([name, text]) => told[name] === text) &&
    Object.hasOwn(PROBLEMS, told[reason] ?? '') &&
    (told[detail] ?? '').length > 0 &&
    (told[detail] ?? '').length <= DETAIL_CHARS_MAX &&
    told[origin] === `${topic}/${partition}/${offset}`
  );
};

const newState = (topic: TelemetryTopic): PartitionState => {
  return new PartitionState(unreadPartition(topic), catalogue, policyOf({}, false));
};

/** Hostile records through the read path of the aggregator, with ticks and flushes as the worker has them, and a recount beside it. */
export class HostileCampaign {
  readonly tally: Tally = { ...zeros };
  readonly reasons: Record<string, number> = {};
  /** Most slots in memory after any record. */
  slotsMax = 0;
  /** CPU time of reading, folding, telling and flushing, without making records and recounting them. */
  readCpuUs = 0;
  private readonly recount = new Recount();
  private readonly states = new Map<TelemetryTopic, PartitionState>();
  private readonly records: HostileRecords;
  private ticks = 0;
  private atMs = START_MS;

  constructor(seed: number) {
    this.records = new HostileRecords(seed, START_MS);
  }

  get expected(): Expected {
    return this.recount.sums;
  }

  /** Sends so many records, then lets time pass until everything is told and flushed. */
  run(count: number): void {
    for (let left = count; left > 0; left -= CHUNK) {
      const chunk = Array.from({ length: Math.min(CHUNK, left) }, () => this.records.next());
      const before = process.cpuUsage();
      for (const each of chunk) this.take(each);
      const { user, system } = process.cpuUsage(before);
      this.readCpuUs += user + system;
      for (const { record } of chunk) this.recount.add(record);
    }
    for (const state of this.states.values()) {
      this.tell(state, this.atMs + 60_000);
      this.flush(state);
    }
  }

  private take({ record, isSound }: HostileRecord): void {
    const { tally } = this;
    const state = this.states.get(record.topic) ?? newState(record.topic);
    this.states.set(record.topic, state);
    this.atMs = record.appendedAtMs;
    this.tell(state, record.appendedAtMs);
    const letter = state.add(record);
    this.slotsMax = Math.max(this.slotsMax, state.slots);
    tally.sent += 1;
    if (isSound) tally.sound += 1;
    if (isSound && letter !== undefined) tally.soundRefused += 1;
    if (letter !== undefined) this.bury(letter, record);
  }

  private bury(letter: NewRecord, record: LogRecord): void {
    this.tally.deadLetters += 1;
    if (!isComplete(letter, record)) this.tally.incomplete += 1;
    const reason = letter.headers?.[HEADER.reason] ?? '';
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }

  private tell(state: PartitionState, atMs: number): void {
    for (const part of state.closeBefore(atMs)) {
      const read = decodeTick(encodeTick(part));
      if (isRefusal(read)) throw new Error(`tick ${part.tick} cannot be read: ${read.detail}`);
      this.tally.reports += read.reports.length;
      this.tally.signals += read.signals.length;
      this.ticks += 1;
      if (this.ticks % FLUSH_TICKS === 0) this.flush(state);
    }
  }

  private flush(state: PartitionState): void {
    const flush = state.takeFlush();
    if (flush !== undefined) this.book(flush);
  }

  private book({ ledger, segments }: PartitionFlush): void {
    const { tally } = this;
    for (const { batches, counted, late, rejected, unreadable, duplicates } of ledger) {
      tally.batches += batches;
      tally.counted += counted + late;
      tally.future += rejected;
      tally.unread += unreadable;
      tally.duplicates += duplicates;
    }
    for (const { family, body } of segments) {
      if (family !== 'fleet' && family !== 'probe') continue;
      const { size, counts } = decodeOwnBlock(body).get(family)!;
      // Good, bad and excluded; the fourth, timeouts, is in bad already.
      for (let at = 0; at < size * COUNTS_PER_CELL; at += 1)
        if (at % COUNTS_PER_CELL !== COUNTS_PER_CELL - 1) tally.weight += counts[at]!;
    }
  }
}
