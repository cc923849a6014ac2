import { event, type Event, type ExternalAlertSignal, type Reason } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { type AlertContext, decideAlert } from '../alert/alert.decide.js';
import type { Firing } from '../alert/firings.js';
import type { Incident } from '../incident/incident.js';
import { ruleOf, sourceOf } from './external-alert.js';

/**
 * Who posts to the Alertmanager API says every minute what goes on. For how long it is believed without that: Alertmanager's own
 * `resolve_timeout`. Below what a restart reads again, so a restart changes nothing.
 */
export const BELIEVED_MS = 300_000;
/**
 * From unknown to withdrawn. That nobody says that it goes on is no evidence that it is over, and a Prometheus that died would be
 * believed in for ever: an hour is for somebody to look.
 */
export const UNKNOWN_MS_MAX = 3_600_000;

/** Open at a time; a fleet's monitoring has some hundreds. Beyond it nothing fires, but one critical alert that says so. */
export const EXTERNAL_ALERTS_MAX = 1_000;

const TEXT_MAX = 500;

/** Numbers of another system are words here: nothing was counted. */
const reasonOf = (rule: string, text: string, tick: number, windowMs: number): Reason => ({
  rule,
  signal: 'external',
  text: text.slice(0, TEXT_MAX),
  value: null,
  threshold: 0,
  windowMs,
  good: 0,
  bad: 0,
  tick,
  // Who said it saw all there was to see of it.
  coverage: 1,
});

/** What is known beside the alert and the signal. */
export interface ExternalContext {
  readonly tick: number;
  readonly at: number;
  readonly key: string;
  readonly newAlertId: () => string;
  readonly flapping: () => number | undefined;
}

const timesOf = ({ at, key, newAlertId, flapping }: ExternalContext, rule: AlertContext['rule']): AlertContext => ({
  rule,
  subject: { scope: 'external', key },
  at,
  newAlertId,
  flapping,
});

const describeOver = ({ source, by }: ExternalAlertSignal): string =>
  by === undefined ? `${source} says that it is over` : `${by} says that it is over`;

/** Texts of a rule in the place of its own: what the other system says. */
const tellingOf = ({ summary, links, labels }: ExternalAlertSignal): Partial<AlertContext['rule']> => ({
  labels,
  annotations: { summary, ...Object.fromEntries(links.map(({ href }, index) => [`link${index + 1}`, href])) },
});

/** Whether another process decided the same tick before: what it told of an alert began, and perhaps ended, there. */
export const isDecided = (firings: readonly Firing[], alertKey: string, tick: number): boolean =>
  firings.some((firing) => firing.alertKey === alertKey && firing.tick === tick);

/** What was said before an alert became unknown does not make it known again. */
export const isStale = (alert: Alert | undefined, toldMs: number): boolean =>
  alert?.state === 'unknown' && toldMs <= (alert.unknownSinceMs ?? 0);

/** What a signal changes of the alert that it is about. Told again it is the same episode; what is over and told is another. */
export const decideExternalAlert = (
  alert: Alert | undefined,
  signal: ExternalAlertSignal,
  context: ExternalContext,
): readonly Event[] => {
  if (signal.action === 'acknowledge') return [];
  const isOver = signal.action === 'resolve';
  if (isOver && alert === undefined) return [];
  const name = alert?.rule ?? ruleOf(signal);
  const text = isOver ? describeOver(signal) : signal.summary;
  const reason = reasonOf(name, text, context.tick, 0);
  const rule = { name, severity: signal.severity, ...tellingOf(signal) };
  return decideAlert(alert, isOver ? { is: 'clear', reason } : { is: 'breached', reason }, timesOf(context, rule));
};

/** What the passing of time changes: who should say it again and does not makes it unknown, and at last withdrawn; what flapped and is calm ends. */
export const decideExternalTime = (alert: Alert, lastToldMs: number, context: ExternalContext): readonly Event[] => {
  const { alertId, state, rule, severity, unknownSinceMs } = alert;
  const { at, tick } = context;
  if (state === 'recovering')
    return decideAlert(
      alert,
      { is: 'clear', reason: reasonOf(rule, 'it is over, and was calm since', tick, 0) },
      timesOf(context, { name: rule, severity }),
    );
  if (sourceOf(alert) !== 'prometheus') return [];
  if (state === 'firing' && at - lastToldMs >= BELIEVED_MS)
    return [
      event('AlertBecameUnknown', {
        alertId,
        because: `nobody has said for ${BELIEVED_MS / 60_000} minutes that it goes on`,
        at,
      }),
    ];
  if (state !== 'unknown' || at - (unknownSinceMs ?? at) < UNKNOWN_MS_MAX) return [];
  const because = `nobody has said for ${UNKNOWN_MS_MAX / 60_000} minutes whether it goes on, or is over`;
  return [event('AlertWithdrawn', { alertId, because, at })];
};

/** The alert that says that no more fit; it ends when a tenth of the places is free. */
export const decideOverflow = (
  alert: Alert | undefined,
  { openCount, refused }: { readonly openCount: number; readonly refused: number },
  context: ExternalContext,
  rule: AlertContext['rule'],
): readonly Event[] => {
  const times = timesOf(context, rule);
  if (refused > 0 && alert === undefined) {
    const text = `${openCount} alerts of other systems are open, the most there may be: others do not fire here`;
    return decideAlert(alert, { is: 'breached', reason: reasonOf(rule.name, text, context.tick, 0) }, times);
  }
  if (alert === undefined || openCount > EXTERNAL_ALERTS_MAX * 0.9) return [];
  return decideAlert(
    alert,
    { is: 'clear', reason: reasonOf(rule.name, 'there is room again', context.tick, 0) },
    times,
  );
};

/** Somebody took an alert on where it came from: so they did its incident. The first who does stands. */
export const decideExternalAcknowledgement = (
  incident: Incident | undefined,
  { source, by }: ExternalAlertSignal,
  at: number,
): readonly Event[] => {
  if (incident === undefined || incident.isAcknowledged) return [];
  const { incidentId } = incident;
  return [event('IncidentAcknowledged', { incidentId, by: by ?? `external:${source}`, note: '', via: 'external', at })];
};
