import type { Topic } from '#contracts';

/**
 * Why records were not counted: retention took them first; the log shows nothing there (control records, compaction); nobody can
 * unpack them; or the topic was made anew, and what it still held is not known.
 */
export type GapCause = 'retention' | 'hole' | 'undecodable' | 'recreated';

/** Offsets that were passed and not counted. */
export interface OffsetGap {
  readonly topic: Topic;
  readonly partition: number;
  readonly incarnation: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly cause: GapCause;
  /** Log time, ms. */
  readonly foundAtMs: number;
}
