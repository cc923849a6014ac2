import { createHash } from 'node:crypto';
import { decisionId, event, isRefusal, streamOf, TELEMETRY_TOPICS, TICK_MS } from '#contracts';
import {
  type CompleteTick,
  createEngine,
  createSlidingWindows,
  createTickGate,
  decodeTick,
  type Engine,
  EVOLVE_AGAIN_MS,
  FIRINGS_MAX,
  FLAP_WINDOW_MS,
  type NewestMinutes,
  REAPPLY_MS,
  RULE_SETS_MAX,
  type TickGate,
  windowsOf,
} from '#domain';
import type { TopicPartition } from '#event-log';
import { HISTORY_EVENTS_MAX, type LoadedRuleSet, type PositionRow } from '#store';
import { readBaseline, readCustomerMinutes, readNodeMinutes } from './baseline.repository.js';
import { readMinutes } from './kept-minutes.js';
import type { RulesParts } from './rules-parts.js';

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
  /** The newest minutes that are kept. */
  kept: NewestMinutes;
  /** The last event of the store that the engine knows. */
  position: number;
  /** Where to begin to read `slots`. */
  readonly offset: number;
}

/** What the rules read: one partition, so that ticks have one order. */
export const SLOTS = { topic: 'slots', partition: 0 } as const satisfies TopicPartition;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** By the sets that decide from a tick on; the windows are those of all of them. */
const newEngine = ({ catalogue, settings }: RulesParts, sets: readonly LoadedRuleSet[]): Engine => {
  const options = {
    rules: sets[0]?.ruleSet.rules ?? [],
    catalogue: catalogue.current(),
    settings: { verifyMs: settings.verifyMs },
    hash: decisionId,
    sha256,
  };
  const rules = sets.flatMap(({ ruleSet }) => ruleSet.rules);
  return createEngine(options, createSlidingWindows(windowsOf({ ...options, rules })));
};

/** Lets the engine know the sets of rules, as it would have been told them. */
const evolveRules = (engine: Engine, sets: readonly LoadedRuleSet[]): void => {
  for (const { loadedAt: at, version, sha256, source, fromTick, ruleSet } of sets) {
    const loaded = event('RulesLoaded', { version, sha256, source, fromTick, ruleSet, at });
    engine.evolve({ stream: streamOf.rules, version, event: loaded });
  }
};

/** As much as the engine itself remembers. */
const REMEMBERED = {
  keepMs: EVOLVE_AGAIN_MS,
  firedMs: FLAP_WINDOW_MS,
  firingsMax: FIRINGS_MAX,
  ruleSetsMax: RULE_SETS_MAX,
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
    const events = await history.read({ decidedMs, ...REMEMBERED }, after);
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

interface Start {
  /** Where `slots` is read again from. */
  readonly offset: number;
  readonly decidedMs: number;
  /** Nothing was ever decided. */
  readonly isFirst: boolean;
  readonly kept: NewestMinutes;
}

/** The tick with which `slots` begins at an offset; undefined while there is none. */
const tickAt = async ({ log }: RulesParts, offset: number): Promise<number | undefined> => {
  const [record] = await log.read({ ...SLOTS, offset }, 1);
  const part = record === undefined ? undefined : decodeTick(record.value);
  return part === undefined || isRefusal(part) ? undefined : part.tick;
};

/** Pools are written each minute: those that are further behind were left by a program that a later one, which kept none, replaced. */
const POOLS_BEHIND_MS_MAX = 300_000;

/**
 * Lets the engine know what segments say of the time before. Where pools were kept, or all of `slots` is read again, that would be
 * more than was known before the restart: they are asked at the first start, after one of a program that kept none, and when
 * retention took ticks that nobody decided.
 */
const seedBaselines = async (
  engine: Engine,
  parts: RulesParts,
  { offset, decidedMs, isFirst, kept }: Start,
): Promise<void> => {
  // Before the first record of all nothing was dropped.
  const heldFromTick = offset === 0 ? 0 : ((await tickAt(parts, offset)) ?? 0);
  const heldFromMs = Math.max(decidedMs - REAPPLY_MS, heldFromTick * TICK_MS);
  const areKept = kept.poolMinute >= 0 && decidedMs - kept.poolMinute * 60_000 <= POOLS_BEHIND_MS_MAX;
  const isKnown = areKept ? heldFromMs <= decidedMs : offset === 0;
  if (isKnown && !isFirst) return;
  engine.seedBaseline(await readBaseline(parts.segments, heldFromMs));
  engine.seedCustomers(await readCustomerMinutes(parts.segments, heldFromMs));
};

/**
 * Builds a decider that knows what the last one knew: decisions from the event store, baselines from what was kept, and the
 * windows once `slots` has been read again from `offset`. Ticks below `nextTick` are only applied: what they told of deploys and
 * answers reaches the first tick that is decided, where what is known already changes nothing.
 */
export const rebuildDecider = async (parts: RulesParts): Promise<Decider> => {
  const { log, clock, catalogue } = parts;
  const { nextOffset, incarnation } = await loadPosition(parts);
  const decidedMs = nextOffset === 0 ? clock.nowMs() : nextOffset * TICK_MS;
  const offset = await log.offsetAt(SLOTS, decidedMs - REAPPLY_MS);
  const sets = await parts.ruleSets.since(nextOffset);
  if (sets.length === 0) throw new Error('build the decider: no set of rules was ever loaded');
  const engine = newEngine(parts, sets);
  const kept = await readMinutes(engine, parts);
  await seedBaselines(engine, parts, { offset, decidedMs, isFirst: nextOffset === 0, kept });
  engine.seedNodes(await readNodeMinutes(parts.segments, decidedMs));
  const position = await evolveHistory(engine, parts, decidedMs);
  // Once more: one that was loaded meanwhile may be below that position.
  evolveRules(engine, await parts.ruleSets.since(nextOffset));
  const sources = (await Promise.all(TELEMETRY_TOPICS.map((topic) => log.offsets(topic)))).flat();
  // It may have changed since the engine was made.
  engine.setCatalogue(catalogue.current());
  const gate = createTickGate(sources, undefined);
  return { engine, gate, incarnation, committedTick: nextOffset, nextTick: nextOffset, kept, position, offset };
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
