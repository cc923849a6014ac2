import type { PartitionSnapshot } from './partition-state.js';
import type { TelemetryTopic } from '#domain';

/** What Postgres knows of a partition that nobody has read yet. */
export const unreadPartition = (topic: TelemetryTopic = 'telemetry.outcomes'): PartitionSnapshot => ({
  source: { topic, partition: 0, incarnation: 1 },
  expected: 0,
  nextOffset: 0,
  lastTick: undefined,
  segments: [],
  boots: [],
  gaps: [],
  found: [],
});
