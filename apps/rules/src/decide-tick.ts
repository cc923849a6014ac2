import type { Decision } from '#domain';
import { READ_EVENTS_MAX, type StreamAppend } from '#store';
import type { Decider } from './decider.js';
import type { RulesParts } from './rules-parts.js';

/** Another process moved the position while this one had something to decide: what is held here is in doubt, and must be rebuilt. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** Rolls the transaction back. */
class StreamConflict extends Error {
  override readonly name = 'StreamConflict';
  constructor(readonly stream: string) {
    super(`append to ${stream}: its version is not the one expected`);
  }
}

/** Tries to decide one tick. A failed one means that somebody appended within a few milliseconds, or that a stream was forgotten. */
const TRIES_MAX = 8;
/** Ticks without decisions are decided again after a restart, to the same end; so the position is written once a second. */
const POSITION_EVERY_TICKS = 4;

/** Lets the engine know what anybody appended since: operators, another rules process, and this one itself. */
export const followEvents = async (decider: Decider, { eventStore }: RulesParts): Promise<void> => {
  for (;;) {
    const events = await eventStore.readAll(decider.position, READ_EVENTS_MAX);
    for (const recorded of events) decider.engine.evolve(recorded);
    decider.position = events.at(-1)?.position ?? decider.position;
    if (events.length < READ_EVENTS_MAX) return;
  }
};

/**
 * Lets the engine know a stream from its first event. What ended more than a day ago is forgotten, live and after a restart, but a
 * deploy signal may name it again: following shows nothing then, and every try would end in the same conflict.
 */
const learnStream = async ({ engine }: Decider, { eventStore }: RulesParts, stream: string): Promise<void> => {
  for (const recorded of await eventStore.readStream(stream)) engine.evolve(recorded);
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

const superseded = (tick: number): Superseded => new Superseded(`decide tick ${tick}: another process was first`);

/** Decisions and position, or neither. */
const append = async (
  decider: Decider,
  parts: RulesParts,
  tick: number,
  decisions: readonly Decision[],
): Promise<void> => {
  const { database, eventStore, positions } = parts;
  const streams = decisions satisfies readonly StreamAppend[];
  await database.transaction(async (tx) => {
    const result = await eventStore.appendIn(tx, streams, { actor: 'rules', cause: `tick-${tick}` });
    if ('conflict' in result) throw new StreamConflict(result.conflict);
    if (!(await positions.advance(tx, stepOf(parts, decider, tick + 1)))) throw superseded(tick);
  });
  decider.committedTick = tick + 1;
};

const keepPosition = async (decider: Decider, parts: RulesParts, tick: number): Promise<void> => {
  if (tick + 1 < decider.committedTick + POSITION_EVERY_TICKS) return;
  const moved = await parts.positions.advance(parts.database, stepOf(parts, decider, tick + 1));
  if (moved) decider.committedTick = tick + 1;
  else await standBehind(decider, parts, tick);
};

/**
 * Another process decides too, and we had nothing to decide: nothing is in doubt, since its events were followed and the windows are
 * the log's. Ticks that it has decided are only applied from here on; rebuilding would read minutes of ticks again each second.
 */
const standBehind = async (decider: Decider, parts: RulesParts, tick: number): Promise<void> => {
  const { cluster, consumer, topic, partition } = stepOf(parts, decider, tick + 1);
  const [row] = await parts.positions.load(cluster, consumer, [{ topic, partition }]);
  if (row?.incarnation !== decider.incarnation) throw superseded(tick);
  decider.committedTick = row.nextOffset;
};

/**
 * Decides one tick whose parts were applied: evaluates, appends, and evaluates again when one of the streams was not as expected.
 * Answers how many streams it appended to. Throws `Superseded` when another process was first, and whatever the database throws: then the outcome is unknown, and the
 * caller rebuilds.
 */
export const decideTick = async (decider: Decider, parts: RulesParts, tick: number): Promise<number> => {
  for (let tries = 1; ; tries += 1) {
    await followEvents(decider, parts);
    const decisions = decider.engine.evaluate(tick);
    if (decisions.length === 0) await keepPosition(decider, parts, tick);
    else {
      try {
        await append(decider, parts, tick, decisions);
      } catch (error) {
        if (!(error instanceof StreamConflict) || tries === TRIES_MAX) throw error;
        await learnStream(decider, parts, error.stream);
        continue;
      }
    }
    decider.nextTick = Math.max(tick + 1, decider.committedTick);
    return decisions.length;
  }
};
