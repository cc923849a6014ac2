import { type Principal, refuse, type Refusal } from '#contracts';
import { isExternal, sourceOf } from '#domain';
import type { Infrastructure } from '#runtime';
import { type AlertRow, createAlertRepository } from '#store';
import { tellResolved } from './replies/tell-resolved.js';

/** What ending an alert of another system needs. */
export type ExternalAlertActParts = Pick<Infrastructure, 'database' | 'eventLog' | 'nodeKeys' | 'clock'>;

const cannotEnd = (alert: AlertRow): Refusal | undefined => {
  const { alertId, rule, state } = alert;
  if (!isExternal(alert) || sourceOf(alert) === undefined)
    return refuse('ALERT_NOT_EXTERNAL', `alert ${alertId} is of rule ${rule}: its telemetry says when it is over`);
  return state === 'resolved' ? refuse('ALERT_NOT_OPEN', `alert ${alertId} is over`) : undefined;
};

/** Says that an alert of another system is over, as its source would: the next tick decides, and answers told here are of before it. */
export const externalAlertActs = (parts: ExternalAlertActParts) => ({
  resolveAlert: async (alertId: string, caller: Principal): Promise<AlertRow | Refusal> => {
    const alert = await createAlertRepository(parts.database).find(alertId);
    if (alert === undefined) return refuse('NOT_FOUND', `there is no alert ${alertId}`);
    const refusal = cannotEnd(alert);
    if (refusal !== undefined) return refusal;
    await tellResolved(parts, [alert], caller);
    return alert;
  },
});
