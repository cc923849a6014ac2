import { type Command, planStreamOf, type RecordedEvent, releaseName, streamOf } from '#contracts';
import type { SigningFacts, SigningNode } from '#domain';
import { type CommandRepository, type Database, readStreams } from '#store';

/** What the log says of one command. */
export interface LogFacts {
  readonly facts: Pick<SigningFacts, 'plan' | 'automation' | 'target' | 'override' | 'signedGeneration' | 'fleet'>;
  /** The version at which each stream was read: what is signed is appended only while they are these. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Where it is read. */
export interface LogFactsParts {
  readonly database: Database;
  readonly commands: CommandRepository;
  /** The inventory, as it is known now. */
  readonly fleet: () => readonly SigningNode[];
}

/** The override that a rollback names. */
const overrideOf = (read: readonly RecordedEvent[]): string | undefined => {
  const decided = read.map(({ event }) => event).find(({ type }) => type === 'RollbackDecided');
  return decided?.type === 'RollbackDecided' ? decided.data.overrideId : undefined;
};

/** Reads everything that a command is judged by from the event store. */
export const readLogFacts = async (
  command: Command,
  { database, commands, fleet }: LogFactsParts,
): Promise<LogFacts> => {
  const plan = planStreamOf(command);
  const target = streamOf.release(command.service, releaseName(command.to));
  // First, so that what is signed meanwhile is missed by the fence and not by the versions.
  const signedGeneration = await commands.signedGeneration();
  const first = await readStreams(database, [plan, streamOf.automation, target]);
  const overrideId = overrideOf(first);
  const override = overrideId === undefined ? undefined : streamOf.override(overrideId);
  const read = [...first, ...(override === undefined ? [] : await readStreams(database, [override]))];
  const streams = [plan, streamOf.automation, target, ...(override === undefined ? [] : [override])];
  const of = (stream: string | undefined) => read.filter((each) => each.stream === stream).map(({ event }) => event);
  return {
    facts: {
      plan: of(plan),
      automation: of(streamOf.automation),
      target: of(target),
      override: of(override),
      signedGeneration,
      fleet: fleet(),
    },
    versions: new Map(streams.map((stream) => [stream, of(stream).length])),
  };
};
