import { isRefusal } from '#contracts';
import { type BaselinePool, type CohortMinute, decodePool, encodePool, type Engine, type NewestMinutes } from '#domain';
import type { Logger } from '#runtime';
import type {
  BaselinePoolRepository,
  BaselinePoolRow,
  Queryable,
  SignalMinuteRepository,
  SignalMinuteRow,
} from '#store';

/** Where minutes are kept for the next start. */
export interface MinuteRepositories {
  readonly signalMinutes: SignalMinuteRepository;
  readonly baselinePools: BaselinePoolRepository;
}

/** What the engine knows and the store does not. */
export interface UnkeptMinutes {
  /** Up to where all is kept once this is. */
  readonly newest: NewestMinutes;
  readonly minutes: readonly SignalMinuteRow[];
  readonly pools: readonly BaselinePoolRow[];
  /** Pools that baselines look at. */
  readonly heldPools: readonly number[];
}

/** Minutes as the engine has them. */
const cohortsOf = ({ minute, counts }: SignalMinuteRow): readonly CohortMinute[] =>
  Object.entries(counts).map(([key, [good, bad, excluded]]) => ({ key, minute, good, bad, excluded }));

const rowsOf = (minutes: readonly CohortMinute[]): readonly SignalMinuteRow[] => {
  const rows = new Map<number, Record<string, [number, number, number]>>();
  for (const { minute, key, good, bad, excluded } of minutes) {
    const counts = rows.get(minute) ?? {};
    counts[key] = [good, bad, excluded];
    rows.set(minute, counts);
  }
  return Array.from(rows, ([minute, counts]) => ({ minute, counts }));
};

/** A pool that cannot be read is left out: what it knew is unknown, and decisions go on. */
const poolsOf = (rows: readonly BaselinePoolRow[], logger: Logger): readonly BaselinePool[] =>
  rows.flatMap(({ pool, body }) => {
    const decoded = decodePool(pool, body);
    if (!isRefusal(decoded)) return [decoded];
    logger.error({ pool, detail: decoded.detail }, 'rules: a pool of the baselines cannot be read');
    return [];
  });

/** Lets the engine know the last three days, and its baselines as they were at the position; answers up to where it knows. */
export const readMinutes = async (
  engine: Engine,
  { signalMinutes, baselinePools, logger }: MinuteRepositories & { readonly logger: Logger },
): Promise<NewestMinutes> => {
  engine.restorePools(poolsOf(await baselinePools.read(), logger));
  const { poolMinute } = engine.newestMinutes();
  const rows = await signalMinutes.read();
  engine.seedMinutes(rows.flatMap(cohortsOf));
  return { minute: rows.at(-1)?.minute ?? -1, poolMinute };
};

/** What is new since minutes were kept; undefined when nothing is: once a minute something is. */
export const unkeptMinutes = (engine: Engine, kept: NewestMinutes): UnkeptMinutes | undefined => {
  const newest = engine.newestMinutes();
  if (newest.minute <= kept.minute && newest.poolMinute <= kept.poolMinute) return undefined;
  const { pools, held } = engine.poolsAfter(kept.poolMinute);
  return {
    newest,
    minutes: rowsOf(engine.minutesAfter(kept.minute)),
    pools: pools.map((each) => ({ pool: each.pool, body: encodePool(each) })),
    heldPools: held,
  };
};

/**
 * Keeps minutes within the transaction that moves the position past the tick that made them: whoever starts at a position knows what
 * was known there, no minute less and none more.
 */
export const keepMinutes = async (
  tx: Queryable,
  { signalMinutes, baselinePools }: MinuteRepositories,
  { minutes, pools, heldPools }: UnkeptMinutes,
): Promise<void> => {
  await signalMinutes.write(tx, minutes);
  await baselinePools.write(tx, pools, heldPools);
};
