import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Command, type CommandAnswer, type Release, signedCommandSchema, verifyCommand } from '#contracts';
import type { Clock } from './clock.js';
import type { ReceiverAnswer } from './pagerduty.js';
import { createRandom } from './random.js';

/** A command as it came, and what was made of it. */
export interface ReceivedCommand {
  readonly arrivedAtMs: number;
  readonly verdict: 'executed' | 'repeated' | 'refused';
  readonly command: Command | undefined;
  readonly detail: string;
}

/** The servers a deploy system can reach, whose commands it trusts, and where it reports. */
export interface DeployTarget {
  /** Of the command key. */
  readonly publicKey: KeyObject;
  readonly report: (answers: readonly CommandAnswer[]) => void;
  readonly stop: (nodeId: string) => void;
  readonly start: (nodeId: string, release: Release) => void;
  /** What the node really runs; undefined when there is no such node. */
  readonly release: (nodeId: string) => Release | undefined;
  readonly agentBootId: (nodeId: string) => string;
}

/** What a deploy system is made of. */
export interface DeploySystemOptions {
  /** Of the Standard Webhooks secret, the bytes. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly seed: number;
}

/** Headers as node:http gives them. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The local deploy system. */
export interface DeploySystem {
  readonly deliver: (headers: Headers, body: string, arrivedAtMs: number) => ReceiverAnswer;
  readonly received: readonly ReceivedCommand[];
  /** Gives it servers to act on; until then it refuses with 503. */
  readonly attach: (target: DeployTarget) => void;
}

/** Standard Webhooks: a message older or newer than this is not looked at. */
const WEBHOOK_AGE_MAX_MS = 300_000;
/** A restart of a DNS server with its zones in memory takes about a second; each node differs. */
const RESTART_MIN_MS = 500;
const RESTART_MAX_MS = 1_500;

const header = (headers: Headers, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

const isSigned = (secret: Uint8Array, headers: Headers, body: string, nowMs: number): boolean => {
  const timestamp = header(headers, 'webhook-timestamp');
  if (!(Math.abs(nowMs - Number(timestamp) * 1_000) <= WEBHOOK_AGE_MAX_MS)) return false;
  const message = `${header(headers, 'webhook-id')}.${timestamp}.${body}`;
  const expected = Buffer.from(`v1,${createHmac('sha256', secret).update(message).digest('base64')}`);
  return header(headers, 'webhook-signature')
    .split(' ')
    .map((signature) => Buffer.from(signature))
    .some((signature) => signature.length === expected.length && timingSafeEqual(signature, expected));
};

const parseData = (body: string): unknown => {
  try {
    const message: unknown = JSON.parse(body);
    return typeof message === 'object' && message !== null && 'data' in message ? message.data : undefined;
  } catch {
    return undefined;
  }
};

const commandIdOf = (payload: string): string => {
  const parsed = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { commandId?: unknown };
  return typeof parsed.commandId === 'string' ? parsed.commandId : '';
};

/** The answer to the sender, by what was made of the command: a repetition is as good as the first. */
const ANSWER: Record<ReceivedCommand['verdict'], number> = { executed: 202, repeated: 200, refused: 422 };

/**
 * Takes signed commands over a signed webhook and obeys: per node stop, start on the target release, read back, answer `accepted`
 * and then `done` or `failed`. It acts once per command, and never on one that is forged, expired, or older than its last.
 */
export const createDeploySystem = ({ secret, clock, seed }: DeploySystemOptions): DeploySystem => {
  const received: ReceivedCommand[] = [];
  const acted = new Set<string>();
  const random = createRandom(seed, 'restarts');
  let lastGeneration = 0;
  let target: DeployTarget | undefined;

  const answerOf = (command: Command, nodeId: string, status: CommandAnswer['status']): CommandAnswer => ({
    type: 'answer',
    nodeId,
    agentBootId: target?.agentBootId(nodeId) ?? '0',
    atUs: clock.nowMs() * 1_000,
    commandId: command.commandId,
    generation: command.generation,
    status,
    ...(status === 'done' ? target?.release(nodeId) : {}),
    detail: `wave ${command.wave}`,
  });
  const restart = async (command: Command, nodeId: string): Promise<void> => {
    if (target?.release(nodeId) === undefined) {
      target?.report([answerOf(command, nodeId, 'failed')]);
      return;
    }
    target.stop(nodeId);
    await clock.sleep(RESTART_MIN_MS + random.next() * (RESTART_MAX_MS - RESTART_MIN_MS));
    target.start(nodeId, command.to);
    target.report([answerOf(command, nodeId, 'done')]);
  };
  /** Takes a node out of the traffic or back: nothing is restarted, and nothing changes its release. */
  const steer = async (command: Command, nodeId: string): Promise<void> => {
    await clock.sleep(RESTART_MIN_MS);
    const status = target?.release(nodeId) === undefined ? 'failed' : 'done';
    target?.report([answerOf(command, nodeId, status)]);
  };
  const execute = (command: Command): void => {
    acted.add(command.commandId);
    lastGeneration = command.generation;
    target?.report(command.audience.map((nodeId) => answerOf(command, nodeId, 'accepted')));
    const act = command.action === 'rollback' ? restart : steer;
    for (const nodeId of command.audience) void act(command, nodeId);
  };
  const judge = (body: string, arrivedAtMs: number, publicKey: KeyObject): ReceivedCommand => {
    const refused = (detail: string): ReceivedCommand => ({
      arrivedAtMs,
      verdict: 'refused',
      command: undefined,
      detail,
    });
    const signed = signedCommandSchema.safeParse(parseData(body));
    if (!signed.success) return refused('the message holds no signed command');
    const verdict = verifyCommand(signed.data, publicKey, arrivedAtMs, undefined, lastGeneration);
    if (verdict.verdict === 'execute')
      return { arrivedAtMs, verdict: 'executed', command: verdict.command, detail: `wave ${verdict.command.wave}` };
    // The generation is checked last: what fails there is genuine, and may be what was already done.
    if (verdict.reason === 'generation_old' && acted.has(commandIdOf(signed.data.payload)))
      return { arrivedAtMs, verdict: 'repeated', command: undefined, detail: 'already acted on' };
    return refused(`${verdict.reason}: ${verdict.detail}`);
  };
  const deliver = (headers: Headers, body: string, arrivedAtMs: number): ReceiverAnswer => {
    if (target === undefined) return { status: 503, body: { error: 'not ready' } };
    if (!isSigned(secret, headers, body, arrivedAtMs)) return { status: 401, body: { error: 'signature' } };
    const judged = judge(body, arrivedAtMs, target.publicKey);
    received.push(judged);
    if (judged.command !== undefined) execute(judged.command);
    return { status: ANSWER[judged.verdict], body: { verdict: judged.verdict, detail: judged.detail } };
  };
  return {
    deliver,
    received,
    attach: (given) => {
      target = given;
    },
  };
};
