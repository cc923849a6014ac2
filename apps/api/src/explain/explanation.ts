import type { Reason, RecordedEvent } from '#contracts';

/** What can be explained. `any` is an id whose kind is not known. */
export const EXPLAINED_KINDS = [
  'alert',
  'incident',
  'delivery',
  'page',
  'command',
  'rollback',
  'redirect',
  'rollout',
  'gate',
  'override',
  'fallback',
  'status_update',
  'escalation',
  'any',
] as const;
/** What can be explained. */
export type ExplainedKind = (typeof EXPLAINED_KINDS)[number];

/** One link of the chain that led to a decision. */
export interface ExplainedStep {
  /** `alert-al1@1`: stream and version. */
  readonly id: string;
  /** What it follows from: ids of other events, or the tick whose telemetry it rests on. */
  readonly from: readonly string[];
  readonly position: number;
  /** Log time where the event has one, else when it was recorded, ms. */
  readonly at: number;
  readonly type: string;
  readonly actor: string;
  readonly text: string;
  /** The numbers it rests on, as they were; empty: it names none. */
  readonly evidence: readonly Reason[];
  readonly data: unknown;
}

/** Why something is as it is: the chain from the numbers of the telemetry to what was sent. */
export interface Explanation {
  readonly kind: Exclude<ExplainedKind, 'any' | 'page' | 'gate'>;
  readonly id: string;
  /** In the global order. */
  readonly steps: readonly ExplainedStep[];
  /** How many events in the middle are left out, of the chain or of one of its streams: an incident of hours tells its impact often. */
  readonly leftOut: number;
  /** The same for people. */
  readonly lines: readonly string[];
}

/** The id of an event. */
export const eventIdOf = ({ stream, version }: Pick<RecordedEvent, 'stream' | 'version'>): string =>
  `${stream}@${version}`;
