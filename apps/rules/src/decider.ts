import { createHash } from 'node:crypto';
import { TICK_MS } from '#contracts';
import {
  createEngine,
  createSlidingWindows,
  DEFAULT_RULES,
  type Engine,
  EVOLVE_AGAIN_MS,
  REAPPLY_MS,
  windowsOf,
} from '#domain';
import type { TopicPartition } from '#event-log';
import { HISTORY_EVENTS_MAX } from '#store';
import { readBaseline } from './baseline.repository.js';
import type { RulesParts } from './rules-parts.js';
import { type CompleteTick, createTickGate, type TickGate } from './tick-gate.js';

/** Everything a rules process knows: rebuilt from the store and from `slots` whenever it is in doubt. */
export interface Decider {
  readonly engine: Engine;
  readonly gate: TickGate;
  /** Of the position's row. */
  readonly incarnation: number;
  /** The next tick to decide, as the position says; 0 before the first. */
  committedTick: number;
  /** The next tick to decide, as this process knows; ticks without decisions run ahead of the position. */
  nextTick: number;
  /** The last event of the store that the engine knows. */
  position: number;
  /** Where to begin to read `slots`, ms of log time. */
  readonly reapplyFromMs: number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** 128 bits: ids of decisions never meet. */
const ID_CHARACTERS = 32;

const newEngine = ({ catalogue, settings }: RulesParts): Engine => {
  const options = {
    rules: DEFAULT_RULES,
    catalogue: catalogue.current(),
    settings: { verifyMs: settings.verifyMs },
    hash: (text: string) => sha256(text).slice(0, ID_CHARACTERS),
    sha256,
  };
  return createEngine(options, createSlidingWindows(windowsOf(options)));
};

/** Lets the engine know what was decided before; answers the position of the last event. */
const evolveHistory = async (engine: Engine, { history, eventStore }: RulesParts, sinceMs: number): Promise<number> => {
  // Asked before: what is appended meanwhile is read again, and known again changes nothing.
  const head = await eventStore.head();
  for (let after = 0; ;) {
    const events = await history.read(sinceMs, after);
    for (const recorded of events) engine.evolve(recorded);
    if (events.length < HISTORY_EVENTS_MAX) return head;
    after = events.at(-1)?.position ?? after;
  }
};

/**
 * Builds a decider that knows what the last one knew: decisions from the event store, the baseline from the segments, and the windows
 * once `slots` has been read again from `reapplyFromMs`. Ticks below `nextTick` are only applied.
 */
export const rebuildDecider = async (parts: RulesParts, sources: readonly TopicPartition[]): Promise<Decider> => {
  const { log, positions, clock } = parts;
  const [row] = await positions.load(log.clusterId, 'rules', [{ topic: 'slots', partition: 0 }]);
  if (row === undefined) throw new Error('load position of rules: the row is missing');
  const decidedMs = row.nextOffset === 0 ? clock.nowMs() : row.nextOffset * TICK_MS;
  const reapplyFromMs = decidedMs - REAPPLY_MS;
  const engine = newEngine(parts);
  engine.seedBaseline(await readBaseline(parts.segments, reapplyFromMs));
  const position = await evolveHistory(engine, parts, decidedMs - EVOLVE_AGAIN_MS);
  return {
    engine,
    gate: createTickGate(sources, undefined),
    incarnation: row.incarnation,
    committedTick: row.nextOffset,
    nextTick: row.nextOffset,
    position,
    reapplyFromMs,
  };
};

/** Takes what is known of a tick into the windows; says whether it is still to be decided. */
export const applyTick = (decider: Decider, { tick, parts }: CompleteTick): boolean => {
  for (const part of parts) decider.engine.apply(part);
  return tick >= decider.nextTick;
};
