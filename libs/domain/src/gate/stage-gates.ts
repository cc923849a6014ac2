import type { Event } from '#contracts';
import { evolveGate, type Gate, isGateEvent, type Lacking } from './gate.js';

/** An event of a rollout, and where it stands in the global order. */
export interface PlacedEvent {
  readonly position: number;
  readonly event: Event;
}

/** The gate of one stage: what it said, when, and what it rests on. */
export interface StageGateRecord extends Pick<Gate, 'stage' | 'phase' | 'verdict' | 'because' | 'sinceMs'> {
  /** Its place among the gates of its rollout, from 1: a stage that is reached again after another has a gate of its own. */
  readonly n: number;
  /** Log time of its last verdict; undefined before the first. */
  readonly decidedAtMs: number | undefined;
  readonly measured: Gate['measured'];
  readonly judgedBy: Gate['judgedBy'];
  /** What a person was called for. */
  readonly overdue: readonly Lacking[];
  /** Positions of the events that it rests on: its last measurement, and each of its verdicts. */
  readonly evidence: readonly number[];
}

const begins = ({ type }: Event): boolean => type === 'RolloutStarted' || type === 'RolloutStageReached';

const isEvidence = ({ type }: Event): boolean => type === 'GateMeasured' || type === 'GateDecided';

const recordOf = (gate: Gate, before: StageGateRecord | undefined, n: number, told: PlacedEvent): StageGateRecord => {
  const { stage, phase, verdict, because, sinceMs, measured, judgedBy, overdue } = gate;
  const { event, position } = told;
  const evidence = before?.evidence ?? [];
  return {
    n,
    stage,
    phase,
    verdict,
    because,
    sinceMs,
    measured,
    judgedBy,
    overdue: [...overdue],
    decidedAtMs: event.type === 'GateDecided' ? event.data.at : before?.decidedAtMs,
    evidence: isEvidence(event) ? [...evidence, position] : evidence,
  };
};

/**
 * The gates that a rollout came to, one for each stage that it reached, in the order in which it reached them; none before its first. Of the
 * measurements of a stage the last is enough.
 */
export const stageGatesOf = (told: readonly PlacedEvent[]): readonly StageGateRecord[] => {
  const records: StageGateRecord[] = [];
  let gate: Gate | undefined;
  for (const each of told) {
    const { event } = each;
    if (!isGateEvent(event)) continue;
    const before = gate;
    gate = evolveGate(gate, event);
    if (gate === undefined || gate.phase === 'declared') continue;
    const isNext =
      begins(event) && (records.length === 0 || before?.stage !== gate.stage || before.sinceMs !== gate.sinceMs);
    const n = isNext ? records.length + 1 : records.length;
    if (n === 0) continue;
    records[n - 1] = recordOf(gate, isNext ? undefined : records[n - 1], n, each);
  }
  return records;
};
