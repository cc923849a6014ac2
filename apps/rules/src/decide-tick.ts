import type { Decision } from '#domain';
import { type Queryable, READ_EVENTS_MAX, type StreamAppend } from '#store';
import { type Decider, loadPosition } from './decider.js';
import { keepMinutes, type UnkeptMinutes, unkeptMinutes } from './kept-minutes.js';
import type { RulesParts } from './rules-parts.js';

/** The database knows less than this process decided: what is held here was never recorded, and must be rebuilt. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
}

/** Somebody was first, and nothing was written: another process moved the position, or somebody appended to a stream. */
export class Raced extends Error {
  override readonly name = 'Raced';

  constructor(
    tick: number,
    /** The stream that has another version; undefined = the position was moved. */
    readonly stream?: string,
  ) {
    super(`decide tick ${tick}: ${stream ?? 'the position'} was changed by somebody else`);
  }
}

/** Ticks without decisions are decided again after a restart, to the same end; so the position is written once a second. */
const POSITION_EVERY_TICKS = 4;

/** Lets the engine know what anybody appended since: operators, another rules process, and this one itself. */
const followEvents = async (decider: Decider, { eventStore }: RulesParts, ended: AbortSignal): Promise<void> => {
  for (;;) {
    const events = await eventStore.readAll(decider.position, READ_EVENTS_MAX);
    if (ended.aborted) return;
    for (const recorded of events) decider.engine.evolve(recorded);
    decider.position = events.at(-1)?.position ?? decider.position;
    if (events.length < READ_EVENTS_MAX) return;
  }
};

const stepOf = ({ log }: RulesParts, { committedTick, incarnation }: Decider, next: number) => ({
  cluster: log.clusterId,
  consumer: 'rules' as const,
  topic: 'slots' as const,
  partition: 0,
  incarnation,
  expected: committedTick,
  next,
});

/** Moves the position past a tick, and with it keeps the minutes that are new; false when somebody else moved it. */
const move = async (
  tx: Queryable,
  decider: Decider,
  parts: RulesParts,
  tick: number,
  unkept: UnkeptMinutes | undefined,
): Promise<boolean> => {
  if (!(await parts.positions.advance(tx, stepOf(parts, decider, tick + 1)))) return false;
  if (unkept !== undefined) await keepMinutes(tx, parts, unkept);
  return true;
};

const setMoved = (decider: Decider, tick: number, unkept: UnkeptMinutes | undefined): void => {
  decider.committedTick = tick + 1;
  decider.kept = unkept?.newest ?? decider.kept;
};

/** Decisions and position, or neither. */
const append = async (
  decider: Decider,
  parts: RulesParts,
  tick: number,
  decisions: readonly Decision[],
): Promise<void> => {
  const { database, eventStore } = parts;
  const unkept = unkeptMinutes(decider.engine, decider.kept);
  const streams = decisions satisfies readonly StreamAppend[];
  await database.transaction(async (tx) => {
    const result = await eventStore.appendIn(tx, streams, { actor: 'rules', cause: `tick-${tick}` });
    if ('conflict' in result) throw new Raced(tick, result.conflict);
    if (!(await move(tx, decider, parts, tick, unkept))) throw new Raced(tick);
  });
  setMoved(decider, tick, unkept);
};

/** Takes over where the database says the rules are; another process may have come further, and kept what is known here. */
const followPosition = async (decider: Decider, parts: RulesParts): Promise<void> => {
  const { nextOffset, incarnation } = await loadPosition(parts);
  if (incarnation !== decider.incarnation || nextOffset < decider.committedTick)
    throw new Diverged(`the position of rules went back from tick ${decider.committedTick} to ${nextOffset}`);
  decider.committedTick = nextOffset;
  if (nextOffset > decider.nextTick) decider.kept = decider.engine.newestMinutes();
};

/** Of processes side by side one moves the position, and the others find that it was moved: nothing was decided, so nothing is lost. */
const keepPosition = async (decider: Decider, parts: RulesParts, tick: number): Promise<void> => {
  if (tick + 1 < decider.committedTick + POSITION_EVERY_TICKS) return;
  const { database } = parts;
  const unkept = unkeptMinutes(decider.engine, decider.kept);
  const isMoved =
    unkept === undefined
      ? await move(database, decider, parts, tick, unkept)
      : await database.transaction((tx) => move(tx, decider, parts, tick, unkept));
  if (isMoved) setMoved(decider, tick, unkept);
  else await followPosition(decider, parts);
};

/**
 * Decides one tick whose parts were applied, unless the position says that it is decided; answers how many streams it changed.
 * Whatever it throws, the tick may be decided again after `learn`: the engine knows recorded events only. When it has waited for the
 * database until `ended`, the engine may have gone on without it, and what it says of this tick now is no decision of it.
 */
export const decideTick = async (
  decider: Decider,
  parts: RulesParts,
  tick: number,
  ended: AbortSignal,
): Promise<number> => {
  await followEvents(decider, parts, ended);
  if (ended.aborted) return 0;
  const decisions = tick < decider.committedTick ? [] : decider.engine.evaluate(tick);
  if (decisions.length > 0) await append(decider, parts, tick, decisions);
  else await keepPosition(decider, parts, tick);
  decider.nextTick = tick + 1;
  return decisions.length;
};

/**
 * Finds out what became of a try that failed: an append whose answer was lost has moved the position, as another process has.
 * A stream is read from its first event: the engine forgets what ended more than a day ago, the store does not.
 */
export const learn = async (decider: Decider, parts: RulesParts, failure: Error): Promise<void> => {
  await followPosition(decider, parts);
  if (!(failure instanceof Raced) || failure.stream === undefined) return;
  for (const recorded of await parts.eventStore.readStream(failure.stream)) decider.engine.evolve(recorded);
};
