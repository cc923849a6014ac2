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

/** Sources whose clocks are known to be fine; one more, and all have to show it again. */
const SOURCES_MAX = 1_024;

/**
 * Latencies by source, a server as `NodeNumbers` counts them. One with a coarse clock stamps query and response alike: 0 then means
 * "shorter than a tick", not "no time". So 0 is unknown until that source has shown that its clock is finer.
 */
export const createLatencyMeter = (): ((
  source: number,
  from: TapTime | undefined,
  to: TapTime | undefined,
) => Latency) => {
  const fine = new Set<number>();
  return (source, from, to) => {
    if (from === undefined || to === undefined) return { kind: 'unknown' };
    const ns = nsBetween(from, to);
    if (ns < 0 || ns > LATENCY_NS_MAX) return { kind: 'clock_fault' };
    if (ns > 0 && ns < FINE_NS && !fine.has(source)) {
      if (fine.size >= SOURCES_MAX) fine.clear();
      fine.add(source);
    }
    return ns > 0 || fine.has(source) ? { kind: 'known', ns } : { kind: 'unknown' };
  };
};
