import type { Event } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** The critical alerts of an incident of another system, and what was told of them. At most as many as an incident has alerts. */
export interface Joined {
  readonly criticals: ReadonlySet<string>;
  /** Those that joined since it was told last. */
  readonly untold: ReadonlySet<string>;
  readonly toldAtMs: number;
  /** How many they were when somebody was called last, and when that was. */
  readonly called: { readonly count: number; readonly atMs: number };
}

const changesJoined = isEventOf('AlertJoinedIncident', 'IncidentUnmuted', 'IncidentEscalated');

/** What is known when the first alert opens it. */
export const firstJoined = (alertId: string, atMs: number): Joined => ({
  criticals: new Set([alertId]),
  untold: new Set(),
  toldAtMs: atMs,
  called: { count: 1, atMs },
});

const withAlert = (joined: Joined, alertId: string): Joined =>
  joined.criticals.has(alertId)
    ? joined
    : {
        ...joined,
        criticals: new Set([...joined.criticals, alertId]),
        untold: new Set([...joined.untold, alertId]),
      };

/** What is known after an event of the incident; telling tells of all that joined until then. */
export const evolveJoined = (joined: Joined | undefined, told: Event): Joined | undefined => {
  if (joined === undefined || !changesJoined(told)) return joined;
  return evolve(joined, told);
};

const evolve = (joined: Joined, told: GuardedEvent<typeof changesJoined>): Joined => {
  const { at } = told.data;
  switch (told.type) {
    case 'AlertJoinedIncident': {
      const { alertId, severity, widens } = told.data;
      const next = severity === 'critical' ? withAlert(joined, alertId) : joined;
      return widens === undefined ? next : { ...next, untold: new Set(), toldAtMs: at };
    }
    case 'IncidentUnmuted':
      return { ...joined, toldAtMs: at };
    case 'IncidentEscalated': {
      const { joined: call } = told.data;
      return call === undefined ? joined : { ...joined, called: { count: call.count, atMs: at } };
    }
  }
};
