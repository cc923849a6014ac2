/** How long a call may stay unaccepted before it also leaves through another channel. */
export const FALL_OVER_MS = 45_000;

/** A call that was not accepted. */
export interface FailingCall {
  readonly channel: string;
  /** Whether it was given up: refused for good. */
  readonly isGivenUp: boolean;
  readonly lastDetail: string | null;
  readonly requestedAt: number;
  /** The channels through which it went before this one. */
  readonly tried: readonly string[];
}

/** What is known of the other channels. */
export interface OtherChannels {
  /** In the order in which they are tried. */
  readonly order: readonly string[];
  /** Those that have accepted the same call. */
  readonly accepted: readonly string[];
  /** Those that were asked to carry the same call, accepted or not. */
  readonly asked: readonly string[];
  /** Those that are disabled or whose receiver is taken for dead: they come last. */
  readonly unwell: readonly string[];
}

/** Where a call goes, and whether it must be asked for there. */
export interface FallOver {
  readonly toChannel: string;
  readonly because: string;
  readonly isAsked: boolean;
}

/**
 * Decides on a call that was given up, or not accepted for `FALL_OVER_MS`. It goes to the next channel that does not carry it already,
 * never back to one that had it, so that it goes through each at most once; none where no channel is left. Where another has accepted
 * the same call already, that is recorded alone.
 */
export const decideFallOver = (call: FailingCall, others: OtherChannels, nowMs: number): FallOver | undefined => {
  const waitedMs = nowMs - call.requestedAt;
  if (!call.isGivenUp && waitedMs < FALL_OVER_MS) return undefined;
  const why = call.isGivenUp ? 'given up' : `not accepted for ${Math.floor(waitedMs / 1_000)} s`;
  const because = `${why}: ${call.lastDetail ?? 'no attempt yet'}`.slice(0, 400);
  const left = others.order.filter((name) => name !== call.channel && !call.tried.includes(name));
  const carrying = left.find((name) => others.accepted.includes(name));
  if (carrying !== undefined)
    return { toChannel: carrying, because: `${because}; ${carrying} has it already`, isAsked: true };
  const free = left.filter((name) => !others.asked.includes(name));
  const toChannel = free.find((name) => !others.unwell.includes(name)) ?? free[0];
  return toChannel === undefined ? undefined : { toChannel, because, isAsked: false };
};
