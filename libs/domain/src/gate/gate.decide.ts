import { type Event, event, type GateSettings } from '#contracts';
import type { Gate, GateVerdict, JudgedBy } from './gate.js';
import { type GateSums, nothingCounted } from './gate-sums.js';
import { describeTests } from './gate-tests.js';
import { becauseOf, needText } from './gate-texts.js';
import { type Judgement, judge, lastingObjections, type StageFacts, verdictAt } from './judge.js';

/** Seconds between two records of the tests: while a stage bakes or waits a minute, through a day of watching five. */
const MEASURED_EVERY_S = { baking: 60, approval: 60, watch: 300 } as const;
/** After so many durations without an answer a person looks (R36). */
const OVERDUE_DURATIONS = 2;

/** The first slot that begins in a stage. */
export const firstSlotOf = ({ sinceMs }: Gate): number => Math.ceil(sinceMs / 1_000);

/** A gate that may decide. */
export type ArmedGate = Gate & { readonly phase: 'baking' | 'approval' | 'watch' };

const countsOf = ({ cohortGood, cohortBad, controlGood, controlBad }: Omit<GateSums, 'carried'>) => ({
  cohort: { good: cohortGood, bad: cohortBad },
  control: { good: controlGood, bad: controlBad },
});

const placeOf = ({ rolloutId, stage, phase }: ArmedGate) => ({ rolloutId, stage, phase });

/** Tells what a stage is judged by, before anything of it is counted. */
export const beginGate = (gate: ArmedGate, judgedBy: JudgedBy, at: number): Event => {
  const { throughSlot } = nothingCounted(firstSlotOf(gate) - 1);
  const nothing = { good: 0, bad: 0 };
  const counts = { cohort: nothing, control: nothing, customers: 0, tests: [] };
  return event('GateMeasured', { ...placeOf(gate), throughSlot, ...counts, judgedBy, at });
};

const isMeasureDue = (gate: ArmedGate, { throughSlot }: GateSums): boolean => {
  const everyS = MEASURED_EVERY_S[gate.phase];
  const spanOf = (slot: number): number => Math.floor((slot + 1) / everyS);
  return spanOf(throughSlot) > spanOf(gate.measured?.throughSlot ?? throughSlot);
};

const measure = (gate: ArmedGate, settings: GateSettings, sums: GateSums, facts: StageFacts, at: number): Event => {
  const { throughSlot, controlSlot, dispersion } = sums.carried();
  return event('GateMeasured', {
    ...placeOf(gate),
    throughSlot,
    ...countsOf(sums),
    customers: sums.customersSeen,
    tests: describeTests(settings, sums, facts),
    ...(controlSlot < 0 ? {} : { controlSlot }),
    dispersion: [...dispersion],
    at,
  });
};

/** What a tick knows of a stage. */
export interface GateReading {
  readonly sums: GateSums;
  readonly facts: StageFacts;
  readonly at: number;
}

const verdictOf = (
  gate: ArmedGate,
  judgedBy: JudgedBy,
  { sums, facts, at }: GateReading,
  { stop, isUncontrolled }: Judgement,
): GateVerdict => {
  if (stop !== undefined) return 'roll_back';
  // Nothing is left to promote.
  if (gate.phase === 'watch') return gate.verdict;
  if (gate.verdict !== 'promote') return verdictAt(judgedBy, sums, facts, gate.isHalted ? 0 : at - gate.sinceMs);
  const isWithdrawn = isUncontrolled || lastingObjections(judgedBy.gate, sums, facts).length > 0;
  return isWithdrawn ? 'need_more_data' : 'promote';
};

const decideVerdict = (
  gate: ArmedGate,
  judgedBy: JudgedBy,
  reading: GateReading,
  judgement: Judgement,
): readonly Event[] => {
  const { sums, facts, at } = reading;
  const verdict = verdictOf(gate, judgedBy, reading, judgement);
  if (verdict === gate.verdict) return [];
  const because = becauseOf(verdict, judgedBy, reading, judgement);
  const tests = describeTests(judgedBy.gate, sums, facts);
  const decision = { ...placeOf(gate), verdict, ...countsOf(sums), tests, because, at };
  return [event('GateDecided', decision)];
};

const decideOverdue = (
  gate: ArmedGate,
  judgedBy: JudgedBy,
  reading: GateReading,
  judgement: Judgement,
): readonly Event[] => {
  const { sums, facts, at } = reading;
  const { rolloutId, stage, overdue } = gate;
  const because = (): string => needText(judgedBy.gate, sums, facts, judgement);
  if (judgement.isUncontrolled)
    return overdue.has('control')
      ? []
      : [event('GateOverdue', { rolloutId, stage, lacking: 'control', because: because(), at })];
  const isOverdue = gate.phase === 'baking' && at - gate.sinceMs >= OVERDUE_DURATIONS * judgedBy.durationMs;
  // Where nothing was declared, nobody waits for an answer.
  if (!isOverdue || overdue.has('answer') || gate.isHalted || gate.plan === undefined) return [];
  return [event('GateOverdue', { rolloutId, stage, lacking: 'answer', because: because(), at })];
};

/** Seconds of a stage are settled before they are counted, impact is not: so long nobody knows whether there is a control. */
const CONTROL_WAIT_MS = 10_000;

const judgeSettled = (gate: ArmedGate, judgedBy: JudgedBy, { sums, facts, at }: GateReading): Judgement => {
  const judgement = judge(judgedBy.gate, sums, facts);
  const isTooSoon = sums.controlSlot < 0 && at - gate.sinceMs < CONTROL_WAIT_MS;
  return isTooSoon ? { ...judgement, isUncontrolled: false } : judgement;
};

/**
 * What a tick says of a stage: how far its tests have come, a verdict that is another one, and once a person who must look. `roll_back` comes
 * at any moment, `promote` when every test has crossed its boundary and the whole duration has passed; else more data is needed (R36).
 */
export const decideGate = (gate: ArmedGate, judgedBy: JudgedBy, reading: GateReading): readonly Event[] => {
  const { sums, facts, at } = reading;
  const judgement = judgeSettled(gate, judgedBy, reading);
  const measured = isMeasureDue(gate, sums) ? [measure(gate, judgedBy.gate, sums, facts, at)] : [];
  const decided = decideVerdict(gate, judgedBy, reading, judgement);
  const isAnswered = decided.length > 0 && !judgement.isUncontrolled;
  return [...measured, ...decided, ...(isAnswered ? [] : decideOverdue(gate, judgedBy, reading, judgement))];
};
