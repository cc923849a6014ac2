import type { Event } from '#contracts';
import { evolveGate, type Gate, isGateEvent, type Lacking } from './gate.js';

/** An event of a rollout, and where it stands in the global order. */
export interface PlacedEvent {
  readonly position: number;
  readonly event: Event;
}

type Measured = NonNullable<Gate['measured']>;

/** What a gate counted and what its tests say of it. */
export interface StageFigures extends Pick<Measured, 'cohort' | 'control' | 'tests'> {
  /** Of the last measurement; undefined: none was told before the verdict. */
  readonly throughSlot: number | undefined;
}

/** The gate of one stage: what it said, when, and what it rests on. */
export interface StageGateRecord extends Pick<Gate, 'stage' | 'phase' | 'verdict' | 'because' | 'sinceMs'> {
  /** Its place among the gates of its rollout, from 1: a stage that is reached again after another has a gate of its own. */
  readonly n: number;
  /** Log time of its last verdict; undefined before the first. */
  readonly decidedAtMs: number | undefined;
  /** Of its last measurement or verdict, whichever came later; undefined before the first. */
  readonly measured: StageFigures | undefined;
  readonly judgedBy: Gate['judgedBy'];
  /** What a person was called for. */
  readonly overdue: readonly Lacking[];
  /** Positions of the events that it rests on: its last measurement, and each of its verdicts. */
  readonly evidence: readonly number[];
}

const begins = ({ type }: Event): boolean => type === 'RolloutStarted' || type === 'RolloutStageReached';

const isEvidence = ({ type }: Event): boolean => type === 'GateMeasured' || type === 'GateDecided';

/** A verdict is told with the figures that it rests on: those of the measurement before it are up to five minutes older. */
const figuresOf = (
  gate: Gate,
  before: StageGateRecord | undefined,
  { type, data }: Event,
): StageFigures | undefined => {
  if (type === 'GateDecided' && data.verdict === gate.verdict) {
    const { cohort, control, tests } = data;
    return { throughSlot: gate.measured?.throughSlot, cohort, control, tests };
  }
  return type === 'GateMeasured' ? gate.measured : before?.measured;
};

const recordOf = (gate: Gate, before: StageGateRecord | undefined, n: number, told: PlacedEvent): StageGateRecord => {
  const { stage, phase, verdict, because, sinceMs, judgedBy, overdue } = gate;
  const { event, position } = told;
  const evidence = before?.evidence ?? [];
  return {
    n,
    stage,
    phase,
    verdict,
    because,
    sinceMs,
    measured: figuresOf(gate, before, event),
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
