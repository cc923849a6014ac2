import type { NodeReport, Signal, Topic } from '#contracts';
import type { ColumnBlock } from './cells.js';

/** The state of one slot of one partition: absolute, to be put in place of what was known, never added to it. */
export interface SlotState {
  /** Seconds since the epoch, of event time. */
  readonly slot: number;
  /** No more of this slot is expected on this partition; later records of it are late. */
  readonly closed: boolean;
  /** The cells that changed since the last tick; a cell that is absent is unchanged. */
  readonly block: ColumnBlock;
}

/** What a partition knows of a node whose outcomes it carries. */
export interface NodeSeen {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  /** `v2.1.5+c42` */
  readonly release: string;
  /** Event time up to which this node's outcomes have arrived, µs. */
  readonly watermarkUs: number;
}

/** Telemetry that was lost: records of this partition, or batches of a node that other batches show to be missing. */
export type TelemetryGap =
  | {
      readonly kind: 'records';
      readonly from: number;
      /** Exclusive. */
      readonly to: number;
      readonly cause: string;
    }
  | {
      readonly kind: 'batches';
      readonly nodeId: string;
      readonly batches: number;
      /** null = the node does not say how much it published. */
      readonly outcomes: number | null;
    };

/**
 * One tick of one partition: everything appended to it before `(tick + 1) * TICK_MS` of log time and not told by an earlier tick.
 * It is the value of a record of `slots` and the only input of the rules engine; a quiet partition has empty ticks.
 */
export interface PartitionTick {
  readonly topic: Topic;
  readonly partition: number;
  readonly incarnation: number;
  readonly tick: number;
  /** Offset after the last record that this tick contains; a reader ignores a tick that is not above the last it applied. */
  readonly nextOffset: number;
  readonly slots: readonly SlotState[];
  readonly nodes: readonly NodeSeen[];
  /** Records of `telemetry.nodes` and `telemetry.signals`, in order. */
  readonly reports: readonly NodeReport[];
  readonly signals: readonly Signal[];
  /**
   * What is known to be lost; absent when nothing is. Told again in every tick of the minute after it was found, since a tick that
   * an earlier process told already is ignored.
   */
  readonly gaps?: readonly TelemetryGap[];
}
