import type { Gate, GateTest, GateVerdict } from '../gate/gate.js';
import { type Declared, stageInHand } from './declared.js';
import { describeMissing, type MissingItem } from './preflight.js';
import type { Rollout } from './rollout.js';

/** What a rollout waits for; `nothing`: nodes may be brought, or it is over. */
export type WaitsFor = 'preflight' | 'evidence' | 'approval' | 'nothing';

/** Whether a stage may begin, and why: what a deploy tool asks before it goes on. */
export interface GateAnswer {
  readonly rolloutId: string;
  readonly state: Rollout['state'];
  /** The stage that was asked for may be brought nodes now, or was promoted already. */
  readonly mayProceed: boolean;
  /** Nothing will change that any more: stop, and take the release back if nobody else does. */
  readonly isFinal: boolean;
  /** The stage in hand, and the share of the nodes that it allows, per cent; null where there is no plan. */
  readonly stage: string | null;
  readonly sharePercent: number | null;
  readonly verdict: GateVerdict;
  readonly waitsFor: WaitsFor;
  readonly because: string;
  readonly missing: readonly MissingItem[];
  readonly tests: readonly GateTest[];
}

/** What of a gate is answered with. */
export type AnsweringGate = Pick<Gate, 'stage' | 'verdict' | 'because'> & {
  readonly measured?: Pick<NonNullable<Gate['measured']>, 'tests'> | undefined;
};

interface Word {
  readonly mayProceed: boolean;
  readonly isFinal?: boolean;
  readonly waitsFor: WaitsFor;
  readonly because: string;
}

const wordOfPlan = (
  { state }: Rollout,
  declared: Declared,
  gate: AnsweringGate | undefined,
  missing: readonly MissingItem[],
  index: number,
): Word => {
  const { name, needsApproval } = stageInHand(declared);
  if (state === 'declared') {
    if (missing.length > 0) return { mayProceed: false, waitsFor: 'preflight', because: describeMissing(missing) };
    const because = index === 0 ? 'its pre-flight is complete' : `stage ${name} comes first`;
    return { mayProceed: index === 0, waitsFor: 'nothing', because };
  }
  if (index < declared.stageIndex) return { mayProceed: true, waitsFor: 'nothing', because: 'it was promoted' };
  if (index === declared.stageIndex)
    return { mayProceed: true, waitsFor: 'nothing', because: `stage ${name} is in hand` };
  if (declared.stageBeganAtMs === undefined)
    return { mayProceed: false, waitsFor: 'nothing', because: `stage ${name} comes first` };
  const isPromoted = gate?.stage === name && gate.verdict === 'promote';
  if (isPromoted && needsApproval === true && !declared.approved.has(name))
    return { mayProceed: false, waitsFor: 'approval', because: `a person must approve stage ${name}: ${gate.because}` };
  const because = gate === undefined || gate.because === '' ? `stage ${name} is not judged yet` : gate.because;
  return { mayProceed: false, waitsFor: 'evidence', because };
};

const OVER: Readonly<Partial<Record<Rollout['state'], string>>> = {
  halted: 'it was halted',
  rolled_back: 'it was rolled back',
  ended: 'it has ended',
};

const wordOf = (
  rollout: Rollout,
  gate: AnsweringGate | undefined,
  missing: readonly MissingItem[],
  stage: string | undefined,
): Word => {
  const { declared, state } = rollout;
  const over = OVER[state];
  if (over !== undefined) return { mayProceed: false, isFinal: true, waitsFor: 'nothing', because: over };
  if (gate?.verdict === 'roll_back')
    return { mayProceed: false, isFinal: true, waitsFor: 'nothing', because: gate.because };
  if (declared === undefined)
    return { mayProceed: false, waitsFor: 'nothing', because: 'nobody declared it: it has no stages to go on with' };
  if (state === 'completed') return { mayProceed: true, waitsFor: 'nothing', because: 'every stage was promoted' };
  const { stages } = declared.plan;
  const next = Math.min(declared.stageIndex + (declared.stageBeganAtMs === undefined ? 0 : 1), stages.length);
  const index = stage === undefined ? next : stages.findIndex(({ name }) => name === stage);
  if (index < 0) return { mayProceed: false, waitsFor: 'nothing', because: `its plan has no stage ${stage ?? ''}` };
  return wordOfPlan(rollout, declared, gate, missing, index);
};

/**
 * May a stage begin? Without a name the one that is next; behind the last one, whether it is complete. A stage that is in hand may be brought
 * nodes, up to its share, as often as it is asked.
 */
export const gateAnswer = (
  rollout: Rollout,
  gate: AnsweringGate | undefined,
  missing: readonly MissingItem[],
  stage?: string,
): GateAnswer => {
  const { rolloutId, state, declared } = rollout;
  const { mayProceed, isFinal = false, waitsFor, because } = wordOf(rollout, gate, missing, stage);
  const inHand = declared && stageInHand(declared);
  return {
    rolloutId,
    state,
    mayProceed,
    isFinal,
    stage: inHand?.name ?? null,
    sharePercent: inHand?.sharePercent ?? null,
    verdict: gate?.verdict ?? 'need_more_data',
    waitsFor,
    because,
    missing: state === 'declared' ? missing : [],
    tests: gate?.measured?.tests ?? [],
  };
};
