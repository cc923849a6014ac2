import { type Command, type CommandAnswer, COMMAND_TTL_MS, type Event, event } from '#contracts';
import { type Plan, type Rollback, waveNodes } from './rollback.js';

/** Share of the gap between release and control that a wave must have closed (RAIL-9). */
export const GAP_CLOSED_MIN = 0.5;

/** The reason of an event takes 500 characters: beside the names of node and wave this much is left. */
const WHY_CHARACTERS_MAX = 380;

/** What the telemetry of a wave's nodes says. */
export interface WaveHealth {
  /** Success, per cent, over the verification window; undefined while it cannot be told. */
  readonly success: number | undefined;
  /** Why not, or over what. */
  readonly detail: string;
}

/** What a step of a rollback needs beside its state. */
export interface WaveContext {
  readonly at: number;
  readonly verifyMs: number;
  /** The generation the next command gets. */
  readonly generation: number;
  readonly answers: readonly CommandAnswer[];
  readonly healthOf: (rollback: Rollback) => WaveHealth;
  readonly commandIdOf: (rollbackId: string, wave: number) => string;
  readonly sha256: (text: string) => string;
}

const FINAL_STATUSES: ReadonlySet<string> = new Set(['done', 'failed', 'refused']);

const stop = (rollback: Rollback, because: string, at: number): readonly Event[] => [
  event('RollbackStopped', { rollbackId: rollback.rollbackId, because: `wave ${rollback.wave}: ${because}`, at }),
];

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
    reason: plan.reason,
  };
};

const commandNext = (rollback: Rollback, plan: Plan, context: WaveContext): readonly Event[] => {
  const { rollbackId } = rollback;
  const { at, generation } = context;
  const wave = rollback.wave + 1;
  if (wave > plan.waves.length) {
    const because = `all ${plan.waves.length} waves verified by the telemetry of their nodes`;
    return [
      event('RollbackCompleted', { rollbackId, because, at }),
      event('RolloutRolledBack', { rolloutId: plan.rolloutId, rollbackId, at }),
    ];
  }
  const command = makeCommand(rollback, plan, wave, context);
  return [
    event('WaveCommanded', { rollbackId, wave, generation, commandId: command.commandId, at }),
    event('CommandIssued', { command }),
  ];
};

/** What a node answered, with the first line of why: what follows it is the output of a program. */
const describeAnswer = (
  commandId: string | undefined,
  [nodeId, status]: readonly [string, string],
  answers: readonly CommandAnswer[],
): string => {
  const given = answers.find(
    (answer) => answer.commandId === commandId && answer.nodeId === nodeId && answer.status === status,
  );
  const why = (given?.detail ?? '').split('\n')[0]?.slice(0, WHY_CHARACTERS_MAX) ?? '';
  return `node ${nodeId} answered ${status}${why === '' ? '' : `: ${why}`}`;
};

const takeAnswers = (rollback: Rollback, { answers, at }: WaveContext): readonly Event[] => {
  const { rollbackId, wave, commandId } = rollback;
  const nodes = new Set(waveNodes(rollback));
  const told = new Map(rollback.answers);
  const events: Event[] = [];
  for (const answer of answers) {
    const { nodeId, status } = answer;
    if (answer.commandId !== commandId || !nodes.has(nodeId) || !FINAL_STATUSES.has(status) || told.has(nodeId))
      continue;
    told.set(nodeId, status);
    events.push(event('WaveAnswered', { rollbackId, wave, nodeId, status, at }));
  }
  const failed = [...told].find(([, status]) => status !== 'done');
  return failed === undefined ? events : [...events, ...stop(rollback, describeAnswer(commandId, failed, answers), at)];
};

const awaitAnswers = (rollback: Rollback, context: WaveContext): readonly Event[] => {
  const events = takeAnswers(rollback, context);
  if (events.length > 0 || context.at < rollback.commandedAtMs + COMMAND_TTL_MS) return events;
  const missing = waveNodes(rollback).filter((nodeId) => !rollback.answers.has(nodeId));
  const count = `${missing.length} of ${waveNodes(rollback).length} nodes`;
  return stop(rollback, `${count} did not answer within ${COMMAND_TTL_MS / 1_000} s`, context.at);
};

const verify = (rollback: Rollback, plan: Plan, context: WaveContext): readonly Event[] => {
  const { at, verifyMs } = context;
  const needed = plan.gap.release + GAP_CLOSED_MIN * (plan.gap.control - plan.gap.release);
  const { success, detail } = context.healthOf(rollback);
  const { rollbackId, wave } = rollback;
  if (success !== undefined && success >= needed) {
    const because = `success ${success.toFixed(2)} % >= ${needed.toFixed(2)} % ${detail}`;
    return [event('WaveVerified', { rollbackId, wave, because, at })];
  }
  // Twice the window for the watermark to pass it, and one command's life for restarts: longer means it does not help.
  if (at < rollback.answeredAtMs + 2 * verifyMs + COMMAND_TTL_MS) return [];
  const found = success === undefined ? detail : `success ${success.toFixed(2)} % < ${needed.toFixed(2)} % ${detail}`;
  return stop(rollback, `not verified: ${found}`, at);
};

/** The next step of a rollback under way; nothing while it waits. Called until it has nothing more to say. */
export const decideWaveStep = (rollback: Rollback, context: WaveContext): readonly Event[] => {
  const { plan } = rollback;
  if (plan === undefined) return [];
  switch (rollback.state) {
    case 'decided':
    case 'verified':
      return commandNext(rollback, plan, context);
    case 'commanded':
      return awaitAnswers(rollback, context);
    case 'answered':
      return verify(rollback, plan, context);
    case 'refused':
    case 'stopped':
    case 'completed':
      return [];
  }
};
