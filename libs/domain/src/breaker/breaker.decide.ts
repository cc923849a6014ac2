import { event, type Event } from '#contracts';
import { type Breaker, evolveBreaker, isBreakerEvent, type Update, UPDATES_MAX } from './breaker.js';

/** Failed health checks in a row that open it (R42, `failure_threshold`). */
export const FAILURES_IN_A_ROW = 3;
/** Share of failed updates that opens it (R42, `failure_ratio`) ... */
export const FAILING_RATIO = 0.5;
/** ... of at least so many: half of two is one bad node. */
export const RATIO_UPDATES_MIN = 10;
/** An update that is not answered for by then has failed (R42, `timeout`). */
export const UPDATE_TIMEOUT_MS = 30_000;
/** For how long it is open before one update may decide (R42, `reset_timeout`). */
export const RESET_MS = 300_000;

/** How many updates may begin, and why not more. */
export interface Permit {
  readonly count: number;
  readonly because: string;
}

/** How many updates of the service may begin at a time; what a waiting one waits for, in words. */
export const permits = (breaker: Breaker, at: number): Permit => {
  const { service, state, underWay, decidingId, openedAtMs, because } = breaker;
  const of = `circuit breaker of ${service}`;
  switch (state) {
    case 'closed': {
      const count = Math.max(0, UPDATES_MAX - underWay.size);
      return { count, because: `${of} is closed: ${underWay.size} updates under way (at most ${UPDATES_MAX})` };
    }
    case 'open': {
      const leftS = Math.max(0, Math.ceil((openedAtMs + RESET_MS - at) / 1_000));
      return { count: 0, because: `${of} is open: ${because}; one update decides in ${leftS} s` };
    }
    case 'half_open':
      return decidingId === undefined
        ? { count: 1, because: `${of} is half-open: one update decides` }
        : { count: 0, because: `${of} is half-open: update ${decidingId} decides` };
  }
};

/** An update that is wanted, and since when. */
export interface WaitingUpdate extends Pick<Update, 'updateId' | 'rolloutId' | 'nodeId'> {
  readonly sinceMs: number;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The line in which updates wait: who is wanted first is first; then by rollout and node, so that every process has the same line. */
const inLine = (a: WaitingUpdate, b: WaitingUpdate): number =>
  a.sinceMs - b.sinceMs || compare(a.rolloutId, b.rolloutId) || compare(a.nodeId, b.nodeId);

/** Begins as many of the waiting updates as the breaker permits, the first in line first. */
export const decideUpdatesBegan = (
  breaker: Breaker,
  waiting: readonly WaitingUpdate[],
  at: number,
): readonly Event[] => {
  const { service, underWay } = breaker;
  return waiting
    .filter(({ updateId }) => !underWay.has(updateId))
    .toSorted(inLine)
    .slice(0, permits(breaker, at).count)
    .map(({ updateId, rolloutId, nodeId }) => event('UpdateBegan', { service, updateId, rolloutId, nodeId, at }));
};

/** How an update ended: healthy by its health check (`decideHealth`), or not. */
export interface EndedUpdate {
  readonly updateId: string;
  readonly isHealthy: boolean;
  readonly detail: string;
}

const opened = ({ service }: Breaker, because: string, counts: { failures: number; updates: number }, at: number) =>
  event('BreakerOpened', { service, because: because.slice(0, 500), ...counts, at });

const failedInARow = (outcomes: readonly boolean[]): number => outcomes.length - 1 - outcomes.lastIndexOf(true);

/** The failing ratio over the newest updates, of the least number of them over which it is too high. */
const tooManyFailures = (outcomes: readonly boolean[]): { failures: number; updates: number } | undefined => {
  let failures = 0;
  for (let updates = 1; updates <= outcomes.length; updates += 1) {
    if (outcomes.at(-updates) === false) failures += 1;
    if (updates >= RATIO_UPDATES_MIN && failures >= FAILING_RATIO * updates) return { failures, updates };
  }
  return undefined;
};

/** Whether a closed breaker opens, after an update that ended. */
const judge = (breaker: Breaker, at: number): readonly Event[] => {
  const { outcomes } = breaker;
  const row = failedInARow(outcomes);
  if (row >= FAILURES_IN_A_ROW) {
    const counts = { failures: row, updates: outcomes.length };
    return [opened(breaker, `${row} updates in a row failed (at most ${FAILURES_IN_A_ROW - 1})`, counts, at)];
  }
  const counts = tooManyFailures(outcomes);
  if (counts === undefined) return [];
  const { failures, updates } = counts;
  const share = `${((100 * failures) / updates).toFixed(0)} %, less than ${100 * FAILING_RATIO} % may`;
  return [opened(breaker, `${failures} of the last ${updates} updates failed (${share})`, counts, at)];
};

/** Ends an update that is under way, and says what that makes of the breaker; one that ended already changes nothing. */
export const decideUpdateEnded = (
  breaker: Breaker,
  { updateId, isHealthy, detail }: EndedUpdate,
  at: number,
): readonly Event[] => {
  const { service, underWay, state, decidingId } = breaker;
  if (!underWay.has(updateId)) return [];
  const end = event('UpdateEnded', { service, updateId, isHealthy, detail: detail.slice(0, 500), at });
  const after = evolveBreaker(breaker, end);
  if (state === 'closed') return isHealthy ? [end] : [end, ...judge(after, at)];
  if (state === 'open' || updateId !== decidingId) return [end];
  if (isHealthy) return [end, event('BreakerClosed', { service, because: `update ${updateId} is healthy`, at })];
  return [end, opened(breaker, `the update that decides failed: ${detail}`, { failures: 1, updates: 1 }, at)];
};

/** What time does to a breaker: updates that nobody answered for have failed, and an open one is half-open after 300 s. */
export const decideBreakerTick = (breaker: Breaker, at: number): readonly Event[] => {
  const events: Event[] = [];
  let now = breaker;
  const take = (more: readonly Event[]): void => {
    events.push(...more);
    for (const each of more) if (isBreakerEvent(each)) now = evolveBreaker(now, each);
  };
  for (const { updateId, beganAtMs } of breaker.underWay.values()) {
    if (at < beganAtMs + UPDATE_TIMEOUT_MS) continue;
    const detail = `no answer within ${UPDATE_TIMEOUT_MS / 1_000} s`;
    take(decideUpdateEnded(now, { updateId, isHealthy: false, detail }, at));
  }
  if (now.state === 'open' && at >= now.openedAtMs + RESET_MS)
    take([event('BreakerHalfOpened', { service: now.service, at })]);
  return events;
};
