import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  CONTENT_TYPE,
  encodeProtobuf,
  isRefusal,
  type Mapping,
  nameSchema,
  type OutcomeBatch,
  type Principal,
  refuse,
  type Refusal,
} from '#contracts';
import { createRecordMapper, createZoneFinder, MappedBatches, type MappedOutcome, type MapRecord } from '#domain';
import type { EventLog, NewRecord } from '#event-log';
import { type CatalogueFollower, type Clock, type NodeKeyring, readQuery } from '#runtime';
import { refuseNode } from './check-batch.decide.js';
import type { DeadLetters } from './dead-letters.js';
import type { Inventory } from './inventory.js';
import { readRecords, type SentRecord } from './mapped-records.js';
import { RecentRequests } from './recent-requests.js';
import { SenderSequence } from './sender-sequence.js';
import { tagRecord } from './tag-record.decide.js';

/** A request with records of another producer. */
export interface MappedRequest {
  readonly query: unknown;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** What became of the records of a request. */
export interface MappedAnswer {
  readonly accepted: number;
  /** Queries, and whatever else the mapping does not take for a response. */
  readonly skipped: number;
  readonly rejected: number;
  /** The first of those. */
  readonly reasons: readonly { readonly line: number; readonly code: string; readonly detail: string }[];
}

/** What the intake needs. */
export interface MappedIntakeParts {
  readonly log: Pick<EventLog, 'append'>;
  readonly inventory: Inventory;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
  readonly keys: Pick<NodeKeyring, 'isRequired' | 'find' | 'vouch'>;
  readonly deadLetters: Pick<DeadLetters, 'keep'>;
  readonly clock: Clock;
  readonly mappings: ReadonlyMap<string, Mapping>;
  readonly newBootId: () => string;
}

/** Reasons told, and lines kept as dead letters, of one request: whoever maps wrongly does so in every line. */
const REASONS_MAX = 10;
/** Requests that wait at once, at 1 MiB each an eighth of what a small process has. Beyond it they are told to come again. */
const WAITING_MAX = 64;
const CONTENT_TYPES: ReadonlySet<string> = new Set([CONTENT_TYPE.ndjson, 'application/ndjson', 'application/json']);

const word = nameSchema.default('unknown');
const querySchema = z.object({
  mapping: nameSchema,
  /** Whose the records are, where they do not say it. */
  node: nameSchema.optional(),
  software_version: word,
  config_rev: word,
  ring: z.union([z.literal(''), nameSchema]).default(''),
});
type Query = z.output<typeof querySchema>;

/** What was read of a request. */
class Reading {
  accepted = 0;
  skipped = 0;
  rejected = 0;
  readonly reasons: { line: number; code: string; detail: string; refusal: Refusal; bytes: Uint8Array }[] = [];
  readonly batches = new MappedBatches();

  reject({ line, bytes }: SentRecord, refusal: Refusal): void {
    this.rejected += 1;
    if (this.reasons.length < REASONS_MAX)
      this.reasons.push({ line, code: refusal.refused, detail: refusal.detail, refusal, bytes });
  }

  answer(): MappedAnswer {
    const { accepted, skipped, rejected, reasons } = this;
    return { accepted, skipped, rejected, reasons: reasons.map(({ line, code, detail }) => ({ line, code, detail })) };
  }
}

const digestOf = (body: Uint8Array, query: Query, { keyId }: Principal): string =>
  createHash('sha256')
    .update(JSON.stringify([keyId, query]))
    .update('\n')
    .update(body)
    .digest('base64url');

/** Takes records of other producers: reads them by a mapping, and appends the batches that they make. */
export class MappedIntake {
  private readonly sequence: SenderSequence;
  private readonly recent = new RecentRequests<MappedAnswer>();
  private mappers: ReadonlyMap<string, MapRecord> = new Map();
  private of: unknown;
  private waiting = 0;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: MappedIntakeParts) {
    this.sequence = new SenderSequence(parts.newBootId);
  }

  /** A request is read as far as it can be: what was wrong with the other lines is told, and kept. */
  async take(request: MappedRequest, principal: Principal): Promise<MappedAnswer | Refusal> {
    const query = readQuery(querySchema, request.query);
    if (isRefusal(query)) return query;
    const mediaType = (request.contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
    if (!CONTENT_TYPES.has(mediaType))
      return refuse('CONTENT_TYPE_UNKNOWN', `expected content-type: ${CONTENT_TYPE.ndjson} or application/json`);
    if (this.waiting >= WAITING_MAX)
      return refuse('LOG_UNAVAILABLE', `${WAITING_MAX} requests wait for the event log already; send again`);
    this.waiting += 1;
    try {
      return await this.recent.once(digestOf(request.body, query, principal), () =>
        this.readAndAppend(request, query, principal),
      );
    } finally {
      this.waiting -= 1;
    }
  }

  private async readAndAppend(
    request: MappedRequest,
    query: Query,
    principal: Principal,
  ): Promise<MappedAnswer | Refusal> {
    const records = readRecords(request.body);
    if (isRefusal(records)) return records;
    const read = await this.read(records, query, principal);
    if (isRefusal(read)) return read;
    const refusal = await this.inTurn(() => this.append(read, query, principal));
    if (refusal !== undefined) return refusal;
    this.keep(read, request.contentType, principal);
    return read.answer();
  }

  private async read(records: readonly SentRecord[], query: Query, principal: Principal): Promise<Reading | Refusal> {
    const map = this.mapperOf(query.mapping);
    if (map === undefined)
      return refuse(
        'QUERY_INVALID',
        `no mapping ${query.mapping}: there are ${[...this.parts.mappings.keys()].join(', ')}`,
        'mapping',
      );
    const nowUs = this.parts.clock.nowMs() * 1_000;
    const mapped = records.map(({ value, refusal }) => refusal ?? map(value, nowUs));
    const nodeOf = ({ node }: MappedOutcome): string | undefined => query.node ?? principal.nodeId ?? node;
    const outcomes = mapped.filter((each): each is MappedOutcome => each !== 'skipped' && !isRefusal(each));
    await this.parts.inventory.learn([...new Set(outcomes.map(nodeOf).filter((node) => node !== undefined))]);
    const reading = new Reading();
    for (const [index, record] of records.entries()) {
      const each = mapped[index] ?? 'skipped';
      if (each === 'skipped') reading.skipped += 1;
      else {
        const refusal = isRefusal(each) ? each : this.add(reading, each, nodeOf(each), principal);
        if (refusal !== undefined) reading.reject(record, refusal);
      }
    }
    // Nothing of it fits: the mapping is wrong, or the node, and whoever set it up must hear of it.
    const first = reading.reasons[0];
    return first !== undefined && reading.accepted === 0
      ? {
          ...first.refusal,
          detail: `none of ${records.length} records is taken; ${first.detail}`,
          at: `line ${first.line}`,
        }
      : reading;
  }

  private add(
    reading: Reading,
    outcome: MappedOutcome,
    nodeId: string | undefined,
    principal: Principal,
  ): Refusal | undefined {
    if (nodeId === undefined)
      return refuse('BODY_INVALID', 'node: neither the request nor the record says which; add ?node=');
    const isKnownNode = (id: string): boolean => this.parts.inventory.has(id);
    const refusal = refuseNode(nodeId, { principal, isKnownNode }) ?? reading.batches.add(nodeId, outcome);
    if (refusal === undefined) reading.accepted += 1;
    return refusal;
  }

  /** The mapper of a mapping, over the zones that are registered now. */
  private mapperOf(name: string): MapRecord | undefined {
    const { catalogue, mappings } = this.parts;
    const current = catalogue.current();
    if (this.of !== current) {
      const findZone = createZoneFinder(current.customers.flatMap(({ zones }) => zones));
      this.mappers = new Map([...mappings].map(([each, mapping]) => [each, createRecordMapper(mapping, findZone)]));
      this.of = current;
    }
    return this.mappers.get(name);
  }

  /** One request after the other: the numbers of a node must reach the log in their order. */
  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async append(read: Reading, query: Query, principal: Principal): Promise<Refusal | undefined> {
    const { software_version: softwareVersion, config_rev: configRev, ring } = query;
    const placeOf = (nodeId: string) =>
      this.parts.inventory.find(nodeId) ?? { nodeId, pop: 'unknown', region: 'unknown' };
    const envelope = { softwareVersion, configRev, ring };
    const batches = this.sequence.number(read.batches.finish(), envelope, placeOf, read.rejected);
    if (batches.length === 0) return undefined;
    const records: NewRecord[] = [];
    for (const batch of batches) {
      const record = this.record(batch, principal);
      if (isRefusal(record)) return record;
      records.push(record);
    }
    try {
      await this.parts.log.append('telemetry.outcomes', records);
    } catch (error) {
      this.sequence.doubtful(batches);
      throw error;
    }
    this.sequence.taken(batches);
    return undefined;
  }

  private record(batch: OutcomeBatch, principal: Principal): NewRecord | Refusal {
    const sent = { contentType: CONTENT_TYPE.protobuf, body: encodeProtobuf(batch) };
    const headers = tagRecord('telemetry.outcomes', batch.nodeId, sent, principal, this.parts.keys);
    return isRefusal(headers) ? headers : { key: batch.nodeId, value: sent.body, headers };
  }

  private keep({ reasons }: Reading, contentType: string, principal: Principal): void {
    for (const { line, refusal, bytes } of reasons)
      this.parts.deadLetters.keep({ principal, contentType, body: bytes, refusal: { ...refusal, at: `line ${line}` } });
  }
}
