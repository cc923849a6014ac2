/** The failing share of a poor but healthy cell: ten times that of a healthy fleet (R6), above the 0.3 % of its worst customers. */
export const HEALTHY_RATIO = 0.005;
/** The failing share that is looked for. Worse faults are found sooner; lesser ones, down to the break-even, later. */
export const FAULTY_RATIO = 0.05;
/** What one failure says for the fault, in nats of log-likelihood: ln(p1 / p0). */
export const FAILURE_NATS = Math.log(FAULTY_RATIO / HEALTHY_RATIO);
/** What one success says, which is little, and against it: ln((1 − p1) / (1 − p0)). */
export const SUCCESS_NATS = Math.log((1 - FAULTY_RATIO) / (1 - HEALTHY_RATIO));
/** The failing share at which evidence stays where it is, 1.97 %: below it the test never alarms for long, above it always in the end. */
export const BREAK_EVEN_RATIO = -SUCCESS_NATS / (FAILURE_NATS - SUCCESS_NATS);

/** How often a healthy fleet may alarm. */
export interface WantedFalseAlarms {
  /** Outcomes per second that are tested, over all cells. */
  readonly fleetQps: number;
  /** Mean seconds between two false alarms. */
  readonly everyS: number;
}

/**
 * The evidence, in nats, at which a test alarms. Each outcome begins a run that passes h with a probability of at most e^−h (Wald),
 * so alarms of a healthy fleet are e^h outcomes apart or more: `h = ln(qps × seconds)` (Lorden 1971).
 */
export const thresholdOf = ({ fleetQps, everyS }: WantedFalseAlarms): number => Math.log(fleetQps * everyS);

/**
 * The default: 25 nats are 7.2 × 10^10 outcomes, 83 days at 10,000 a second, of a fleet at the very boundary of what is healthy, 0.5 %.
 * At 0.3 % the exponent is 1.3 times as large, at 0.05 % 2.3 times, and no fleet lives to see it.
 */
export const THRESHOLD_NATS = 25;

/**
 * Of the threshold, what one tick may bring: less the fewer of its outcomes fail, since a share that is small can be made by a
 * handful of clients, and then has to last. Half of the outcomes failing takes two ticks, an eighth or less five.
 */
const TICK_SHARE = { min: 0.25, max: 0.75, perRatio: 2 } as const;

/** The evidence of one tick for a fault, over the dispersion of the cell, and clipped (Huber 1965). */
export const evidenceOf = (good: number, bad: number, dispersion: number, threshold: number): number => {
  const nats = (bad * FAILURE_NATS + good * SUCCESS_NATS) / dispersion;
  const share = (TICK_SHARE.perRatio * bad) / (good + bad);
  return Math.min(nats, threshold * Math.min(TICK_SHARE.max, Math.max(TICK_SHARE.min, share)));
};
