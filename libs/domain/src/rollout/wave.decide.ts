import { type Command, COMMAND_TTL_MS, type Event, event } from '#contracts';
import { HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { type Plan, type Rollback, waveNodes } from './rollback.js';
import { decideNotice, endCompleted, endStopped } from './rollback-end.decide.js';
import { takeAnswers } from './wave-answers.js';
import { NOTHING_YET, type SagaStep, type WaveContext } from './wave-context.js';

/** Share of the gap between release and control that a wave must have closed (RAIL-9). */
export const GAP_CLOSED_MIN = 0.5;
/** A gap of less than this many points, twice what is normal, cannot be told from noise: half of it proves nothing. */
const GAP_TOLD_MIN = 0.1;
/** Where there was no gap to close, because a person had another reason, a wave must not be worse by more than a point. */
const WORSE_MAX = 1;

/** Without an answer for half of a command's life it may have been lost, and there is as much time left for the one that is sent again. */
export const REPEAT_AFTER_MS = COMMAND_TTL_MS / 2;

/** A wave that has not helped two minutes after the restart does not help (RAIL-9: 60 to 120 s). */
const INEFFECTIVE_AFTER_MS = 120_000;

const makeCommand = (rollback: Rollback, plan: Plan, wave: number, context: WaveContext): Command => {
  const audience = [...(plan.waves[wave - 1] ?? [])].sort((a, b) => (a < b ? -1 : 1));
  return {
    commandId: context.commandIdOf(rollback.rollbackId, wave),
    action: 'rollback',
    rollbackId: rollback.rollbackId,
    wave,
    generation: context.generation,
    service: plan.service,
    from: plan.from,
    to: plan.to,
    audience,
    audienceDigest: context.sha256(audience.join('\n')),
    issuedAtMs: context.at,
    expiresAtMs: context.at + COMMAND_TTL_MS,
    healthCheck: { probes: HEALTH_PROBES, passesMin: HEALTH_PASSES_MIN },
    reason: plan.reason,
  };
};

const commandNext = (rollback: Rollback, plan: Plan, context: WaveContext): SagaStep => {
  const { rollbackId } = rollback;
  const { at, generation } = context;
  const wave = rollback.wave + 1;
  if (wave > plan.waves.length) return endCompleted(rollback, plan, context);
  if (context.offBecause !== undefined) {
    const text = `wave ${wave} of ${plan.waves.length} waits: ${context.offBecause}`;
    return { events: [], trouble: { step: 'wait', text } };
  }
  const stranger = context.strangerOf(plan, plan.waves[wave - 1] ?? []);
  if (stranger !== undefined) return endStopped(rollback, plan, { step: 'failed', text: stranger }, at);
  const command = makeCommand(rollback, plan, wave, context);
  return {
    events: [
      event('WaveCommanded', { rollbackId, wave, generation, commandId: command.commandId, at }),
      event('CommandIssued', { command }),
    ],
  };
};

/** The same command under the same id, once: an executor that has it does nothing more. */
const repeat = (rollback: Rollback, missing: number, { at, offBecause }: WaveContext): readonly Event[] => {
  const { rollbackId, wave, commandId, commandedAtMs, isRepeated } = rollback;
  const isDue = !isRepeated && at >= commandedAtMs + REPEAT_AFTER_MS;
  if (!isDue || commandId === undefined || offBecause !== undefined) return [];
  return [event('WaveRepeated', { rollbackId, wave, commandId, missing, at })];
};

const awaitAnswers = (rollback: Rollback, plan: Plan, context: WaveContext): SagaStep => {
  const { at, answers } = context;
  const { events, failed } = takeAnswers(rollback, plan, answers, at);
  if (failed !== undefined) {
    const stopped = endStopped(rollback, plan, { step: 'failed', text: failed }, at);
    return { ...stopped, events: [...events, ...stopped.events] };
  }
  if (events.length > 0) return { events };
  const nodes = waveNodes(rollback);
  const missing = nodes.filter((nodeId) => !rollback.answers.has(nodeId)).length;
  if (at < rollback.commandedAtMs + COMMAND_TTL_MS) return { events: repeat(rollback, missing, context) };
  const text = `${missing} of ${nodes.length} nodes did not answer within ${COMMAND_TTL_MS / 1_000} s`;
  return endStopped(rollback, plan, { step: 'unconfirmed', text }, at);
};

/** The success, per cent, that the nodes of a wave must show. */
export const neededSuccess = ({ release, control }: Plan['gap']): number =>
  control - release < GAP_TOLD_MIN
    ? Math.min(release, control) - WORSE_MAX
    : release + GAP_CLOSED_MIN * (control - release);

/** Telemetry must show that the gap closes, and no prober may say the opposite; where none looks, telemetry alone decides. */
const verify = (rollback: Rollback, plan: Plan, context: WaveContext): SagaStep => {
  const { at, verifyMs } = context;
  const { rollbackId, wave, answeredAtMs } = rollback;
  const needed = neededSuccess(plan.gap);
  const { success, detail, foreign } = context.healthOf(rollback);
  if (foreign !== undefined) return endStopped(rollback, plan, { step: 'failed', text: foreign }, at);
  const probed = context.recoveryOf(waveNodes(rollback), answeredAtMs);
  const isEnough = success !== undefined && success >= needed;
  const shown =
    success === undefined
      ? detail
      : `success ${success.toFixed(2)} % ${isEnough ? '>=' : '<'} ${needed.toFixed(2)} % ${detail}`;
  const because = `${shown}; ${probed.reason}`.slice(0, 500);
  if (isEnough && probed.verdict !== 'not_recovered')
    return { events: [event('WaveVerified', { rollbackId, wave, because, at })] };
  if (at < answeredAtMs + Math.max(INEFFECTIVE_AFTER_MS, 2 * verifyMs)) return NOTHING_YET;
  const step = success === undefined ? 'unconfirmed' : 'ineffective';
  return endStopped(rollback, plan, { step, text: `not verified: ${because}` }, at);
};

/** The next step of a rollback; nothing while it waits, or is over and everybody knows. Called until it has nothing more to say. */
export const decideWaveStep = (rollback: Rollback, context: WaveContext): SagaStep => {
  const { plan } = rollback;
  if (plan === undefined) return NOTHING_YET;
  switch (rollback.state) {
    case 'decided':
    case 'verified':
      return commandNext(rollback, plan, context);
    case 'commanded':
      return awaitAnswers(rollback, plan, context);
    case 'answered':
      return verify(rollback, plan, context);
    case 'stopped':
    case 'completed':
      return decideNotice(rollback, plan, context);
    case 'requested':
    case 'refused':
    case 'proposed':
      return NOTHING_YET;
  }
};
