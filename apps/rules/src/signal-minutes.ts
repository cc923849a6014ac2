import type { CohortMinute, Engine } from '#domain';
import type { SignalMinuteRepository, SignalMinuteRow } from '#store';

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

/** Lets the engine know the last three days; answers the newest minute that is kept, -1 without any. */
export const readMinutes = async (engine: Engine, repository: SignalMinuteRepository): Promise<number> => {
  const rows = await repository.read();
  engine.seedMinutes(rows.flatMap(cohortsOf));
  return rows.at(-1)?.minute ?? -1;
};

/**
 * Keeps the minutes that are new since one; answers the newest that is kept. They come after the tick that made them was decided, and
 * a restart reads the last six minutes of `slots` again, so that none is left out when the process ends between the two.
 */
export const keepMinutes = async (
  engine: Engine,
  repository: SignalMinuteRepository,
  keptMinute: number,
): Promise<number> => {
  const minutes = engine.minutesAfter(keptMinute);
  if (minutes.length === 0) return keptMinute;
  await repository.write(rowsOf(minutes));
  return minutes.reduce((newest, { minute }) => Math.max(newest, minute), keptMinute);
};
