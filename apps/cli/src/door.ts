import { createInterface } from 'node:readline/promises';
import { type ApiClient, isAway } from './api-client.js';
import type { DoorAsked, DoorRequest } from './door-arguments.js';
import { isOver, rolloutOf } from './rollout.js';
import { UsageError } from './usage-error.js';

/** Where a person is asked. */
export interface Terminal {
  readonly isTerminal: boolean;
  readonly ask: (question: string) => Promise<string>;
}

/** The terminal of this process: questions go where progress goes, so that an answer piped away holds none. */
export const processTerminal: Terminal = {
  isTerminal: process.stdin.isTTY,
  ask: async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  },
};

/** What acts is sent only with `--yes`, or by who types what it is about. */
const confirm = async ({ confirm: word }: DoorRequest, yes: boolean, terminal: Terminal): Promise<void> => {
  if (word === undefined || yes) return;
  if (!terminal.isTerminal) throw new UsageError('this acts, and nobody is here to confirm it: give --yes');
  const typed = await terminal.ask(`This acts. Type ${word} to confirm: `);
  if (typed.trim() !== word) throw new UsageError('not confirmed: nothing was sent');
};

/** Sends it once somebody has confirmed it; the JSON that is answered. */
export const askDoor = async (
  api: ApiClient,
  { request, yes }: Pick<DoorAsked, 'request' | 'yes'>,
  terminal: Terminal,
): Promise<unknown> => {
  await confirm(request, yes, terminal);
  const { method, path, body = {} } = request;
  return method === 'post' ? api.post(path, body) : api[method](path);
};

/** Questions in a row that a watch asks a server that is away: some minutes, where a restart takes seconds. */
const AWAY_QUESTIONS_MAX = 30;

/** What watching needs of the process. */
export interface Watching {
  readonly onChange: (answer: unknown) => void;
  readonly pause: () => Promise<void>;
  /** Told when the server is away, once per time. */
  readonly onAway: (message: string) => void;
}

/** Asks again and again, and tells what is new, until the rollout is over. A server that is away meanwhile is asked again. */
export const watchRollout = async (
  api: Pick<ApiClient, 'get'>,
  { request }: Pick<DoorAsked, 'request'>,
  { onChange, pause, onAway }: Watching,
): Promise<void> => {
  let told = '';
  for (let away = 0; ;) {
    try {
      const answer = await api.get(request.path);
      away = 0;
      const text = JSON.stringify(answer);
      if (text !== told) onChange(answer);
      told = text;
      if (isOver(rolloutOf(answer))) return;
    } catch (error) {
      // Who mistyped the id of a rollout, or the address, is told at once.
      if (!isAway(error) || told === '' || away >= AWAY_QUESTIONS_MAX) throw error;
      if (away === 0) onAway(error.message);
      away += 1;
    }
    await pause();
  }
};
