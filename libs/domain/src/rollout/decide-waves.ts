import { decideCall } from '../action/call.decide.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { Rollback } from './rollback.js';
import { decideWaveStep } from './wave.decide.js';
import type { RollbackTrouble, WaveContext } from './wave-context.js';
import { readStranger, readWaveHealth } from './wave-health.js';
import { readProbedRecovery } from './wave-probes.js';

/** Steps a rollback may take within one tick: verified, next commanded, and the look that finds nothing more. */
const WAVE_STEPS_MAX = 4;

const contextOf = ({ state }: Draft, { view, answers, verifyMs, hash, sha256 }: Deciding): WaveContext => ({
  at: view.at,
  verifyMs,
  answers,
  sha256,
  offBecause: state.automation.isOn ? undefined : `automation is off: ${state.automation.because ?? 'nobody said why'}`,
  strangerOf: (plan, nodes) => readStranger(plan, nodes, view),
  // A tick is later than every earlier one, so generations grow even where the last one is no longer remembered.
  generation: Math.max(state.generation + 1, view.tick),
  healthOf: (rollback) => readWaveHealth(rollback, verifyMs, view),
  recoveryOf: (nodes, sinceMs) => readProbedRecovery(nodes, sinceMs, verifyMs, view),
  isIncidentOpen: (incidentId) => state.incidents.get(incidentId ?? '')?.state === 'open',
  commandIdOf: (id, wave) => hash(`command|${id}|${wave}`),
});

/** A rollback that does not do what it should is a matter of the VP at once (R32, R58); one that only waits, of who is on call. */
const callFor = (draft: Draft, rollback: Rollback, { step, text }: RollbackTrouble, at: number): void => {
  const { rollbackId, incidentId } = rollback;
  const incident = draft.state.incidents.get(incidentId ?? '');
  if (incident === undefined) return;
  const isWait = step === 'wait';
  const because = `rollback of ${rollback.plan?.service ?? 'a release'}${isWait ? '' : ' stopped'}: ${text}`;
  const { alertId } = incident.root;
  const call = { to: isWait ? 'on_call' : 'vp', rollback: { rollbackId, step } } as const;
  draft.add(decideCall(incident, { ...call, alertId, because, at }));
};

/** The next steps of the rollbacks that are under way or owe a notice; each trouble calls a person in the same tick. */
export const decideWaves = (draft: Draft, deciding: Deciding): void => {
  for (const rollbackId of draft.state.rollbacks.keys()) {
    for (let step = 0; step < WAVE_STEPS_MAX; step += 1) {
      const rollback = draft.state.rollbacks.get(rollbackId);
      if (rollback === undefined) break;
      const { events, trouble } = decideWaveStep(rollback, contextOf(draft, deciding));
      draft.add(events);
      if (trouble !== undefined) callFor(draft, rollback, trouble, deciding.view.at);
      if (events.length === 0) break;
    }
  }
};
