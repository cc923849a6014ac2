import { nsBetween, type TapTime } from './dnstap-message.js';

/** No server takes an hour: clocks were set, or a message is damaged. */
const LATENCY_NS_MAX = 3_600 * 1_000_000_000;
/** A coarse clock stands still for 1 ms (HZ=1000) to 10 ms (HZ=100); what lies between 0 and this was measured by a finer one. */
const FINE_NS = 1_000_000;

/** What the two times of an answer say. */
export type Latency =
  | { readonly kind: 'known'; readonly ns: number }
  | { readonly kind: 'unknown' }
  /** Negative or absurd: no latency, and counted. */
  | { readonly kind: 'clock_fault' };

/**
 * Latencies of one source. A server with a coarse clock stamps query and response alike: 0 then means "shorter than a tick", not
 * "no time". So 0 is unknown until the source has shown that its clock is finer.
 */
export const createLatencyMeter = (): ((from: TapTime | undefined, to: TapTime | undefined) => Latency) => {
  let isFine = false;
  return (from, to) => {
    if (from === undefined || to === undefined) return { kind: 'unknown' };
    const ns = nsBetween(from, to);
    if (ns < 0 || ns > LATENCY_NS_MAX) return { kind: 'clock_fault' };
    if (ns > 0 && ns < FINE_NS) isFine = true;
    return ns > 0 || isFine ? { kind: 'known', ns } : { kind: 'unknown' };
  };
};
