/**
 * Whether ticks come, as a dispatcher sees it by its own clock:
 *
 *   UNSEEN ──a tick──▶ MOVING ──30 s without one──▶ STALE ──10 s in which ticks come──▶ MOVING
 *
 * UNSEEN goes to STALE after five minutes: a server that never sees a tick says so, and one that starts does not page. Where the log
 * holds older ticks, 30 s after they were first seen.
 */
export interface Staleness {
  /** The newest end of `slots` that was seen; undefined before the first. */
  readonly end: number | undefined;
  /** When it last moved, was first seen, or the watch began. */
  readonly movedAtMs: number;
  /** Whether it was seen to move: an end that is seen for the first time may have stood there for hours. */
  readonly hasMoved: boolean;
  readonly staleId: string | undefined;
  /** Since when it moves again, while it is stale. */
  readonly movingSinceMs: number | undefined;
}

/** What one look found. */
export interface StalenessLook {
  /** The end of `slots`; undefined = the log did not answer. */
  readonly end: number | undefined;
  readonly isDatabaseAway: boolean;
}

/** What is to be told after a look. */
export type StalenessTold =
  | { readonly told: 'stale'; readonly staleId: string; readonly because: string; readonly sinceMs: number }
  | { readonly told: 'moved'; readonly staleId: string; readonly because: string };

/** Forty seconds is what a page about lost telemetry may take: thirty to be sure, and ten to look and to send. */
export const STALE_AFTER_MS = 30_000;
/** A server may be started before its aggregators; five minutes without any tick is no start any more. */
export const UNSEEN_STALE_AFTER_MS = 300_000;
/** Dispatchers that are started together and see no tick say so under one key; those of another hour have another outage. */
const UNSEEN_EPISODE_MS = 3_600_000;
/** A log that comes and goes must not page at each turn. */
export const MOVED_FOR_MS = 10_000;
/** Ticks come four times a second: a pause of this length while it recovers begins the count again. */
const MOVING_PAUSE_MS = 5_000;

/** Nothing was seen yet. */
export const startStaleness = (nowMs: number): Staleness => ({
  end: undefined,
  movedAtMs: nowMs,
  hasMoved: false,
  staleId: undefined,
  movingSinceMs: undefined,
});

const causeOf = ({ end, isDatabaseAway }: StalenessLook): string => {
  const log =
    end === undefined ? 'the event log does not answer' : 'the event log answers, and the aggregators tell nothing';
  return `${log}; the database ${isDatabaseAway ? 'does not answer either' : 'answers'}`;
};

const goesStale = (state: Staleness, look: StalenessLook, nowMs: number): StalenessTold | undefined => {
  // An empty log is one in which nothing ever moved.
  const isUnseen = (state.end ?? 0) === 0;
  if (nowMs - state.movedAtMs < (isUnseen ? UNSEEN_STALE_AFTER_MS : STALE_AFTER_MS)) return undefined;
  // The same of every dispatcher that watches: receivers fold their pages. Of what never moved there is no end to tell episodes apart by.
  const staleId = `telemetry-stale-${isUnseen ? `unseen-${Math.floor(nowMs / UNSEEN_EPISODE_MS)}` : state.end}`;
  const lastedS = Math.round((nowMs - state.movedAtMs) / 1_000);
  const what = isUnseen ? 'no tick since the start' : 'no tick';
  return { told: 'stale', staleId, because: `${what} for ${lastedS} s: ${causeOf(look)}`, sinceMs: state.movedAtMs };
};

/** The first end that is seen is what the next ones are compared with. It begins the count anew where the log holds ticks. */
const seenBy = (state: Staleness, { end }: StalenessLook, nowMs: number): Staleness => {
  if (end === undefined || end === state.end) return state;
  if (state.end !== undefined) return { ...state, end, movedAtMs: nowMs, hasMoved: true };
  return { ...state, end, movedAtMs: end === 0 ? state.movedAtMs : nowMs };
};

/** The state after a look, and what is to be told. */
export const lookAtStaleness = (
  state: Staleness,
  look: StalenessLook,
  nowMs: number,
): { readonly state: Staleness; readonly told: StalenessTold | undefined } => {
  const isMoved = look.end !== undefined && state.end !== undefined && look.end !== state.end;
  const isPaused = nowMs - state.movedAtMs > MOVING_PAUSE_MS;
  const seen = seenBy(state, look, nowMs);
  if (state.staleId === undefined) {
    const told = isMoved ? undefined : goesStale(seen, look, nowMs);
    return { state: told === undefined ? seen : { ...seen, staleId: told.staleId }, told };
  }
  const restarted = isMoved && (isPaused || state.movingSinceMs === undefined) ? nowMs : state.movingSinceMs;
  const movingSinceMs = !isMoved && isPaused ? undefined : restarted;
  if (!isMoved || movingSinceMs === undefined || nowMs - movingSinceMs < MOVED_FOR_MS)
    return { state: { ...seen, movingSinceMs }, told: undefined };
  const because = `ticks have come again for ${Math.round((nowMs - movingSinceMs) / 1_000)} s`;
  return {
    state: { ...seen, staleId: undefined, movingSinceMs: undefined },
    told: { told: 'moved', staleId: state.staleId, because },
  };
};
