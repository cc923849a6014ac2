import { type ExternalAlertSignal, EXTERNAL_TEXT_MAX, HEADER, KEY_SEPARATOR, type Principal } from '#contracts';
import { regionOfExternal, sourceOf } from '#domain';
import { actorOf, type Infrastructure } from '#runtime';
import type { AlertRow } from '#store';

const CONTENT_TYPE = 'application/json';

const signalOf = (alert: AlertRow, by: string, nowMs: number, reason?: string): ExternalAlertSignal | undefined => {
  const { rule, key, severity } = alert;
  const source = sourceOf(alert);
  if (source === undefined) return undefined;
  const region = regionOfExternal(key);
  return {
    type: 'external_alert',
    source,
    dedupKey: key.split(KEY_SEPARATOR, 1)[0] ?? key,
    action: 'resolve',
    severity,
    name: rule.slice(-EXTERNAL_TEXT_MAX.name),
    ...(region === undefined ? {} : { region }),
    summary: `${by} says that it is over${reason === undefined ? '' : `: ${reason}`}`.slice(
      0,
      EXTERNAL_TEXT_MAX.summary,
    ),
    labels: {},
    links: [],
    by,
    atUs: nowMs * 1_000,
  };
};

/**
 * Tells the rules that alerts of other systems are over, in the log where their sources tell it too: so the last word in its order
 * counts, now and when the log is read again.
 */
export const tellResolved = async (
  { eventLog, nodeKeys, clock }: Pick<Infrastructure, 'eventLog' | 'nodeKeys' | 'clock'>,
  alerts: readonly AlertRow[],
  caller: Principal,
): Promise<void> => {
  const nowMs = clock.nowMs();
  const records = alerts.flatMap((alert) => {
    const signal = signalOf(alert, actorOf(caller), nowMs, caller.reason);
    if (signal === undefined) return [];
    const body = Buffer.from(JSON.stringify(signal));
    const topic = 'telemetry.signals' as const;
    const own = nodeKeys.isRequired ? nodeKeys.vouch({ topic, contentType: CONTENT_TYPE, body }) : undefined;
    const headers = {
      [HEADER.contentType]: CONTENT_TYPE,
      [HEADER.sender]: caller.keyId,
      ...(own === undefined ? {} : { [HEADER.keyId]: own.keyId, [HEADER.tag]: own.tag }),
    };
    return [{ key: signal.type, value: body, headers }];
  });
  if (records.length > 0) await eventLog.append('telemetry.signals', records);
};
