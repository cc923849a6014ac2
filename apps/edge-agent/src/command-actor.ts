import type { KeyObject } from 'node:crypto';
import { readSwitchFile, type Switch } from '#config';
import { type Command, type SignedCommand, verifyCommand } from '#contracts';
import { decideCommand, decideEnd, decideInterruption, type ExecutionEvent, lastGenerationOf } from '#domain';
import type { Clock } from './clock.js';
import type { CommandsConfig } from './command-config.js';
import type { CommandJournal } from './command-journal.js';
import { environmentOf, fillProgram } from './command-program.js';
import type { Program, RunProgram } from './command-runner.js';

/** What an actor works with. */
export interface ActorParts {
  readonly nodeId: string;
  readonly config: CommandsConfig;
  readonly publicKey: KeyObject;
  readonly journal: CommandJournal;
  readonly run: RunProgram;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Called after each event, when it is on disk. */
  readonly onRecorded: () => void;
}

/** It reads a file or asks a server: seconds are long. */
const READ_BACK_LIMIT_MS = 5_000;

/** The kill switch of this node (RAIL-14), read anew for each command. */
const readOwnSwitch = async ({ automationFile }: CommandsConfig): Promise<Switch> =>
  automationFile === undefined
    ? { isOn: true, detail: 'no automation_file is configured' }
    : readSwitchFile(automationFile);

/**
 * Obeys one command after another: two programs at once would work against each other. Every step is on disk before the next is
 * taken, above all `ProgramStarted` before the program: that is what makes a command act at most once, whatever is killed.
 */
export class CommandActor {
  constructor(private readonly parts: ActorParts) {}

  /** Ends what a former run of this agent left under way. */
  async settle(): Promise<void> {
    const { journal, clock, say } = this.parts;
    for (const execution of journal.executions.values()) {
      const event = decideInterruption(execution, clock.nowMs());
      if (event === undefined) continue;
      say(`command ${execution.commandId}: ${execution.state} when the agent ended: it is not run again`);
      await this.record(event);
    }
  }

  /** Verifies a command, runs its program to the end, and records what came of it; fails only when the journal does. */
  async take(signed: SignedCommand): Promise<void> {
    const { nodeId, config, publicKey, journal, clock, say } = this.parts;
    const { executions } = journal;
    const ownSwitch = await readOwnSwitch(config);
    const nowMs = clock.nowMs();
    const verdict = verifyCommand(signed, publicKey, nowMs, nodeId, lastGenerationOf(executions));
    const programFor = (command: Command): readonly string[] | undefined => {
      const program = config.actions[command.action]?.program;
      return program && fillProgram(program, command);
    };
    const decision = decideCommand(verdict, { executions, ownSwitch, isDryRun: config.isDryRun, programFor, nowMs });
    switch (decision.is) {
      case 'ignore':
        say(`a command was ignored: ${decision.because}`);
        return;
      case 'refuse':
        await this.record(decision.event);
        return;
      case 'start':
        await this.record(decision.event);
        await this.execute(decision.command, decision.program);
    }
  }

  private async execute(command: Command, argv: readonly string[]): Promise<void> {
    const { config, clock, run } = this.parts;
    const { commandId, action } = command;
    const { environment, directory } = config;
    const limitMs = config.actions[action]?.time_limit ?? 0;
    const program: Program = {
      argv,
      environment: environmentOf(command, environment),
      directory,
      limitMs,
      keeps: 'both streams',
    };
    await this.record({ type: 'ProgramStarted', commandId, detail: argv[0] ?? '', atMs: clock.nowMs() });
    const ran = await run(program);
    const mayReadBack = ran.end.how === 'exited' && ran.end.code === 0 && action === 'rollback';
    const readBack =
      mayReadBack && config.readBack !== undefined
        ? await run({
            ...program,
            argv: fillProgram(config.readBack, command),
            limitMs: READ_BACK_LIMIT_MS,
            keeps: 'output only',
          })
        : undefined;
    await this.record(decideEnd(command, ran, readBack, clock.nowMs()));
  }

  private async record(event: ExecutionEvent): Promise<void> {
    const { journal, say, onRecorded } = this.parts;
    await journal.record(event);
    if ('detail' in event) say(`command ${event.commandId}: ${event.type}: ${event.detail.split('\n')[0] ?? ''}`);
    onRecorded();
  }
}
