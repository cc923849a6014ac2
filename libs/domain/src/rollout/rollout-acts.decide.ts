import {
  event,
  type Event,
  type EventData,
  type EventOf,
  type NewLoadTest,
  type NewRisk,
  type NewRollout,
  type PreflightOverride,
  refuse,
  type Refusal,
  releaseName,
  type StageApproval,
} from '#contracts';
import type { Acting } from '../rule/acting.js';
import type { Declared } from './declared.js';
import type { KnownRollout } from './known-rollout.js';
import type { Rollout } from './rollout.js';

type Answer<T extends Event['type']> = readonly EventOf<T>[] | Refusal;

const wrongState = ({ rolloutId, state }: Rollout, detail: string): Refusal =>
  refuse('ROLLOUT_STATE', `rollout ${rolloutId} is ${state}: ${detail}`);

/** One that stands, with what was declared of it. */
const declaredOf = ({ rollout }: KnownRollout): { rollout: Rollout; declared: Declared } | Refusal => {
  if (rollout === undefined) return refuse('NOT_FOUND', 'there is no such rollout');
  const { declared } = rollout;
  return declared === undefined ? wrongState(rollout, 'nobody declared it, so it has no plan') : { rollout, declared };
};

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const isSameDeclaration = (said: EventData<'RolloutDeclared'>, wanted: NewRollout): boolean =>
  said.service === wanted.service &&
  releaseName(said.release) === releaseName(wanted.release) &&
  releaseName(said.previous) === releaseName(wanted.previous) &&
  said.mode === wanted.mode &&
  isSame(said.plan, wanted.plan) &&
  isSame(said.nodes.toSorted(), wanted.nodes.toSorted());

/**
 * Somebody declares a rollout. The same again says nothing new, so that a deploy tool may send it as often as it likes; another under the
 * same id is refused, and so is a release in quarantine (R39) and one that the fleet has under this id already.
 */
export const decideRolloutDeclaration = (
  { rollout, declaration }: KnownRollout,
  wanted: NewRollout,
  quarantine: string | undefined,
  { by, at }: Acting,
): Answer<'RolloutDeclared'> => {
  const { rolloutId } = wanted;
  if (declaration !== undefined)
    return isSameDeclaration(declaration, wanted)
      ? []
      : refuse('ROLLOUT_OTHER', `${rolloutId} was declared by ${declaration.by}, otherwise`, '/rolloutId');
  if (rollout !== undefined) return refuse('ROLLOUT_OTHER', `${rolloutId} began without a declaration`, '/rolloutId');
  if (quarantine !== undefined)
    return refuse('RELEASE_QUARANTINED', `${releaseName(wanted.release)}: ${quarantine}`, '/release');
  return [event('RolloutDeclared', { ...wanted, by, at })];
};

/** Somebody asks for the start; that it was asked for stands until the pre-flight is complete. */
export const decideStartRequest = (known: KnownRollout, { by, at }: Acting): Answer<'RolloutStartRequested'> => {
  const found = declaredOf(known);
  if ('refused' in found) return found;
  const { rollout, declared } = found;
  if (rollout.state === 'running' || declared.isStartRequested) return [];
  if (rollout.state !== 'declared') return wrongState(rollout, 'it starts no more');
  if (rollout.haltRequested !== undefined)
    return wrongState(rollout, `its halt was asked for by ${rollout.haltRequested}`);
  return [event('RolloutStartRequested', { rolloutId: rollout.rolloutId, by, at })];
};

/** Somebody says that the next stage may begin; only after the gate said so, for that is what is approved. */
export const decideStageApproval = (
  known: KnownRollout,
  { stage, note }: StageApproval,
  { by, at }: Acting,
): Answer<'StageApproved'> => {
  const found = declaredOf(known);
  if ('refused' in found) return found;
  const { rollout, declared } = found;
  const planned = declared.plan.stages.find(({ name }) => name === stage);
  if (planned === undefined) return refuse('BODY_INVALID', `its plan has no stage ${stage}`, '/stage');
  if (planned.needsApproval !== true) return wrongState(rollout, `stage ${stage} needs no approval`);
  if (declared.approved.has(stage)) return [];
  if (rollout.state !== 'running') return wrongState(rollout, 'nothing waits for an approval');
  const { gate } = known;
  if (gate?.stage !== stage || gate.verdict !== 'promote')
    return wrongState(rollout, `the gate of stage ${stage} does not say promote`);
  return [event('StageApproved', { rolloutId: rollout.rolloutId, stage, by, note, at })];
};

/** Somebody asks that it goes no further: also of one that nobody declared. */
export const decideHaltRequest = (
  { rollout }: KnownRollout,
  comment: string,
  { by, at }: Acting,
): Answer<'HaltRequested'> => {
  if (rollout === undefined) return refuse('NOT_FOUND', 'there is no such rollout');
  const { rolloutId, state, haltRequested } = rollout;
  if (state === 'halted' || (haltRequested !== undefined && (state === 'declared' || state === 'running'))) return [];
  if (state !== 'declared' && state !== 'running') return wrongState(rollout, 'it goes no further anyway');
  return [event('HaltRequested', { rolloutId, by, comment, at })];
};

const beforeStart = (known: KnownRollout): { rollout: Rollout; declared: Declared } | Refusal => {
  const found = declaredOf(known);
  if ('refused' in found || found.rollout.state === 'declared') return found;
  return wrongState(found.rollout, 'its pre-flight is over');
};

/** Somebody says how much may go wrong (R49). */
export const decideRisk = (known: KnownRollout, risk: NewRisk, { by, at }: Acting): Answer<'RiskAssessed'> => {
  const found = beforeStart(known);
  return 'refused' in found ? found : [event('RiskAssessed', { rolloutId: found.rollout.rolloutId, ...risk, by, at })];
};

/** The load tester's families against one of the nodes that it is for (R64). */
export const decideLoadTest = (
  known: KnownRollout,
  { nodeId, families }: NewLoadTest,
  { by, at }: Acting,
): Answer<'LoadTested'> => {
  const found = beforeStart(known);
  if ('refused' in found) return found;
  const { targets } = found.declared;
  if (targets.size > 0 && !targets.has(nodeId))
    return refuse('BODY_INVALID', `${nodeId} is none of the nodes that it is for`, '/nodeId');
  return [event('LoadTested', { rolloutId: found.rollout.rolloutId, nodeId, families, by, at })];
};

/** Somebody overrides missing items, by name and reason; what is overridden already stays so. */
export const decidePreflightOverride = (
  known: KnownRollout,
  { items, comment }: PreflightOverride,
  { by, at }: Acting,
): Answer<'PreflightOverridden'> => {
  const found = beforeStart(known);
  if ('refused' in found) return found;
  const further = [...new Set(items)].filter((item) => !found.declared.overridden.has(item));
  if (further.length === 0) return [];
  return [event('PreflightOverridden', { rolloutId: found.rollout.rolloutId, items: further, by, comment, at })];
};
