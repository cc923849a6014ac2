import type { CommandAnswer, SignedCommand } from '#contracts';
import type { Clock } from './clock.js';
import type { ExecutorWorld } from './command-executor.js';

/** A gateway that holds commands, and keeps the answers it takes. */
export interface FakeGateway {
  readonly client: ExecutorWorld['client'];
  /** With the generation that a look must be below to get it; the gateway believes what it is told. */
  readonly commands: { readonly generation: number; readonly signed: SignedCommand }[];
  /** Answers that were taken. */
  readonly answers: CommandAnswer[];
  /** Paths of looks. */
  readonly looks: string[];
  /** Statuses of the next posts, before it takes answers again; 0 breaks the connection. */
  readonly script: number[];
  /** Statuses of the next looks. */
  readonly lookScript: number[];
}

/** Makes a gateway. A look that finds nothing is answered after it was held. */
export const createFakeGateway = (clock: Clock): FakeGateway => {
  const commands: FakeGateway['commands'] = [];
  const [answers, looks, script, lookScript]: [CommandAnswer[], string[], number[], number[]] = [[], [], [], []];
  const answer = (status: number, body: string) => ({ status, body, retryAfterMs: undefined });
  return {
    commands,
    answers,
    looks,
    script,
    lookScript,
    client: {
      get: async (path) => {
        looks.push(path);
        const status = lookScript.shift();
        if (status !== undefined) return answer(status, 'scripted');
        const query = new URL(path, 'http://gateway').searchParams;
        const after = Number(query.get('after'));
        const find = () => commands.filter(({ generation }) => generation > after);
        if (find().length === 0) await clock.sleep(Number(query.get('waitMs')));
        const found = find();
        const body = { commands: found.map(({ signed }) => signed), after: found.at(-1)?.generation ?? after };
        return answer(200, JSON.stringify(body));
      },
      post: async (_, __, body) => {
        const status = script.shift() ?? 202;
        if (status === 0) throw new Error('post: the connection broke');
        if (status === 202) answers.push(JSON.parse(Buffer.from(body).toString()) as CommandAnswer);
        return answer(status, '');
      },
    },
  };
};
