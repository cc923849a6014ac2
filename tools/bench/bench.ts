import type { FleetSize } from './fleet.js';

/** What a bench is run with. */
export interface BenchOptions {
  readonly fleet: FleetSize;
  /** Seconds of the fleet's time that one run takes in. */
  readonly seconds: number;
  /** Runs; the one with the least CPU time counts, since noise only adds. */
  readonly runs: number;
}

/** CPU time of one thing that was measured. */
export interface Cost {
  readonly name: string;
  readonly outcomes: number;
  /** CPU seconds of the whole run, by who spent them; they are summed. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  /** What is to be known about the figure. */
  readonly note?: string;
}

/** What a bench found: costs for the table, and fields for the object that `--json` prints. */
export interface BenchResult {
  readonly costs: readonly Cost[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** One bench. Adding one: a file `<name>.bench.ts`, and a line in `benches.ts`. */
export interface Bench {
  readonly name: string;
  readonly run: (options: BenchOptions) => Promise<BenchResult>;
}

/** All CPU seconds of a cost. */
export const cpuSecondsOf = ({ cpuSeconds }: Cost): number =>
  Object.values(cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);

/** As it stands in the JSON. */
export const rateOf = (cost: Cost): { readonly outcomesPerCpuSecond: number } => ({
  outcomesPerCpuSecond: Math.round(cost.outcomes / cpuSecondsOf(cost)),
});

/** The cheapest of several runs. */
export const cheapest = async (runs: number, run: () => Promise<Cost>): Promise<Cost> => {
  let best = await run();
  for (let i = 1; i < runs; i += 1) {
    const next = await run();
    if (cpuSecondsOf(next) < cpuSecondsOf(best)) best = next;
  }
  return best;
};
