import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** Updates of a service at once (R42, `max_requests`); the next one waits for its place. */
export const UPDATES_MAX = 100;
/** So many ended updates are remembered for the failing ratio: as many as may run at once. Older ones say nothing of now. */
const OUTCOMES_MAX = UPDATES_MAX;

/** An update of one node that has not ended. */
export interface Update {
  readonly updateId: string;
  readonly rolloutId: string;
  readonly nodeId: string;
  readonly beganAtMs: number;
}

/**
 * The circuit breaker of the updates of a service (R42), from the events of its stream. Its states:
 *
 *   closed ──BreakerOpened: 3 failed in a row, or half of at least 10──▶ open ──300 s, BreakerHalfOpened──▶ half_open
 *     ▲                                                                   ▲                                  │ one update
 *     │                                                                   └──BreakerOpened: it failed────────┤ decides
 *     └───────────────────────────────────────BreakerClosed: it is healthy───────────────────────────────────┘
 *
 * An update under way when it opens goes on, since its node is told already, and decides nothing. Two events for an update: a
 * rollout over the whole fleet leaves twice as many as there are nodes.
 */
export interface Breaker {
  readonly service: string;
  readonly state: 'closed' | 'open' | 'half_open';
  /** By id, in the order in which they began: at most `UPDATES_MAX`, and those that were under way when it opened. */
  readonly underWay: ReadonlyMap<string, Update>;
  /** Whether each update that ended since it closed was healthy, the newest last: at most `UPDATES_MAX`. */
  readonly outcomes: readonly boolean[];
  readonly openedAtMs: number;
  /** Why it is open, in words. */
  readonly because: string;
  /** The update that decides while it is half-open, once it began. */
  readonly decidingId: string | undefined;
}

/** The breaker of a service of which no update was ever told. */
export const closedBreaker = (service: string): Breaker => ({
  service,
  state: 'closed',
  underWay: new Map(),
  outcomes: [],
  openedAtMs: 0,
  because: '',
  decidingId: undefined,
});

/** Events of a breaker's stream. */
export const isBreakerEvent = isEventOf(
  'UpdateBegan',
  'UpdateEnded',
  'BreakerOpened',
  'BreakerHalfOpened',
  'BreakerClosed',
);

type BreakerEvent = GuardedEvent<typeof isBreakerEvent>;

const ended = (breaker: Breaker, updateId: string, isHealthy: boolean): Breaker => {
  const underWay = new Map(breaker.underWay);
  underWay.delete(updateId);
  if (breaker.state !== 'closed') return { ...breaker, underWay };
  return { ...breaker, underWay, outcomes: [...breaker.outcomes, isHealthy].slice(-OUTCOMES_MAX) };
};

/** The breaker after an event. */
export const evolveBreaker = (before: Breaker | undefined, event: BreakerEvent): Breaker => {
  const breaker = before ?? closedBreaker(event.data.service);
  switch (event.type) {
    case 'UpdateBegan': {
      const { updateId, rolloutId, nodeId, at } = event.data;
      const underWay = new Map(breaker.underWay).set(updateId, { updateId, rolloutId, nodeId, beganAtMs: at });
      const decidingId = breaker.state === 'half_open' ? (breaker.decidingId ?? updateId) : undefined;
      return { ...breaker, underWay, decidingId };
    }
    case 'UpdateEnded':
      return ended(breaker, event.data.updateId, event.data.isHealthy);
    case 'BreakerOpened': {
      const { because, at } = event.data;
      return { ...breaker, state: 'open', openedAtMs: at, because, outcomes: [], decidingId: undefined };
    }
    case 'BreakerHalfOpened':
      return { ...breaker, state: 'half_open', decidingId: undefined };
    case 'BreakerClosed':
      return { ...breaker, state: 'closed', outcomes: [], decidingId: undefined };
  }
};
