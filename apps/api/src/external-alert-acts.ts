import { event, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { isExternal, sourceOf } from '#domain';
import type { Infrastructure } from '#runtime';
import { type AlertRow, createAlertRepository } from '#store';
import { metadataOf } from './act-metadata.js';
import { appendAgain } from './append-again.js';
import { tellResolved } from './replies/tell-resolved.js';

/** What ending an alert of another system needs. */
export type ExternalAlertActParts = Pick<Infrastructure, 'database' | 'eventStore' | 'eventLog' | 'nodeKeys' | 'clock'>;

const cannotEnd = (alert: AlertRow): Refusal | undefined => {
  const { alertId, rule, state } = alert;
  if (!isExternal(alert) || sourceOf(alert) === undefined)
    return refuse('ALERT_NOT_EXTERNAL', `alert ${alertId} is of rule ${rule}: its telemetry says when it is over`);
  return state === 'resolved' ? refuse('ALERT_NOT_OPEN', `alert ${alertId} is over`) : undefined;
};

const recordResolution = (
  { eventStore: store, clock }: ExternalAlertActParts,
  alert: AlertRow,
  caller: Principal,
): Promise<undefined | Refusal> => {
  const { alertId } = alert;
  const metadata = metadataOf(caller, `resolve alert ${alertId}`);
  const { reason: comment } = caller;
  return appendAgain(store, metadata, async () => {
    const refusal = cannotEnd(alert);
    if (refusal !== undefined) return refusal;
    const stream = streamOf.alertResolution(alertId);
    const recorded = await store.readStream(stream);
    const said = { alertId, by: metadata.actor, ...(comment === undefined ? {} : { comment }), at: clock.nowMs() };
    const events = [event('AlertResolutionRequested', said)];
    return { stream, expectedVersion: recorded.at(-1)?.version ?? 0, events };
  });
};

/** Says that an alert of another system is over, as its source would: the next tick decides, and answers told here are of before it. */
export const externalAlertActs = (parts: ExternalAlertActParts) => ({
  resolveAlert: async (alertId: string, caller: Principal): Promise<AlertRow | Refusal> => {
    const alert = await createAlertRepository(parts.database).find(alertId);
    if (alert === undefined) return refuse('NOT_FOUND', `there is no alert ${alertId}`);
    const refusal = await recordResolution(parts, alert, caller);
    if (refusal !== undefined) return refusal;
    // Recorded first: where the log does not answer, or the process is killed, whoever sends it again tells it again, which changes nothing.
    if (alert.state !== 'resolved') await tellResolved(parts, [alert], caller);
    return alert;
  },
});
