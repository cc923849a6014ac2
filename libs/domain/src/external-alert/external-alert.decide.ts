import { event, type Event, type ExternalAlertSignal, type Reason, TICK_MS } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { type AlertContext, decideAlert } from '../alert/alert.decide.js';
import type { Firing } from '../alert/firings.js';
import type { Incident } from '../incident/incident.js';
import { ruleOf, sourceOf } from './external-alert.js';
import { EXTERNAL_ALERTS_MAX, SENDER_ALERTS_MAX, type Crowd } from './room.decide.js';
import type { ToldAlert } from './told-alerts.js';

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

/**
 * For how long a warning is believed that is told once: who sends it may never say that it is over, and, since it pages nobody, nobody
 * else will. Longer than the four hours after which an Alertmanager repeats itself, so what goes on is told again before.
 */
export const WARNING_MS_MAX = 21_600_000;
/** Told again, that is recorded once an hour at most, which is soon enough for six, and no record of each repetition. */
const REPETITION_MS = 3_600_000;

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

const timesOf = (
  { at, key, newAlertId, flapping }: ExternalContext,
  rule: AlertContext['rule'],
  sender?: string,
): AlertContext => ({ rule, subject: { scope: 'external', key }, at, newAlertId, flapping, sender });

/** Whether it ends by itself: a warning of whoever says things once. What is critical is over when somebody says so. */
const runsOut = (alert: Pick<Alert, 'rule' | 'severity'>): boolean =>
  alert.severity === 'warning' && sourceOf(alert) !== undefined && sourceOf(alert) !== 'prometheus';

const saidAtMs = ({ firedAtMs, resumedAtMs = firedAtMs }: Alert): number => resumedAtMs;

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
  { signal, tick }: ToldAlert,
  context: ExternalContext,
): readonly Event[] => {
  if (signal.action === 'acknowledge') return [];
  const isOver = signal.action === 'resolve';
  if (isOver && alert === undefined) return [];
  const name = alert?.rule ?? ruleOf(signal);
  const text = isOver ? describeOver(signal) : signal.summary;
  const reason = reasonOf(name, text, context.tick, 0);
  const rule = { name, severity: signal.severity, ...tellingOf(signal) };
  const times = timesOf(context, rule, signal.sender);
  if (isOver) return decideAlert(alert, { is: 'clear', reason }, times);
  const decided = decideAlert(alert, { is: 'breached', reason }, times);
  return alert === undefined ? decided : [...decided, ...decideToldAgain(alert, { signal, tick }, reason, context.at)];
};

/** What is told again of an alert that is open: that it is critical now, or that a warning which would run out goes on. */
const decideToldAgain = (alert: Alert, { signal, tick }: ToldAlert, reason: Reason, at: number): readonly Event[] => {
  const { alertId } = alert;
  if (signal.severity === 'critical' && alert.severity !== 'critical')
    return [event('AlertSeverityRaised', { alertId, severity: 'critical', reason, at })];
  // What is read again after a restart was told before it was recorded.
  const isRecent = (tick + 1) * TICK_MS - saidAtMs(alert) < REPETITION_MS;
  return alert.state !== 'firing' || !runsOut(alert) || isRecent
    ? []
    : [event('AlertResumed', { alertId, reason, at })];
};

const decideRunOut = (alert: Alert, at: number): readonly Event[] => {
  if (!runsOut(alert) || at - saidAtMs(alert) < WARNING_MS_MAX) return [];
  const because = `a warning, and nobody has said for ${WARNING_MS_MAX / 3_600_000} hours that it goes on`;
  return [event('AlertWithdrawn', { alertId: alert.alertId, because, at })];
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
  if (sourceOf(alert) !== 'prometheus') return decideRunOut(alert, at);
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

/** The alert that says that no more fit; it ends when a tenth of the places is free, of all and of each sender. */
export const decideOverflow = (
  alert: Alert | undefined,
  { open, most, sender, turnedAway }: Crowd & { readonly turnedAway: number },
  context: ExternalContext,
  rule: AlertContext['rule'],
): readonly Event[] => {
  const times = timesOf(context, rule);
  if (turnedAway > 0 && alert === undefined) {
    const whose = `${most} of them of ${sender === '' ? 'senders of before' : `key ${sender}`}`;
    const text = `${open} alerts of other systems are open, ${whose}: no more warnings of it fire, and a critical one in the place of a warning alone`;
    return decideAlert(alert, { is: 'breached', reason: reasonOf(rule.name, text, context.tick, 0) }, times);
  }
  const isFree = open <= EXTERNAL_ALERTS_MAX * 0.9 && most <= SENDER_ALERTS_MAX * 0.9;
  if (alert === undefined || !isFree) return [];
  return decideAlert(
    alert,
    { is: 'clear', reason: reasonOf(rule.name, 'there is room again', context.tick, 0) },
    times,
  );
};

/** Somebody took an alert on where it came from: so they did its incident. Whoever has it keeps it; when nobody has it any more it is taken on again. */
export const decideExternalAcknowledgement = (
  incident: Incident | undefined,
  { signal: { source, by }, tick }: ToldAlert,
  at: number,
): readonly Event[] => {
  if (incident === undefined || incident.holding?.isHeld === true) return [];
  // What is read again after a restart was said before that ran out.
  if (incident.holding !== undefined && (tick + 1) * TICK_MS <= incident.holding.atMs) return [];
  const { incidentId } = incident;
  return [event('IncidentAcknowledged', { incidentId, by: by ?? `external:${source}`, note: '', via: 'external', at })];
};
