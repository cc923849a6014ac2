import type { Command, CommandAction, CommandAnswer, Release } from '#contracts';

/** The health check that a program told of: probes made, and passed (R43). */
export interface ToldHealth {
  readonly probes: number;
  readonly passed: number;
}

/** What happened to one command at one executor; its journal holds nothing else. */
export type ExecutionEvent =
  | {
      readonly type: 'CommandAccepted';
      readonly commandId: string;
      readonly generation: number;
      readonly action: CommandAction;
      /** The release that the command wants to run. */
      readonly to: Release;
      readonly detail: string;
      readonly atMs: number;
    }
  | {
      readonly type: 'CommandRefused';
      readonly commandId: string;
      readonly generation: number;
      readonly detail: string;
      readonly atMs: number;
    }
  | { readonly type: 'ProgramStarted'; readonly commandId: string; readonly detail: string; readonly atMs: number }
  | {
      readonly type: 'ProgramEnded';
      readonly commandId: string;
      readonly status: 'done' | 'failed';
      /** What was read back; absent when nothing was. */
      readonly release?: Release | undefined;
      /** What it said of its health check; absent when it said nothing. */
      readonly health?: ToldHealth | undefined;
      readonly detail: string;
      readonly atMs: number;
    }
  | { readonly type: 'ProgramInterrupted'; readonly commandId: string; readonly detail: string; readonly atMs: number }
  | {
      readonly type: 'AnswerTaken';
      readonly commandId: string;
      readonly status: CommandAnswer['status'];
      readonly atMs: number;
    };

/** An answer that is owed for a command. */
export interface OwedAnswer {
  readonly status: CommandAnswer['status'];
  readonly release?: Release | undefined;
  readonly health?: ToldHealth | undefined;
  readonly detail: string;
  readonly atMs: number;
}

/**
 * One command at one executor. Its states:
 *
 *   (unknown) ──CommandRefused──▶ refused
 *       │
 *       └──CommandAccepted──▶ accepted ──ProgramStarted──▶ running ──ProgramEnded──▶ done | failed
 *                                 └──────ProgramInterrupted──────┴──▶ interrupted
 *
 * The program starts only after `ProgramStarted` is on disk, and only from `accepted` in the same run of the executor. What a
 * restart finds accepted never started; what it finds running may have done anything. Both are interrupted: answered `failed`,
 * and never run again. refused, done, failed and interrupted are final; every state but the unknown one owes its answer until
 * `AnswerTaken`.
 */
export interface Execution {
  readonly commandId: string;
  readonly generation: number;
  readonly state: 'accepted' | 'running' | 'done' | 'failed' | 'refused' | 'interrupted';
  /** Answers that nobody took yet, oldest first. */
  readonly owed: readonly OwedAnswer[];
}

/** Commands by their ids, oldest first. */
export type Executions = ReadonlyMap<string, Execution>;

const owe = (execution: Execution, status: OwedAnswer['status'], event: Omit<OwedAnswer, 'status'>): Execution => {
  const { detail, atMs, release, health } = event;
  const answer = { status, detail, atMs, ...(release && { release }), ...(health && { health }) };
  return { ...execution, owed: [...execution.owed, answer] };
};

/** The command after an event; an event that does not fit its state changes nothing. */
export const evolveExecution = (before: Execution | undefined, event: ExecutionEvent): Execution | undefined => {
  switch (event.type) {
    case 'CommandAccepted':
    case 'CommandRefused': {
      if (before !== undefined) return before;
      const { commandId, generation } = event;
      const state = event.type === 'CommandAccepted' ? 'accepted' : 'refused';
      return owe({ commandId, generation, state, owed: [] }, state, event);
    }
    case 'ProgramStarted':
      return before?.state === 'accepted' ? owe({ ...before, state: 'running' }, 'running', event) : before;
    case 'ProgramEnded':
      return before?.state === 'running' ? owe({ ...before, state: event.status }, event.status, event) : before;
    case 'ProgramInterrupted':
      return before?.state === 'accepted' || before?.state === 'running'
        ? owe({ ...before, state: 'interrupted' }, 'failed', event)
        : before;
    case 'AnswerTaken':
      return before && { ...before, owed: before.owed.filter(({ status }) => status !== event.status) };
  }
};

/** The generation that a command must exceed: the highest of all that were accepted or refused here. */
export const lastGenerationOf = (executions: Executions): number =>
  Math.max(0, ...[...executions.values()].map(({ generation }) => generation));

/** What a command's program may know of it: the names of placeholders, and in capitals of variables. */
export const COMMAND_VALUES = [
  'command_id',
  'action',
  'software_version',
  'config_rev',
  'from_software_version',
  'from_config_rev',
] as const;

/** The values by their names; each is plain, letters, digits and `. _ : -`, once the command was accepted. */
export const commandValues = ({
  commandId,
  action,
  to,
  from,
}: Command): Readonly<Record<(typeof COMMAND_VALUES)[number], string>> => ({
  command_id: commandId,
  action,
  software_version: to.softwareVersion,
  config_rev: to.configRev,
  from_software_version: from.softwareVersion,
  from_config_rev: from.configRev,
});
