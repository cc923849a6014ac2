import { z } from 'zod';
import { COMMAND_ACTIONS, releaseSchema } from '#contracts';
import { evolveExecution, type Execution, type ExecutionEvent, type Executions } from '#domain';

/** The file under a journal. */
export interface JournalFile {
  /** What is there; empty when there is no file. */
  readonly read: () => Promise<string>;
  /** Appends a text; resolves when it is on disk. */
  readonly append: (text: string) => Promise<void>;
  /** Replaces everything, whole or not at all; resolves when it is on disk. */
  readonly replace: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What an executor knows of its commands, as it is on disk. */
export interface CommandJournal {
  readonly executions: Executions;
  /** Resolves when the event is on disk. After a failure the end of the file is unknown: every later event fails, until a restart. */
  readonly record: (event: ExecutionEvent) => Promise<void>;
  /** Resolves when what is being written is on disk; later events fail. */
  readonly close: () => Promise<void>;
}

/** Commands that are remembered: a rollback has a handful of waves, of which a node is in one. The lowest generations go first. */
const COMMANDS_MAX = 100;
/** Records after which the file is written anew with what is remembered: three a command and their answers leave half of it empty. */
const RECORDS_MAX = 1_200;

const id = { commandId: z.string().min(1).max(128), atMs: z.number() };
const generation = z.number().int().positive();
const detail = z.string().max(4_000);

const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('CommandAccepted'),
    ...id,
    generation,
    action: z.enum(COMMAND_ACTIONS),
    to: releaseSchema,
    detail,
  }),
  z.object({ type: z.literal('CommandRefused'), ...id, generation, detail }),
  z.object({ type: z.literal('ProgramStarted'), ...id, detail }),
  z.object({
    type: z.literal('ProgramEnded'),
    ...id,
    status: z.enum(['done', 'failed']),
    release: releaseSchema.optional(),
    health: z.object({ probes: z.number(), passed: z.number() }).optional(),
    detail,
  }),
  z.object({ type: z.literal('ProgramInterrupted'), ...id, detail }),
  z.object({
    type: z.literal('AnswerTaken'),
    ...id,
    status: z.enum(['accepted', 'running', 'done', 'failed', 'refused']),
  }),
]);

const parseLine = (line: string): ExecutionEvent | undefined => {
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
};

/**
 * The events of a file. A last line that cannot be read is one whose writing was cut off: nothing was done on its strength, since
 * whoever wrote it waits for the disk first. Any other is damage, and what it said may have been that a command was run.
 */
const readEvents = (text: string): ExecutionEvent[] => {
  const lines = text.split('\n');
  const whole = lines.slice(0, -1);
  return whole.flatMap((line, at) => {
    const event = parseLine(line);
    if (event !== undefined) return [event];
    if (at === whole.length - 1 && lines.at(-1) === '') return [];
    throw new Error(`the journal of commands: line ${at + 1} is damaged: look at what ran before you move it away`);
  });
};

const lineOf = (event: ExecutionEvent): string => `${JSON.stringify(event)}\n`;

/** Commands with their events. */
class Remembered {
  readonly executions = new Map<string, Execution>();
  private readonly events = new Map<string, ExecutionEvent[]>();

  take(event: ExecutionEvent): void {
    const after = evolveExecution(this.executions.get(event.commandId), event);
    if (after === undefined) return;
    this.executions.set(event.commandId, after);
    const events = this.events.get(event.commandId);
    if (events === undefined) this.events.set(event.commandId, [event]);
    else events.push(event);
    if (this.executions.size > COMMANDS_MAX) this.forgetOldest();
  }

  text(): string {
    return [...this.events.values()].flat().map(lineOf).join('');
  }

  private forgetOldest(): void {
    const oldest = [...this.executions.values()].reduce((a, b) => (b.generation < a.generation ? b : a));
    this.executions.delete(oldest.commandId);
    this.events.delete(oldest.commandId);
  }
}

/** Opens a journal: reads what is there, and writes it anew without what was cut off or forgotten. */
export const openJournal = async (file: JournalFile): Promise<CommandJournal> => {
  const remembered = new Remembered();
  try {
    for (const event of readEvents(await file.read())) remembered.take(event);
    await file.replace(remembered.text());
  } catch (error) {
    await file.close();
    throw error;
  }
  let records = 0;
  const write = async (event: ExecutionEvent): Promise<void> => {
    await file.append(lineOf(event));
    remembered.take(event);
    records += 1;
    if (records < RECORDS_MAX) return;
    await file.replace(remembered.text());
    records = 0;
  };
  // One at a time; what failed once fails for every later one.
  let last = Promise.resolve();
  return {
    executions: remembered.executions,
    record: (event) => {
      last = last.then(() => write(event));
      return last;
    },
    close: async () => {
      await last.catch(() => undefined);
      last = Promise.reject(new Error('the journal is closed'));
      last.catch(() => undefined);
      await file.close();
    },
  };
};
