import { createHash } from 'node:crypto';
import { isRefusal, TELEMETRY_TOPICS, TICK_MS } from '#contracts';
import {
  type CompleteTick,
  createEngine,
  createSlidingWindows,
  createTickGate,
  decodeTick,
  DEFAULT_RULES,
  type Engine,
  EVOLVE_AGAIN_MS,
  REAPPLY_MS,
  type TickGate,
  windowsOf,
} from '#domain';
import type { TopicPartition } from '#event-log';
import { HISTORY_EVENTS_MAX, type PositionRow } from '#store';
import { readBaseline, readCustomerMinutes, readNodeMinutes } from './baseline.repository.js';
import type { RulesParts } from './rules-parts.js';
import { readMinutes } from './signal-minutes.js';

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
  /** The newest minute of the fleet that is kept; -1 before the first. */
  keptMinute: number;
  /** The last event of the store that the engine knows. */
  position: number;
  /** Where to begin to read `slots`. */
  readonly offset: number;
}

/** What the rules read: one partition, so that ticks have one order. */
export const SLOTS = { topic: 'slots', partition: 0 } as const satisfies TopicPartition;

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
const evolveHistory = async (
  engine: Engine,
  { history, eventStore }: RulesParts,
  decidedMs: number,
): Promise<number> => {
  // Asked before: what is appended meanwhile is read again, and known again changes nothing.
  const head = await eventStore.head();
  for (let after = 0; ;) {
    const events = await history.read({ decidedMs, keepMs: EVOLVE_AGAIN_MS }, after);
    for (const recorded of events) engine.evolve(recorded);
    if (events.length < HISTORY_EVENTS_MAX) return head;
    after = events.at(-1)?.position ?? after;
  }
};

/** Where the rules are, as the database says; made when it is missing. */
export const loadPosition = async ({ positions, log }: RulesParts): Promise<PositionRow> => {
  const [row] = await positions.load(log.clusterId, 'rules', [SLOTS]);
  if (row === undefined) throw new Error('load position of rules: the row is missing');
  return row;
};

/** From when on `slots` is held from an offset: retention may have dropped what is asked for. */
const heldFromMs = async ({ log }: RulesParts, offset: number, askedMs: number): Promise<number> => {
  const [record] = await log.read({ ...SLOTS, offset }, 1);
  const part = record === undefined ? undefined : decodeTick(record.value);
  return part === undefined || isRefusal(part) ? askedMs : Math.max(askedMs, part.tick * TICK_MS);
};

/**
 * Builds a decider that knows what the last one knew: decisions from the event store, the baseline from the segments, and the
 * windows once `slots` has been read again from `offset`. Ticks below `nextTick` are only applied: what they told of deploys and
 * answers reaches the first tick that is decided, where what is known already changes nothing.
 */
export const rebuildDecider = async (parts: RulesParts): Promise<Decider> => {
  const { log, clock, catalogue } = parts;
  const { nextOffset, incarnation } = await loadPosition(parts);
  const decidedMs = nextOffset === 0 ? clock.nowMs() : nextOffset * TICK_MS;
  const offset = await log.offsetAt(SLOTS, decidedMs - REAPPLY_MS);
  const engine = newEngine(parts);
  engine.seedBaseline(await readBaseline(parts.segments, await heldFromMs(parts, offset, decidedMs - REAPPLY_MS)));
  const keptMinute = await readMinutes(engine, parts.signalMinutes);
  engine.seedCustomers(await readCustomerMinutes(parts.segments, decidedMs - REAPPLY_MS));
  engine.seedNodes(await readNodeMinutes(parts.segments, decidedMs));
  const position = await evolveHistory(engine, parts, decidedMs);
  const sources = (await Promise.all(TELEMETRY_TOPICS.map((topic) => log.offsets(topic)))).flat();
  // It may have changed since the engine was made.
  engine.setCatalogue(catalogue.current());
  const gate = createTickGate(sources, undefined);
  return { engine, gate, incarnation, committedTick: nextOffset, nextTick: nextOffset, keptMinute, position, offset };
};

/** Once an hour the season of the next one is read. */
const SEASON_TICKS = 3_600_000 / TICK_MS;

/** Lets the engine know what nodes did at this time on earlier days; without it their last minutes are what is expected. */
export const readSeason = async (
  { engine }: Decider,
  { segments, logger }: RulesParts,
  tick: number,
): Promise<void> => {
  if (tick % SEASON_TICKS !== 0) return;
  try {
    engine.seedNodes(await readNodeMinutes(segments, tick * TICK_MS));
  } catch (error) {
    logger.warn({ err: error, tick }, 'rules: what nodes did on earlier days cannot be read');
  }
};

/** Takes what is known of a tick into the windows; says whether it is still to be decided. */
export const applyTick = (decider: Decider, { tick, parts }: CompleteTick): boolean => {
  for (const part of parts) decider.engine.apply(part);
  return tick >= decider.nextTick;
};
