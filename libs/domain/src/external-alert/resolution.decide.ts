import { event, type EventOf, refuse, type Refusal } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { Acting } from '../rule/acting.js';
import { isExternal, sourceOf } from './external-alert.js';

/** An alert that somebody says is over. */
interface SaidAlert extends Pick<Alert, 'alertId' | 'rule' | 'scope'> {
  readonly state: string;
  /** null where it stands alone. */
  readonly incidentId: string | null;
}

/**
 * Whether an alert ends when a person says so: that of another system does; the telemetry ends those of our own, and the one about too many
 * ends when there are fewer.
 */
export const isEndedByWord = (alert: Pick<SaidAlert, 'rule' | 'scope'>): boolean =>
  isExternal(alert) && sourceOf(alert) !== undefined;

/** Somebody says that an alert of another system is over: that it was said is recorded, and the rules end it when they are told. */
export const decideResolutionRequest = (
  alert: SaidAlert,
  comment: string | undefined,
  { by, at }: Acting,
): EventOf<'AlertResolutionRequested'> | Refusal => {
  const { alertId, incidentId, rule, state } = alert;
  if (!isEndedByWord(alert))
    return refuse('ALERT_NOT_EXTERNAL', `alert ${alertId} is of rule ${rule}: nobody's word ends it`);
  if (state === 'resolved') return refuse('ALERT_NOT_OPEN', `alert ${alertId} is over`);
  return event('AlertResolutionRequested', {
    alertId,
    ...(incidentId === null ? {} : { incidentId }),
    by,
    ...(comment === undefined ? {} : { comment }),
    at,
  });
};
