import {
  type Command,
  type CommandAnswer,
  COMMAND_TTL_MS,
  type Event,
  event,
  type EventData,
  releaseName,
} from '#contracts';
import { type EndedUpdate, UPDATE_TIMEOUT_MS } from '../breaker/breaker.decide.js';
import { decideHealth, HEALTH_PASSES_MIN, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { type Declared, type NodeUpdate, stageInHand } from './declared.js';
import type { Rollout } from './rollout.js';
import { decideHalt } from './rollout.decide.js';

/**
 * By then a node that answered is judged by what there is, probes or its own outcomes; five seconds before the breaker counts an update as
 * one that nobody answered for.
 */
export const HEALTH_JUDGED_MS = UPDATE_TIMEOUT_MS - 5_000;
/** Of a stage, per cent, that may fail to take the release: a fleet of thousands always has a dead machine, a canary must not. */
const FAILED_PERCENT_MAX = 1;

/** What was seen of a node since its answer, good and bad. */
export interface SeenCounts {
  readonly good: number;
  readonly bad: number;
}

/** What a drive needs beside the state of its rollout. */
export interface DriveContext {
  readonly at: number;
  readonly answers: readonly CommandAnswer[];
  /** What probers saw of a node since a moment, and what it answered to clients. */
  readonly seenOf: (nodeId: string, sinceMs: number) => { readonly probes: SeenCounts; readonly own: SeenCounts };
  readonly updateIdOf: (nodeId: string) => string;
}

type Updated = EventData<'NodeUpdated'>;

/** What became of one node, and how the breaker counts it; undefined while that is not known. */
interface Judged extends Pick<Updated, 'status' | 'detail'> {
  readonly counts?: { readonly probes: number; readonly passed: number };
}

const DETAIL_MAX = 500;
/** `4 of 5 probes passed`, as a health check says it. */
const COUNTED = /(\d{1,3}) of (\d{1,3}) probes passed/;

const judgeHealth = (passed: number, probes: number): Judged => {
  const passesMin = Math.ceil((probes * HEALTH_PASSES_MIN) / HEALTH_PROBES);
  const { isHealthy, because } = decideHealth(passed, probes, passesMin);
  return { status: isHealthy ? 'done' : 'failed', counts: { probes, passed }, detail: because };
};

/** The health check of an answer, where its executor made one of enough probes. */
const checkTold = (answer: CommandAnswer): Judged | undefined => {
  const [, inWords, ofWords] = COUNTED.exec(answer.detail)?.map(Number) ?? [];
  const { passed = inWords, probes = ofWords } = answer;
  const isCheck = passed !== undefined && probes !== undefined && probes >= HEALTH_PROBES && passed <= probes;
  return isCheck ? judgeHealth(passed, probes) : undefined;
};

const judgeAnswer = (rollout: Rollout, answer: CommandAnswer): Judged | undefined => {
  const { status, softwareVersion, configRev } = answer;
  const firstLine = (answer.detail.split('\n')[0] ?? '').slice(0, DETAIL_MAX - 100);
  if (status === 'failed' || status === 'refused') return { status: 'failed', detail: `${status}: ${firstLine}` };
  if (status !== 'done') return undefined;
  const runs = softwareVersion === undefined || configRev === undefined ? undefined : { softwareVersion, configRev };
  if (runs !== undefined && releaseName(runs) !== releaseName(rollout.release))
    return { status: 'failed', detail: `it answered done and runs ${releaseName(runs)}` };
  return checkTold(answer) ?? { status: 'done', detail: firstLine };
};

/** A node that answered, by what is seen of it since (R43): never by one probe, and never by its own word alone. */
const judgeSeen = (update: NodeUpdate, nodeId: string, { at, seenOf }: DriveContext): Judged | undefined => {
  const { probes, own } = seenOf(nodeId, update.answeredAtMs ?? at);
  if (probes.good + probes.bad >= HEALTH_PROBES) return judgeHealth(probes.good, probes.good + probes.bad);
  if (at < update.commandedAtMs + HEALTH_JUDGED_MS) return undefined;
  const all = own.good + own.bad;
  const counts = { probes: 0, passed: 0 };
  if (all < HEALTH_PROBES)
    return { status: 'failed', counts, detail: 'it answered done, and neither probes nor outcomes show it' };
  const isHealthy = own.good * HEALTH_PROBES >= all * HEALTH_PASSES_MIN;
  const detail = `no prober asks it; ${own.good} of its ${all} outcomes are good`;
  return { status: isHealthy ? 'done' : 'failed', counts, detail };
};

const judge = (rollout: Rollout, update: NodeUpdate, nodeId: string, context: DriveContext): Judged | undefined => {
  if (update.status === 'answered') return judgeSeen(update, nodeId, context);
  const own = context.answers.filter((each) => each.commandId === update.commandId && each.nodeId === nodeId);
  const health = own.map(checkTold).find((each) => each !== undefined);
  if (health?.status === 'failed') return health;
  const judged = own.map((answer) => judgeAnswer(rollout, answer)).find((each) => each !== undefined);
  // An executor may tell the health check with the step before its last word.
  if (judged !== undefined) return judged.status === 'done' ? (health ?? judged) : judged;
  if (context.at < update.commandedAtMs + UPDATE_TIMEOUT_MS) return undefined;
  return { status: 'timeout', detail: `no answer within ${UPDATE_TIMEOUT_MS / 1_000} s` };
};

/** What became of nodes on a tick: of the rollout's stream, and of the breaker's. */
export interface NodesUpdated {
  readonly events: readonly Event[];
  readonly ended: readonly EndedUpdate[];
}

/** What is told of the nodes that are being updated: answers, health checks, deadlines. */
export const decideNodeUpdates = (rollout: Rollout, declared: Declared, context: DriveContext): NodesUpdated => {
  const events: Event[] = [];
  const ended: EndedUpdate[] = [];
  const stage = stageInHand(declared).name;
  for (const [nodeId, update] of declared.updates) {
    if (update.status !== 'commanded' && update.status !== 'answered') continue;
    const judged = judge(rollout, update, nodeId, context);
    if (judged === undefined) continue;
    const { status, detail, counts } = judged;
    const { rolloutId } = rollout;
    events.push(event('NodeUpdated', { rolloutId, stage, nodeId, status, ...counts, detail, at: context.at }));
    const isEnd = status !== 'done' || counts !== undefined;
    if (isEnd) ended.push({ updateId: context.updateIdOf(nodeId), isHealthy: status === 'done', detail });
  }
  return { events, ended };
};

/** Halts a rollout of which more nodes failed to take the release than a stage may lose: none below a hundred. */
export const decideFailedStage = (rollout: Rollout, declared: Declared, at: number): readonly Event[] => {
  const failed = [...declared.updates].filter(([, { status }]) => status === 'failed' || status === 'timeout');
  const most = Math.floor((FAILED_PERCENT_MAX * rollout.nodes.size) / 100);
  const [first] = failed;
  if (first === undefined || failed.length <= most) return [];
  const words = `stage ${stageInHand(declared).name}: ${failed.length} of ${rollout.nodes.size} nodes did not take it`;
  return decideHalt(rollout, `${words} (at most ${most}), node ${first[0]}: ${first[1].status}`, at);
};

/** The nodes that are to be commanded next: none while a command is out, so that no command overtakes another. */
export const waitingNodes = ({ nodes }: Rollout, { updates }: Declared): readonly string[] => {
  const isOut = [...updates.values()].some(({ status }) => status === 'commanded' || status === 'answered');
  return isOut ? [] : [...nodes].filter((nodeId) => !updates.has(nodeId));
};

/** What a command is made with. */
export interface DeployCommandContext {
  readonly at: number;
  readonly generation: number;
  readonly hash: (text: string) => string;
  readonly sha256: (text: string) => string;
}

/** Tells nodes to take the release. */
export const decideStageCommand = (
  rollout: Rollout,
  declared: Declared,
  nodes: readonly string[],
  { at, generation, hash, sha256 }: DeployCommandContext,
): readonly Event[] => {
  if (nodes.length === 0) return [];
  const { rolloutId, service, previous, release } = rollout;
  const { stageIndex, commands } = declared;
  const { name, sharePercent } = stageInHand(declared);
  const commandId = hash(`command|${rolloutId}|${stageIndex}|${commands}`);
  const audience = [...nodes].sort((a, b) => (a < b ? -1 : 1));
  const command: Command = {
    commandId,
    action: 'deploy',
    rolloutId,
    wave: stageIndex + 1,
    generation,
    service,
    from: previous,
    to: release,
    audience,
    audienceDigest: sha256(audience.join('\n')),
    issuedAtMs: at,
    expiresAtMs: at + COMMAND_TTL_MS,
    healthCheck: { probes: HEALTH_PROBES, passesMin: HEALTH_PASSES_MIN },
    reason: `stage ${name} of rollout ${rolloutId}: ${sharePercent} %`,
  };
  return [
    event('StageCommanded', { rolloutId, stage: name, commandId, generation, nodes: audience, at }),
    event('CommandIssued', { command }),
  ];
};
