import { z } from 'zod';
import { type SignedCommand, signedCommandSchema } from '#contracts';
import { lastGenerationOf } from '#domain';
import type { Clock } from './clock.js';
import { CommandActor } from './command-actor.js';
import { type Answering, CommandAnswers } from './command-answers.js';
import { type CommandsConfig, loadCommandKey } from './command-config.js';
import { createJournalFile } from './command-journal-file.js';
import { type JournalFile, openJournal } from './command-journal.js';
import { createRunner, type RunProgram } from './command-runner.js';
import type { GatewayClient, GatewayReader } from './gateway-client.js';

/** What an executor takes from outside. */
export interface ExecutorWorld extends Answering {
  /** Of its own: a look for commands holds a connection for seconds, and no batch should wait for it. */
  readonly client: Pick<GatewayClient, 'post'> & GatewayReader;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** In place of children of this process, and of the journal's file; for tests. */
  readonly run?: RunProgram;
  readonly file?: JournalFile;
}

/** A running executor. */
export interface Executor {
  /** Takes no more commands; resolves when the program that runs has ended, and its answer was tried once. */
  readonly stop: () => Promise<void>;
}

/** How long the gateway may hold a look: below the client's limit for an answer. */
const LOOK_HELD_MS = 7_000;
/** After a look that failed, or was answered at once with nothing: the gateway has trouble, or too many that wait. */
const LOOK_AGAIN_MS = 1_000;
/** How long an end waits for answers to be taken; the journal keeps those that are not. */
const STOP_ANSWERS_MS = 3_000;
/** What a gateway may hold at all. */
const COMMANDS_MAX = 1_000;

const givenSchema = z.object({
  commands: z.array(signedCommandSchema).max(COMMANDS_MAX),
  after: z.number().int().nonnegative(),
});

interface Given {
  readonly commands: readonly SignedCommand[];
  /** What to ask with next. */
  readonly after: number;
}

const readGiven = (body: string): Given | undefined => {
  try {
    return givenSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
};

/** Asks the gateway for commands, and hands each to the actor; nothing is asked while a program runs. */
class Looking {
  /** The command in hand. */
  private inHand: Promise<void> = Promise.resolve();
  private trouble = '';

  constructor(
    private readonly actor: CommandActor,
    private readonly world: ExecutorWorld,
    private after: number,
  ) {}

  async follow(stopping: AbortSignal): Promise<void> {
    const { clock } = this.world;
    while (!stopping.aborted) {
      const sinceMs = clock.nowMs();
      const given = await this.look();
      for (const signed of given?.commands ?? []) {
        if (stopping.aborted) return;
        this.inHand = this.actor.take(signed);
        await this.inHand;
      }
      // Where a look was held or brought something, the next one may follow at once.
      const isIdle = (given?.commands ?? []).length === 0 && clock.nowMs() - sinceMs < LOOK_AGAIN_MS;
      if (given === undefined || isIdle) await clock.sleep(LOOK_AGAIN_MS, stopping);
      // Not what was verified: the gateway can withhold commands anyway, and a restart asks again from the journal.
      this.after = Math.max(this.after, given?.after ?? 0);
    }
  }

  /** Resolves when no program runs. */
  async idle(): Promise<void> {
    await this.inHand;
  }

  private async look(): Promise<Given | undefined> {
    const { client, nodeId } = this.world;
    const path = `/v1/nodes/${encodeURIComponent(nodeId)}/commands?after=${this.after}&waitMs=${LOOK_HELD_MS}`;
    const answer = await client.get(path).catch((error: unknown) => {
      return { status: 0, body: error instanceof Error ? error.message : String(error) };
    });
    const given = answer.status === 200 ? readGiven(answer.body) : undefined;
    const trouble = given === undefined ? `commands: ${answer.status} ${answer.body.slice(0, 200)}` : '';
    if (trouble !== '' && trouble !== this.trouble) this.world.say(trouble);
    this.trouble = trouble;
    return given;
  }
}

/**
 * Starts the executor of an agent: what a former run left is settled first, then commands are looked for and answers delivered.
 * Fails when the key or the journal cannot be read. When the journal fails later nothing more is executed, and it is said.
 */
export const startExecutor = async (config: CommandsConfig, world: ExecutorWorld): Promise<Executor> => {
  const { clock, say, client, nodeId, agentBootId } = world;
  const publicKey = loadCommandKey(config);
  const journal = await openJournal(world.file ?? createJournalFile(config.journal));
  const answers = new CommandAnswers(journal, client, { nodeId, agentBootId }, clock, say);
  const run = world.run ?? createRunner(clock);
  const onRecorded = (): void => answers.wake();
  const actor = new CommandActor({ nodeId, config, publicKey, journal, run, clock, say, onRecorded });
  await actor.settle();
  const looking = new Looking(actor, world, lastGenerationOf(journal.executions));
  const stopping = new AbortController();
  const fail = (error: unknown): void => {
    stopping.abort();
    say(`no more commands are executed: ${error instanceof Error ? error.message : String(error)}`);
  };
  void looking.follow(stopping.signal).catch(fail);
  const delivering = answers.deliver(stopping.signal).catch(fail);
  return {
    stop: async () => {
      stopping.abort();
      await looking.idle().catch(() => undefined);
      const enough = new AbortController();
      const delivered = delivering.then(() => answers.attemptAll()).catch(() => undefined);
      await Promise.race([delivered, clock.sleep(STOP_ANSWERS_MS, enough.signal)]);
      enough.abort();
      await journal.close();
    },
  };
};
