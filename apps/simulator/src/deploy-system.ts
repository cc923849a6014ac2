import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Command, signedCommandSchema, verifyCommand } from '#contracts';
import type { Clock } from './clock.js';
import type { DeployTarget } from './deploy-target.js';
import type { ReceiverAnswer } from './pagerduty.js';
import { WaveExecution } from './wave-execution.js';

/** A command as it came, and what was made of it. */
export interface ReceivedCommand {
  readonly arrivedAtMs: number;
  readonly verdict: 'executed' | 'repeated' | 'refused';
  readonly command: Command | undefined;
  readonly detail: string;
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
 * Takes signed commands over a signed webhook and obeys: per node stop, deploy, start on the target release with its health check, and
 * verify what really runs, each told when it is done (R58); a drain or a resume restarts nothing. It acts once per command, and never on
 * one that is forged, expired, or older than its last; of one that comes again it tells again what came of it, since an answer may have
 * been lost.
 */
export const createDeploySystem = ({ secret, clock, seed }: DeploySystemOptions): DeploySystem => {
  const received: ReceivedCommand[] = [];
  const execution = new WaveExecution(clock, seed);
  let lastGeneration = 0;
  let target: DeployTarget | undefined;

  const judge = (body: string, arrivedAtMs: number, target: DeployTarget): ReceivedCommand => {
    const refused = (detail: string): ReceivedCommand => ({
      arrivedAtMs,
      verdict: 'refused',
      command: undefined,
      detail,
    });
    const signed = signedCommandSchema.safeParse(parseData(body));
    if (!signed.success) return refused('the message holds no signed command');
    const verdict = verifyCommand(signed.data, target.publicKey, arrivedAtMs, undefined, lastGeneration);
    if (verdict.verdict === 'execute')
      return { arrivedAtMs, verdict: 'executed', command: verdict.command, detail: `wave ${verdict.command.wave}` };
    // The generation is checked last: what fails there is genuine, and may be what was already done.
    if (verdict.reason === 'generation_old' && execution.repeat(commandIdOf(signed.data.payload), target))
      return { arrivedAtMs, verdict: 'repeated', command: undefined, detail: 'already acted on' };
    return refused(`${verdict.reason}: ${verdict.detail}`);
  };
  const deliver = (headers: Headers, body: string, arrivedAtMs: number): ReceiverAnswer => {
    if (target === undefined) return { status: 503, body: { error: 'not ready' } };
    if (!isSigned(secret, headers, body, arrivedAtMs)) return { status: 401, body: { error: 'signature' } };
    const judged = judge(body, arrivedAtMs, target);
    received.push(judged);
    if (judged.command !== undefined) {
      lastGeneration = judged.command.generation;
      execution.begin(judged.command, target);
    }
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
