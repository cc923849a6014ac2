import { type Event, event, releaseName } from '#contracts';
import { isEnded, type Plan, type Rollback } from './rollback.js';
import { NOTHING_YET, type RollbackTrouble, type SagaStep, type WaveContext } from './wave-context.js';

/**
 * A release that is rolled back from is not brought again until a person says so (R39), and one whose rollback stopped is no better:
 * it was proved bad before the first wave, and that the way back failed takes nothing from that proof. Nodes that still run it are
 * a person's matter then; more of them would be worse.
 */
const quarantine = ({ rollbackId }: Rollback, { service, from, to }: Plan, how: string, at: number): Event =>
  event('ReleaseQuarantined', {
    service,
    release: from,
    rollbackId,
    because: `rolled back from, to ${releaseName(to)}: ${how}`.slice(0, 500),
    at,
  });

/** Nothing more is commanded, and a person is called: never a rollback of a rollback. */
export const endStopped = (rollback: Rollback, plan: Plan, trouble: RollbackTrouble, at: number): SagaStep => {
  const because = `wave ${rollback.wave}: ${trouble.text}`.slice(0, 500);
  return {
    events: [
      event('RollbackStopped', { rollbackId: rollback.rollbackId, because, at }),
      quarantine(rollback, plan, because, at),
    ],
    trouble: { step: trouble.step, text: because },
  };
};

/**
 * The end of a rollback of which every wave is verified, in the tick after the last: so that in the log the verification comes first,
 * then the quarantine, then the end, then the end of the rollout.
 */
export const endCompleted = (rollback: Rollback, plan: Plan, context: WaveContext): SagaStep => {
  const { rollbackId, changedAtMs, answeredAtMs } = rollback;
  const { at } = context;
  if (at <= changedAtMs) return NOTHING_YET;
  const { reason } = context.recoveryOf(plan.waves.flat(), answeredAtMs);
  const because = `all ${plan.waves.length} waves verified by the telemetry of their nodes; ${reason}`.slice(0, 500);
  return {
    events: [
      quarantine(rollback, plan, because, at),
      event('RollbackCompleted', { rollbackId, because, at }),
      event('RolloutRolledBack', { rolloutId: plan.rolloutId, rollbackId, at }),
    ],
  };
};

/** Whether somebody has to be told yet how it ended: its incident stays open until then. */
export const isNoticeDue = (rollback: Rollback): boolean => isEnded(rollback) && !rollback.isNotified;

/** Who has a stake is told how it ended (R30), last of all, while its incident is open: of one that is closed nobody reads. */
export const decideNotice = (rollback: Rollback, plan: Plan, context: WaveContext): SagaStep => {
  const { rollbackId, incidentId, state, changedAtMs, outcome } = rollback;
  const { at, isIncidentOpen } = context;
  if (!isNoticeDue(rollback) || incidentId === undefined || at <= changedAtMs) return NOTHING_YET;
  if (!isIncidentOpen(incidentId)) return NOTHING_YET;
  const nodes = plan.waves.flat().length;
  const way = `${plan.service} from ${releaseName(plan.from)} to ${releaseName(plan.to)} on ${nodes} nodes`;
  const because = `rollback of ${way} ${state}: ${outcome}`.slice(0, 500);
  return { events: [event('StakeholdersNotified', { rollbackId, incidentId, because, at })] };
};
