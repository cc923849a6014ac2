import type { OutcomeBatch } from '../outcome.js';
import { isRefusal, type Refusal } from '../problem.js';
import { checkHeader } from './batch-header.js';
import { checkColumns, type Columns } from './columns.js';
import { DecodedBatch } from './decoded-batch.js';
import type { ZoneNames } from './zone-dictionary.js';

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
  return new DecodedBatch(header, zones, columns, n);
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
