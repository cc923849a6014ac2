/** How fast a receiver lets itself be told. */
export interface DeliveryPace {
  /** Requests a minute of everything. */
  readonly perMinute: number;
  /** Beyond these, requests a minute that only urgent deliveries may use. */
  readonly urgentPerMinute: number;
  /**
   * Whose limit it is, where several receivers have one together, as an account or a key has: all that name it draw from it, across
   * channels and addresses, and give it the same numbers. Absent: each receiver has its own.
   */
  readonly bucket?: string;
  /** How many may leave at once by each of the two, where a receiver counts seconds too. Absent: a part of their minute. */
  readonly burst?: number;
}

/** A token bucket, of one receiver or of those that share it: a lane for everything, and one beside it for what is urgent. */
export interface Lanes {
  readonly tokens: number;
  readonly urgentTokens: number;
  /** Until when they were refilled. */
  readonly atMs: number;
}

/**
 * The part of a minute's requests that may leave at once; the rest is refilled over the minute. A receiver counts the last 60 s, so
 * what is in the bucket and what flows into it must be its limit together, or a full bucket would pass it twofold.
 */
const BURST_SHARE = 1 / 6;
/** Of the urgent lane nearly all may leave at once: it is for the one minute in which everything breaks. */
const URGENT_BURST_SHARE = 3 / 4;

const MINUTE_MS = 60_000;

/** One request at least, or nothing would ever leave; no lane at all where there is none. */
const burstOf = (perMinute: number, share: number): number =>
  perMinute <= 0 ? 0 : Math.max(1, Math.floor(perMinute * share));

const bursts = ({ perMinute, urgentPerMinute, burst = Infinity }: DeliveryPace) => ({
  tokens: Math.min(burst, burstOf(perMinute, BURST_SHARE)),
  urgentTokens: Math.min(burst, burstOf(urgentPerMinute, URGENT_BURST_SHARE)),
});

/** What flows in: never less than a request in two minutes, for a lane of one whose burst is its whole minute. */
const flow = (perMinute: number, burst: number, elapsedMs: number): number =>
  perMinute <= 0 ? 0 : (Math.max(perMinute - burst, 0.5) * elapsedMs) / MINUTE_MS;

/** The lanes of a receiver that was told nothing yet. */
export const fullLanes = (pace: DeliveryPace, nowMs: number): Lanes => ({ ...bursts(pace), atMs: nowMs });

/** The lanes with what has flowed in since. A clock of another copy that is behind refills nothing. */
export const refill = (lanes: Lanes, pace: DeliveryPace, nowMs: number): Lanes => {
  const full = bursts(pace);
  const elapsedMs = Math.max(0, nowMs - lanes.atMs);
  return {
    tokens: Math.min(full.tokens, lanes.tokens + flow(pace.perMinute, full.tokens, elapsedMs)),
    urgentTokens: Math.min(
      full.urgentTokens,
      lanes.urgentTokens + flow(pace.urgentPerMinute, full.urgentTokens, elapsedMs),
    ),
    atMs: Math.max(nowMs, lanes.atMs),
  };
};

/** Fractions add up: a whole token that is short of one by the rounding of a division is one. */
const WHOLE = 1 - 1e-9;

/** The lanes after one request left; undefined where it may not leave yet. What is urgent takes from both, its own last. */
export const draw = (lanes: Lanes, isUrgent: boolean): Lanes | undefined => {
  if (lanes.tokens >= WHOLE) return { ...lanes, tokens: Math.max(0, lanes.tokens - 1) };
  if (!isUrgent || lanes.urgentTokens < WHOLE) return undefined;
  return { ...lanes, urgentTokens: Math.max(0, lanes.urgentTokens - 1) };
};
