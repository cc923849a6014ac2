import { type CommandAnswer, type Event, event, releaseName, WAVE_STEPS, type WaveStep } from '#contracts';
import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { type Plan, type Rollback, waveNodes } from './rollback.js';

/** The reason of an event takes 500 characters: beside the names of node, step and wave this much is left. */
const WHY_CHARACTERS_MAX = 380;

const FINAL_STATUSES: ReadonlySet<string> = new Set(['done', 'failed', 'refused']);

/** What an answer says of its node. */
interface JudgedAnswer {
  /** Its step, if it told one: done or failed. */
  readonly step: { readonly step: WaveStep; readonly status: 'done' | 'failed'; readonly detail: string } | undefined;
  /** What became of the command; undefined while it goes on. */
  readonly final: string | undefined;
  readonly why: string;
}

/** Events of the answers of a tick, and the first node that failed, in words. */
export interface TakenAnswers {
  readonly events: readonly Event[];
  readonly failed: string | undefined;
}

/** The first line of why: what follows it is the output of a program. */
const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, WHY_CHARACTERS_MAX) ?? '';

/**
 * A health check that was told is judged here, by k of n (R43): the executor's own word for it is not enough. Of fewer than five probes
 * those that were not made did not pass; of more the same share must.
 */
const healthTrouble = ({ probes, passed }: CommandAnswer): string | undefined => {
  if (probes === undefined || passed === undefined) return undefined;
  const n = Math.max(probes, HEALTH_PROBES);
  const { isHealthy, because } = decideHealth(
    Math.min(passed, probes),
    n,
    Math.ceil((n * HEALTH_PASSES_MIN) / HEALTH_PROBES),
  );
  return isHealthy ? undefined : because;
};

/** RAIL-6: what is read back must be the target. An executor that reads nothing back is believed until telemetry says otherwise. */
const foreignRelease = ({ softwareVersion, configRev }: CommandAnswer, { to }: Plan): string | undefined => {
  if (softwareVersion === undefined || configRev === undefined) return undefined;
  const runs = releaseName({ softwareVersion, configRev });
  return runs === releaseName(to) ? undefined : `it runs ${runs}, not ${releaseName(to)}`;
};

const judge = (answer: CommandAnswer, plan: Plan): JudgedAnswer => {
  const { status, step, probes, passed } = answer;
  const isDone = status === 'done';
  const trouble = healthTrouble(answer) ?? (isDone ? foreignRelease(answer, plan) : undefined);
  const isFailed = status === 'failed' || trouble !== undefined;
  const why = trouble ?? firstLine(answer.detail);
  const counted = probes === undefined ? why : `${passed ?? 0} of ${probes} probes passed`;
  const final = isFailed ? 'failed' : FINAL_STATUSES.has(status) ? status : undefined;
  if (step === undefined || status === 'accepted' || status === 'refused') return { step: undefined, final, why };
  return { step: { step, status: isFailed ? 'failed' : 'done', detail: trouble ?? counted }, final, why };
};

const isLater = (step: WaveStep, told: WaveStep | undefined): boolean =>
  told === undefined || WAVE_STEPS.indexOf(step) > WAVE_STEPS.indexOf(told);

const describeFailure = (nodeId: string, { step, final, why }: JudgedAnswer): string => {
  const where = step === undefined ? `answered ${final ?? ''}` : `failed to ${step.step}`;
  return `node ${nodeId} ${where}${why === '' ? '' : `: ${why}`}`;
};

/**
 * What the nodes of the wave in hand answered to its own command: each step once and in order (R58), and each node's end once. A step
 * that failed is the end of its node.
 */
export const takeAnswers = (
  rollback: Rollback,
  plan: Plan,
  answers: readonly CommandAnswer[],
  at: number,
): TakenAnswers => {
  const { rollbackId, wave, commandId } = rollback;
  const nodes = new Set(waveNodes(rollback));
  const told = new Set(rollback.answers.keys());
  const steps = new Map(rollback.steps);
  const events: Event[] = [];
  let failed: string | undefined;
  for (const answer of answers) {
    const { nodeId } = answer;
    if (answer.commandId !== commandId || !nodes.has(nodeId) || told.has(nodeId)) continue;
    const judged = judge(answer, plan);
    const of = { rollbackId, wave, nodeId, at };
    if (judged.step !== undefined && isLater(judged.step.step, steps.get(nodeId))) {
      steps.set(nodeId, judged.step.step);
      events.push(event('WaveStepAnswered', { ...of, ...judged.step }));
    }
    if (judged.final === undefined) continue;
    told.add(nodeId);
    events.push(event('WaveAnswered', { ...of, status: judged.final }));
    if (judged.final !== 'done') failed ??= describeFailure(nodeId, judged);
  }
  return { events, failed };
};
