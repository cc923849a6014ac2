import type { OutcomeBatch } from '../outcome.js';
import { isRefusal, type Refusal } from '../problem.js';
import { type BatchHeader, checkHeader } from './batch-header.js';
import { checkColumns, type Columns } from './columns.js';
import { keepDictionary, ZoneDictionary, type ZoneNames } from './zone-dictionary.js';

/** Names of a dictionary are made when they are first asked for; most readers never do. */
const batchOf = (header: BatchHeader, zones: ZoneNames, columns: Columns, n: number): OutcomeBatch => ({
  schema: header.schema,
  nodeId: header.node_id,
  agentBootId: header.agent_boot_id,
  seq: header.seq,
  serverBootId: header.server_boot_id,
  observerId: header.observer_id,
  published: header.published,
  pop: header.pop,
  region: header.region,
  softwareVersion: header.software_version,
  configRev: header.config_rev,
  ring: header.ring,
  vantage: header.vantage,
  t0Us: header.t0_us,
  n,
  completeness: {
    observed: header.completeness.observed,
    sampledOut: header.completeness.sampled_out,
    droppedAgent: header.completeness.dropped_agent,
    droppedSource: header.completeness.dropped_source,
    serverQueries: header.completeness.server_queries,
    unpairedQueries: header.completeness.unpaired_queries,
    orphanResponses: header.completeness.orphan_responses,
    malformed: header.completeness.malformed,
  },
  get zones() {
    return zones instanceof ZoneDictionary ? zones.names() : zones;
  },
  ...columns,
});

/** How a batch is read. */
export interface DecodeOptions {
  /** The bytes were authenticated as a whole: `columns_crc32` could tell nothing more and is not compared. */
  readonly isAuthentic?: boolean;
}

/** Checks the parts of a batch, read from whatever encoding, and puts them together. */
export const assembleBatch = (
  rawHeader: Readonly<Record<string, unknown>>,
  zones: ZoneNames,
  columns: Columns,
  { isAuthentic = false }: DecodeOptions = {},
): OutcomeBatch | Refusal => {
  const header = checkHeader(rawHeader);
  if (isRefusal(header)) return header;
  const n = header.n ?? columns.dtUs.length;
  const refused = checkColumns(columns, zones, n, isAuthentic ? undefined : header.columns_crc32);
  if (refused !== undefined) return refused;
  const batch = batchOf(header, zones, columns, n);
  if (zones instanceof ZoneDictionary && zones.size > 0) keepDictionary(batch, zones);
  return batch;
};

/** The envelope of a batch with the names of the wire; what encoders write beside dictionary and columns. */
export const headerOf = (batch: OutcomeBatch) => ({
  schema: batch.schema,
  node_id: batch.nodeId,
  agent_boot_id: batch.agentBootId,
  seq: batch.seq,
  pop: batch.pop,
  region: batch.region,
  software_version: batch.softwareVersion,
  config_rev: batch.configRev,
  ring: batch.ring,
  vantage: batch.vantage,
  t0_us: batch.t0Us,
  n: batch.n,
  completeness: {
    observed: batch.completeness.observed,
    sampled_out: batch.completeness.sampledOut,
    dropped_agent: batch.completeness.droppedAgent,
    dropped_source: batch.completeness.droppedSource,
    server_queries: batch.completeness.serverQueries,
    unpaired_queries: batch.completeness.unpairedQueries,
    orphan_responses: batch.completeness.orphanResponses,
    malformed: batch.completeness.malformed,
  },
  server_boot_id: batch.serverBootId,
  observer_id: batch.observerId,
  published: batch.published,
});
