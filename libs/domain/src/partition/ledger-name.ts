import type { OutcomeBatch } from '#contracts';
import type { SequencedBatch } from './sequence-ledger.js';
import type { TelemetryTopic } from './read-record.decide.js';

/** Between observer and observed; no name may hold it. */
const SEES = '>';

/** Whether a topic's batches are numbered, so that a ledger says which of them were counted. */
export const isCounted = (topic: TelemetryTopic): boolean =>
  topic === 'telemetry.outcomes' || topic === 'telemetry.probes';

/** The node whose records hold the batches of a ledger's name. */
export const recordKeyOf = (name: string): string => name.slice(name.indexOf(SEES) + 1);

/** Whether a name of the ledger is of batches in this topic. */
export const isNameIn = (topic: TelemetryTopic, name: string): boolean =>
  name.includes(SEES) === (topic === 'telemetry.probes');

/**
 * A batch as the ledger books it. What a prober numbers is the prober's, `p1>n7`: were it booked to the node, a probe that was lost
 * would be a loss of the node's own telemetry, and what it published would not equal what was counted.
 */
export const sequencedOf = (topic: TelemetryTopic, batch: OutcomeBatch): SequencedBatch => {
  if (topic !== 'telemetry.probes') return batch;
  const { observerId, nodeId, agentBootId, seq, n, published } = batch;
  return { nodeId: `${observerId}${SEES}${nodeId}`, agentBootId, seq, n, published };
};
