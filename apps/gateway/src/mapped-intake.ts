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
import { createRecordMapper, createZoneFinder, type MappedOutcome, type MappedRecord, type MapRecord } from '#domain';
import type { EventLog, NewRecord } from '#event-log';
import { type CatalogueFollower, type Clock, type NodeKeyring, readQuery } from '#runtime';
import { refuseNode } from './check-batch.decide.js';
import type { DeadLetters } from './dead-letters.js';
import type { Inventory } from './inventory.js';
import { type MappedAnswer, MappedReading } from './mapped-reading.js';
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

/** Requests that wait at once, at 1 MiB each an eighth of what a small process has. Beyond it they are told to come again. */
const WAITING_MAX = 64;
const CONTENT_TYPES: ReadonlySet<string> = new Set([CONTENT_TYPE.ndjson, 'application/ndjson', 'application/json']);

const word = nameSchema.default('unknown');
/** By which mapping records of another producer are read, and what they do not say themselves. */
export const mappingQuery = z.object({
  mapping: nameSchema,
  /** Whose the records are, where they do not say it. */
  node: nameSchema.optional(),
  software_version: word,
  config_rev: word,
  ring: z.union([z.literal(''), nameSchema]).default(''),
});
type Query = z.output<typeof mappingQuery>;

const nodesOf = (
  mapped: readonly MappedRecord[],
  nodeOf: (outcome: MappedOutcome) => string | undefined,
): readonly string[] => {
  const outcomes = mapped.filter((each): each is MappedOutcome => each !== 'skipped' && !isRefusal(each));
  return [...new Set(outcomes.map(nodeOf).filter((node) => node !== undefined))];
};

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
    const query = readQuery(mappingQuery, request.query);
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

  private async read(
    records: readonly SentRecord[],
    { mapping, node }: Query,
    principal: Principal,
  ): Promise<MappedReading | Refusal> {
    const { clock, inventory, mappings } = this.parts;
    const map = this.mapperOf(mapping);
    if (map === undefined)
      return refuse('QUERY_INVALID', `no mapping ${mapping}: there are ${[...mappings.keys()].join(', ')}`, 'mapping');
    const nowUs = clock.nowMs() * 1_000;
    const mapped = records.map(({ value, refusal }) => refusal ?? map(value, nowUs));
    const nodeOf = (outcome: MappedOutcome): string | undefined => node ?? principal.nodeId ?? outcome.node;
    await inventory.learn(nodesOf(mapped, nodeOf));
    const check = { principal, isKnownNode: (nodeId: string) => inventory.has(nodeId) };
    const reading = new MappedReading({ nodeOf, refuse: (nodeId) => refuseNode(nodeId, check) });
    for (const [index, record] of records.entries()) reading.add(record, mapped[index] ?? 'skipped');
    return reading.refusal() ?? reading;
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

  private async append(read: MappedReading, query: Query, principal: Principal): Promise<Refusal | undefined> {
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

  private keep({ reasons }: MappedReading, contentType: string, principal: Principal): void {
    for (const { line, refusal, bytes } of reasons)
      this.parts.deadLetters.keep({ principal, contentType, body: bytes, refusal: { ...refusal, at: `line ${line}` } });
  }
}
