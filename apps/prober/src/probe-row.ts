import type { Judgement } from '#domain';

/** What a probe says, as a row of a batch. */
export interface ProbeRow extends Judgement {
  /** When the question went out, µs since the epoch. */
  readonly atUs: number;
  readonly zone: string;
  readonly qtype: number;
  readonly transport: number;
}
