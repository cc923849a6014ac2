import type { OutcomeBatch } from '../outcome.js';
import type { Refusal } from '../problem.js';
import { assembleBatch, type DecodeOptions } from './assemble-batch.js';
import { ColumnViews } from './column-views.js';
import { bytesOf, COLUMNS, columnsCrc32, type Columns } from './columns.js';
import { ProtobufReader, type Span } from './protobuf-reader.js';
import { ProtobufWriter } from './protobuf-writer.js';
import { ZoneDictionary } from './zone-dictionary.js';

const U32_MAX = 0xffff_ffff;
const UTF8 = new TextEncoder();
const ZONES_FIELD = 14;
const COMPLETENESS_FIELD = 13;

const NO_SPAN: Span = { from: 0, to: 0 };
const NO_ZONES: readonly string[] = [];

/** What was read so far. proto3 leaves out what holds its default, so the defaults stand here first. */
const newParts = () => ({
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
    completeness: undefined as WireCompleteness | undefined,
    server_boot_id: '0',
    observer_id: '',
    columns_crc32: undefined as number | undefined,
    published: 0,
  },
  zones: undefined as ZoneDictionary | undefined,
  dtUs: NO_SPAN,
  zoneIx: NO_SPAN,
  latencyUs: NO_SPAN,
  outcome: NO_SPAN,
  qtype: NO_SPAN,
  rcode: NO_SPAN,
  transport: NO_SPAN,
  flags: NO_SPAN,
  weight: NO_SPAN,
  zoneId: NO_SPAN,
  qnameLen: NO_SPAN,
});
type Parts = ReturnType<typeof newParts>;

/** Without the message everything about it is unknown; in a message, what is left out is 0. */
const newCompleteness = () => ({
  observed: 0,
  sampled_out: 0,
  dropped_agent: 0,
  dropped_source: 0,
  server_queries: 0,
  unpaired_queries: 0,
  orphan_responses: 0,
  malformed: 0,
});
type WireCompleteness = ReturnType<typeof newCompleteness>;

/** By field number. A function each, so that no field is found by its name. */
const COMPLETENESS_FIELDS: readonly (((into: WireCompleteness, reader: ProtobufReader) => void) | undefined)[] = [
  undefined,
  (into, reader) => (into.observed = reader.number(U32_MAX)),
  (into, reader) => (into.sampled_out = reader.number(U32_MAX)),
  (into, reader) => (into.dropped_agent = reader.number(U32_MAX)),
  (into, reader) => (into.dropped_source = reader.signed()),
  (into, reader) => (into.server_queries = reader.signed()),
  (into, reader) => (into.unpaired_queries = reader.number(U32_MAX)),
  (into, reader) => (into.orphan_responses = reader.number(U32_MAX)),
  (into, reader) => (into.malformed = reader.number(U32_MAX)),
];

const readCompleteness = (bytes: Uint8Array, span: Span, into: WireCompleteness): Refusal | undefined => {
  const reader = new ProtobufReader(bytes, span);
  while (reader.next()) {
    const read = COMPLETENESS_FIELDS[reader.field];
    if (read === undefined) reader.skip();
    else read(into, reader);
  }
  return reader.fault;
};

type ReadField = (parts: Parts, reader: ProtobufReader) => void;

/** By field number, as above; the dictionary and completeness stand apart. */
const FIELDS: Readonly<Record<number, ReadField>> = {
  1: ({ header }, reader) => (header.schema = reader.number(U32_MAX)),
  2: ({ header }, reader) => (header.node_id = reader.string()),
  3: ({ header }, reader) => (header.agent_boot_id = reader.decimal()),
  4: ({ header }, reader) => (header.seq = reader.number()),
  5: ({ header }, reader) => (header.pop = reader.string()),
  6: ({ header }, reader) => (header.region = reader.string()),
  7: ({ header }, reader) => (header.software_version = reader.string()),
  8: ({ header }, reader) => (header.config_rev = reader.string()),
  9: ({ header }, reader) => (header.ring = reader.string()),
  10: ({ header }, reader) => (header.vantage = reader.number(U32_MAX)),
  11: ({ header }, reader) => (header.t0_us = reader.number()),
  12: ({ header }, reader) => (header.n = reader.number(U32_MAX)),
  16: (parts, reader) => (parts.dtUs = reader.span()),
  17: (parts, reader) => (parts.zoneIx = reader.span()),
  18: (parts, reader) => (parts.latencyUs = reader.span()),
  19: (parts, reader) => (parts.outcome = reader.span()),
  20: (parts, reader) => (parts.qtype = reader.span()),
  21: (parts, reader) => (parts.rcode = reader.span()),
  22: (parts, reader) => (parts.transport = reader.span()),
  23: (parts, reader) => (parts.flags = reader.span()),
  24: (parts, reader) => (parts.weight = reader.span()),
  25: (parts, reader) => (parts.zoneId = reader.span()),
  26: ({ header }, reader) => (header.server_boot_id = reader.decimal()),
  27: ({ header }, reader) => (header.observer_id = reader.string()),
  28: (parts, reader) => (parts.qnameLen = reader.span()),
  30: ({ header }, reader) => (header.columns_crc32 = reader.fixed32()),
  31: ({ header }, reader) => (header.published = reader.number()),
};

const readParts = (bytes: Uint8Array): Parts | Refusal => {
  const reader = new ProtobufReader(bytes);
  const parts = newParts();
  while (reader.next()) {
    const { field } = reader;
    if (field === ZONES_FIELD) {
      reader.entries((parts.zones ??= new ZoneDictionary(bytes)));
      continue;
    }
    const read = FIELDS[field];
    if (read !== undefined) read(parts, reader);
    else if (field !== COMPLETENESS_FIELD) reader.skip();
    else {
      const fault = readCompleteness(bytes, reader.span(), (parts.header.completeness ??= newCompleteness()));
      if (fault !== undefined) return fault;
    }
  }
  return reader.fault ?? parts;
};

const filled = <T extends Uint8Array | Uint32Array>(column: T): T | undefined =>
  column.length === 0 ? undefined : column;

const columnsOf = (views: ColumnViews, parts: Parts): Columns => ({
  dtUs: views.u32('dt_us', parts.dtUs),
  zoneIx: views.u16('zone_ix', parts.zoneIx),
  latencyUs: views.u32('latency_us', parts.latencyUs),
  outcome: views.u8(parts.outcome),
  qtype: views.u16('qtype', parts.qtype),
  rcode: views.u16('rcode', parts.rcode),
  transport: views.u8(parts.transport),
  flags: views.u8(parts.flags),
  weight: filled(views.u32('weight', parts.weight)),
  zoneId: filled(views.u32('zone_id', parts.zoneId)),
  qnameLen: filled(views.u8(parts.qnameLen)),
});

/** Reads the envelope by hand; columns are views into `bytes` where they are aligned, so `bytes` must not change afterwards. */
export const decodeProtobuf = (bytes: Uint8Array, options?: DecodeOptions): OutcomeBatch | Refusal => {
  const parts = readParts(bytes);
  if ('refused' in parts) return parts;
  const views = new ColumnViews(bytes);
  const columns = columnsOf(views, parts);
  return views.fault ?? assembleBatch(parts.header, parts.zones ?? NO_ZONES, columns, options);
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
