import { isRefusal, type Principal, refuse, type Refusal, streamOf } from '#contracts';
import { type Acting, decideResolutionRequest } from '#domain';
import type { Infrastructure } from '#runtime';
import { type AlertRow, createAlertRepository, type StreamAppend, streamVersions } from '#store';
import { metadataOf } from './act-metadata.js';
import { appendAgain } from './append-again.js';
import { tellResolved } from './tell-resolved.js';

/** What ending an alert of another system needs. */
export type ExternalAlertActParts = Pick<Infrastructure, 'database' | 'eventStore' | 'eventLog' | 'nodeKeys' | 'clock'>;

/**
 * What is appended for one alert. To its own stream nothing is: it stands first for its version alone, which is that of the alert as it was
 * seen, so that what happened to it since is a conflict.
 */
const appendsFor = (
  alert: AlertRow,
  versions: ReadonlyMap<string, number>,
  comment: string | undefined,
  acting: Acting,
): readonly StreamAppend[] | Refusal => {
  const requested = decideResolutionRequest(alert, comment, acting);
  if (isRefusal(requested)) return requested;
  const [own, said] = [streamOf.alert(alert.alertId), streamOf.alertResolution(alert.alertId)];
  return [
    { stream: own, expectedVersion: versions.get(own) ?? 0, events: [] },
    { stream: said, expectedVersion: versions.get(said) ?? 0, events: [requested] },
  ];
};

/** Records that somebody says so of each that can be ended so; refused where there are some and none of them can. */
const record = (
  { database, eventStore: store, clock }: ExternalAlertActParts,
  alertIds: readonly string[],
  caller: Principal,
): Promise<undefined | Refusal> => {
  const what = alertIds.length === 1 ? `alert ${alertIds[0]}` : `${alertIds.length} alerts`;
  const metadata = metadataOf(caller, `resolve ${what}`);
  return appendAgain(store, metadata, async () => {
    // Before the rows: whatever comes in between is a conflict, and is decided again.
    const versions = await streamVersions(
      database,
      alertIds.flatMap((alertId) => [streamOf.alert(alertId), streamOf.alertResolution(alertId)]),
    );
    const acting = { by: metadata.actor, at: clock.nowMs() };
    const alerts = await createAlertRepository(database).findAll(alertIds);
    if (alerts.length === 0) return refuse('NOT_FOUND', `there is no ${what}`);
    const decided = alerts.map((alert) => appendsFor(alert, versions, caller.reason, acting));
    const appends = decided.flatMap((each) => (isRefusal(each) ? [] : each));
    return (appends.length === 0 ? decided.find(isRefusal) : undefined) ?? appends;
  });
};

/** Says that alerts of other systems are over, as their sources would: the next tick decides, and answers told here are of before it. */
export const externalAlertActs = (parts: ExternalAlertActParts) => {
  const alerts = createAlertRepository(parts.database);
  const resolveAlerts = async (
    alertIds: readonly string[],
    caller: Principal,
  ): Promise<readonly AlertRow[] | Refusal> => {
    const refusal = await record(parts, alertIds, caller);
    if (refusal !== undefined) return refusal;
    const named = await alerts.findAll(alertIds);
    const recorded = await streamVersions(parts.database, alertIds.map(streamOf.alertResolution));
    // Recorded first: where the log does not answer, or the process is killed, whoever sends it again tells it again, which changes nothing.
    // An alert that came after it was said, and so is not recorded, is not told of either.
    await tellResolved(
      parts,
      named.filter(({ alertId, state }) => state !== 'resolved' && recorded.has(streamOf.alertResolution(alertId))),
      caller,
    );
    return named;
  };
  return {
    /** Of several at once: those that are over, or that nobody's word ends, are passed over; refused where none is left. */
    resolveAlerts,
    resolveAlert: async (alertId: string, caller: Principal): Promise<AlertRow | Refusal> => {
      const said = await resolveAlerts([alertId], caller);
      if (isRefusal(said)) return said;
      return said[0] ?? refuse('NOT_FOUND', `there is no alert ${alertId}`);
    },
  };
};
