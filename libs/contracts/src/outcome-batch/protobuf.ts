import { endianness } from 'node:os';
import type { OutcomeBatch } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';
import { assembleBatch, type DecodeOptions } from './assemble-batch.js';
import { bytesOf, type ColumnName, COLUMNS, columnsCrc32, type Columns } from './columns.js';
import { ProtobufReader, type Span } from './protobuf-reader.js';
import { ProtobufWriter } from './protobuf-writer.js';
import { ZoneDictionary } from './zone-dictionary.js';

// Columns are viewed, not parsed; every platform that Node 20 and PostgreSQL are built for here is little-endian.
if (endianness() !== 'LE') throw new Error('tocsin reads columns in place: a little-endian machine is needed');

const U32_MAX = 0xffff_ffff;
const UTF8 = new TextEncoder();
const COLUMN_OF_FIELD = new Map<number, ColumnName>(COLUMNS.map(({ field, name }) => [field, name]));

const COMPLETENESS = [
  'observed',
  'sampled_out',
  'dropped_agent',
  'dropped_source',
  'server_queries',
  'unpaired_queries',
  'orphan_responses',
  'malformed',
] as const;
const SIGNED_FIELDS = new Set([4, 5]);

interface Parts {
  readonly header: Record<string, unknown>;
  readonly completeness: Record<string, number>;
  readonly zones: ZoneDictionary;
  readonly columns: Map<ColumnName, Span>;
}

/** proto3 leaves out what holds its default, so the defaults stand here first. */
const newParts = (bytes: Uint8Array): Parts => ({
  header: {
    schema: 0,
    node_id: '',
    agent_boot_id: '0',
    seq: 0,
    pop: '',
    region: '',
    software_version: '',
    config_rev: '',
    ring: '',
    vantage: 0,
    t0_us: 0,
    n: 0,
    server_boot_id: '0',
    observer_id: '',
    published: 0,
  },
  completeness: {},
  zones: new ZoneDictionary(bytes),
  columns: new Map(),
});

const readCompleteness = (bytes: Uint8Array, span: Span, into: Record<string, number>): Refusal | undefined => {
  const reader = new ProtobufReader(bytes, span);
  for (const name of COMPLETENESS) into[name] ??= 0;
  while (reader.next()) {
    const name = COMPLETENESS[reader.field - 1];
    if (name === undefined) reader.skip();
    else into[name] = SIGNED_FIELDS.has(reader.field) ? reader.signed() : reader.number(U32_MAX);
  }
  return reader.fault;
};

type ReadField = (reader: ProtobufReader) => unknown;
const readString: ReadField = (reader) => reader.string();
const readU32: ReadField = (reader) => reader.number(U32_MAX);
const readU64: ReadField = (reader) => reader.number();
const readDecimal: ReadField = (reader) => reader.decimal();

const HEADER_FIELDS = new Map<number, readonly [name: string, read: ReadField]>([
  [1, ['schema', readU32]],
  [2, ['node_id', readString]],
  [3, ['agent_boot_id', readDecimal]],
  [4, ['seq', readU64]],
  [5, ['pop', readString]],
  [6, ['region', readString]],
  [7, ['software_version', readString]],
  [8, ['config_rev', readString]],
  [9, ['ring', readString]],
  [10, ['vantage', readU32]],
  [11, ['t0_us', readU64]],
  [12, ['n', readU32]],
  [26, ['server_boot_id', readDecimal]],
  [27, ['observer_id', readString]],
  [30, ['columns_crc32', (reader) => reader.fixed32()]],
  [31, ['published', readU64]],
]);
const ZONES_FIELD = 14;
const COMPLETENESS_FIELD = 13;

const readParts = (bytes: Uint8Array): Parts | Refusal => {
  const reader = new ProtobufReader(bytes);
  const parts = newParts(bytes);
  while (reader.next()) {
    const { field } = reader;
    if (field === ZONES_FIELD) {
      reader.entry(parts.zones);
      continue;
    }
    const header = HEADER_FIELDS.get(field);
    const column = COLUMN_OF_FIELD.get(field);
    if (column !== undefined) parts.columns.set(column, reader.span());
    else if (header !== undefined) parts.header[header[0]] = header[1](reader);
    else if (field !== COMPLETENESS_FIELD) reader.skip();
    else {
      const fault = readCompleteness(bytes, reader.span(), parts.completeness);
      if (fault !== undefined) return fault;
    }
  }
  return reader.fault ?? parts;
};

const NO_SPAN: Span = { from: 0, to: 0 };

/** Bytes of the columns that stand at an odd place, each rounded up so that the next one is aligned. */
const misalignedBytes = (base: number, spans: ReadonlyMap<ColumnName, Span>): number => {
  let sum = 0;
  for (const { name, width } of COLUMNS) {
    const { from, to } = spans.get(name) ?? NO_SPAN;
    if ((base + from) % width !== 0) sum += (to - from + 3) & ~3;
  }
  return sum;
};

/** Views where the offset is aligned; protobuf aligns nothing, so the others are copied, into one buffer per batch. */
class ColumnViews {
  private readonly source: Buffer;
  private readonly copies: Buffer;
  private at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly spans: ReadonlyMap<ColumnName, Span>,
  ) {
    this.source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    // Not from the pool, whose places are not aligned to four bytes, and not filled with zeros.
    this.copies = Buffer.allocUnsafeSlow(misalignedBytes(bytes.byteOffset, spans));
  }

  u8(name: ColumnName): Uint8Array {
    const { from, to } = this.spans.get(name) ?? NO_SPAN;
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + from, to - from);
  }

  u16(name: ColumnName): Uint16Array {
    const span = this.spans.get(name) ?? NO_SPAN;
    const offset = this.bytes.byteOffset + span.from;
    const length = (span.to - span.from) / 2;
    return offset % 2 === 0
      ? new Uint16Array(this.bytes.buffer, offset, length)
      : new Uint16Array(this.copies.buffer, this.copy(span), length);
  }

  u32(name: ColumnName): Uint32Array {
    const span = this.spans.get(name) ?? NO_SPAN;
    const offset = this.bytes.byteOffset + span.from;
    const length = (span.to - span.from) / 4;
    return offset % 4 === 0
      ? new Uint32Array(this.bytes.buffer, offset, length)
      : new Uint32Array(this.copies.buffer, this.copy(span), length);
  }

  private copy({ from, to }: Span): number {
    const { at } = this;
    this.source.copy(this.copies, at, from, to);
    this.at = at + ((to - from + 3) & ~3);
    return at;
  }
}

const viewColumns = (bytes: Uint8Array, spans: ReadonlyMap<ColumnName, Span>): Columns => {
  const views = new ColumnViews(bytes, spans);
  return {
    dtUs: views.u32('dt_us'),
    zoneIx: views.u16('zone_ix'),
    latencyUs: views.u32('latency_us'),
    outcome: views.u8('outcome'),
    qtype: views.u16('qtype'),
    rcode: views.u16('rcode'),
    transport: views.u8('transport'),
    flags: views.u8('flags'),
    weight: spans.has('weight') ? filled(views.u32('weight')) : undefined,
    zoneId: spans.has('zone_id') ? filled(views.u32('zone_id')) : undefined,
    qnameLen: spans.has('qname_len') ? filled(views.u8('qname_len')) : undefined,
  };
};

const filled = <T extends Uint8Array | Uint32Array>(column: T): T | undefined =>
  column.length === 0 ? undefined : column;

const checkWidths = (spans: ReadonlyMap<ColumnName, Span>): Refusal | undefined => {
  for (const { name, width } of COLUMNS) {
    const { from, to } = spans.get(name) ?? { from: 0, to: 0 };
    if ((to - from) % width !== 0)
      return refuse('COLUMN_LENGTH', `${to - from} bytes: expected a multiple of ${width}`, `column ${name}`);
  }
  return undefined;
};

/** Reads the envelope by hand; columns are views into `bytes` where they are aligned, so `bytes` must not change afterwards. */
export const decodeProtobuf = (bytes: Uint8Array, options?: DecodeOptions): OutcomeBatch | Refusal => {
  const parts = readParts(bytes);
  if ('refused' in parts) return parts;
  const { header, completeness, zones, columns } = parts;
  return (
    checkWidths(columns) ?? assembleBatch({ ...header, completeness }, zones, viewColumns(bytes, columns), options)
  );
};

const encodeCompleteness = ({ completeness }: OutcomeBatch): Uint8Array => {
  const writer = new ProtobufWriter();
  writer.number(1, completeness.observed);
  writer.number(2, completeness.sampledOut);
  writer.number(3, completeness.droppedAgent);
  writer.signed(4, completeness.droppedSource);
  writer.signed(5, completeness.serverQueries);
  writer.number(6, completeness.unpairedQueries);
  writer.number(7, completeness.orphanResponses);
  writer.number(8, completeness.malformed);
  return writer.finish();
};

/** The batch as protobuf, with its checksum. */
export const encodeProtobuf = (batch: OutcomeBatch): Uint8Array => {
  const writer = new ProtobufWriter();
  writer.number(1, batch.schema);
  writer.string(2, batch.nodeId);
  writer.decimal(3, batch.agentBootId);
  writer.number(4, batch.seq);
  writer.string(5, batch.pop);
  writer.string(6, batch.region);
  writer.string(7, batch.softwareVersion);
  writer.string(8, batch.configRev);
  writer.string(9, batch.ring);
  writer.number(10, batch.vantage);
  writer.number(11, batch.t0Us);
  writer.number(12, batch.n);
  writer.entry(COMPLETENESS_FIELD, encodeCompleteness(batch));
  for (const zone of batch.zones) writer.entry(ZONES_FIELD, UTF8.encode(zone));
  for (const { key, field } of COLUMNS) {
    const column = batch[key];
    if (column !== undefined) writer.block(field, bytesOf(column));
  }
  writer.decimal(26, batch.serverBootId);
  writer.string(27, batch.observerId);
  writer.fixed32(30, columnsCrc32(batch));
  writer.number(31, batch.published);
  return writer.finish();
};
