import { event, type Event, type Mute } from '#contracts';
import { decideCall } from '../action/call.decide.js';
import type { Alert } from '../alert/alert.js';
import type { Holding } from '../incident/holding.js';
import type { Joined } from './joined.js';

/** How often it is told at most that more alerts joined: as often as an Alertmanager tells of a group (`group_interval`). */
export const JOINED_EVERY_MS = 300_000;

/** What is known of an incident. */
interface JoinedIncident {
  readonly incidentId: string;
  readonly state: 'open' | 'resolved';
  readonly muted: Mute | undefined;
  readonly calls: ReadonlySet<string>;
  readonly joined?: Joined | undefined;
  readonly holding?: Holding | undefined;
}

/** An alert of another system that joined as a warning is critical now: it joins once more, as that. */
export const decideRejoin = (incident: JoinedIncident, alert: Alert, at: number): readonly Event[] => {
  const { incidentId, joined } = incident;
  const { alertId, rule, severity } = alert;
  if (joined === undefined || severity !== 'critical' || joined.criticals.has(alertId)) return [];
  return [event('AlertJoinedIncident', { incidentId, alertId, rule, severity, at })];
};

/**
 * Tells that more critical alerts joined an incident of another system: of those nothing else does, since nobody is counted and no place is
 * wider than another. Whoever took it on answered for fewer, so the first that join after that call somebody anew, and so does twice as
 * many as were called for.
 */
export const decideJoined = (
  incident: JoinedIncident,
  alerts: ReadonlyMap<string, Alert>,
  mutes: ReadonlyMap<string, Mute>,
  at: number,
): readonly Event[] => {
  const { incidentId, joined, holding, muted } = incident;
  if (joined === undefined || muted !== undefined || at < joined.toldAtMs + JOINED_EVERY_MS) return [];
  const news = [...joined.untold]
    .map((alertId) => alerts.get(alertId))
    .filter((alert) => alert !== undefined && !mutes.has(alert.alertId));
  const last = news.at(-1);
  if (last === undefined) return [];
  const { alertId, rule, severity, scope, key, reason } = last;
  const { called, criticals } = joined;
  const count = criticals.size;
  const because = `${news.length} more, ${count} in all; the last: ${reason.text}`.slice(0, 500);
  const isTakenOnSince = holding?.isHeld === true && holding.atMs > called.atMs;
  const isCalled = isTakenOnSince || count >= 2 * called.count;
  return [
    event('AlertJoinedIncident', { incidentId, alertId, rule, severity, widens: { scope, key, reason: because }, at }),
    ...(isCalled ? decideCall(incident, { to: 'on_call', joined: { count }, alertId, because, at }) : []),
  ];
};
