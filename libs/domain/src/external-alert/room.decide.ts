import type { ExternalAlertSignal } from '#contracts';
import type { Alert } from '../alert/alert.js';

/** Alerts of other systems that are open at a time; a fleet's monitoring has some hundreds. What comes beyond it `decideRoom` says. */
export const EXTERNAL_ALERTS_MAX = 1_000;
/** Of them of one sender, half: a script in a loop leaves the other half to everybody else. */
export const SENDER_ALERTS_MAX = 500;

/** How many are open, and of which sender the most; those that fired before senders were recorded count as one, named ''. */
export interface Crowd {
  readonly open: number;
  readonly most: number;
  readonly sender: string;
}

const senderOf = ({ sender = '' }: Pick<Alert, 'sender'>): string => sender;

/** Counts open alerts by sender. */
export const crowdOf = (open: readonly Alert[]): Crowd => {
  const counts = new Map<string, number>();
  for (const alert of open) counts.set(senderOf(alert), (counts.get(senderOf(alert)) ?? 0) + 1);
  const [sender, most] = [...counts].reduce((before, each) => (each[1] > before[1] ? each : before), ['', 0]);
  return { open: open.length, most, sender };
};

/** Whether an alert may fire that is new: at once, in the place of another one, or not. */
export type Room =
  | { readonly is: 'free' }
  | { readonly is: 'made'; readonly instead: Alert; readonly because: string }
  | { readonly is: 'none' };

const oldest = (alerts: readonly Alert[]): Alert | undefined =>
  alerts.reduce<Alert | undefined>(
    (before, each) => (before === undefined || each.firedAtMs < before.firedAtMs ? each : before),
    undefined,
  );

/**
 * Where all places are taken, or all that its sender may have, a warning does not fire, and a critical alert takes the place of the oldest
 * warning: of its own sender where that one has too many, else of the sender who has the most warnings. A critical alert does not fire only
 * where there is no warning left to give way: then as many critical ones as may be are open already.
 */
export const decideRoom = (
  open: readonly Alert[],
  { severity, sender = '' }: Pick<ExternalAlertSignal, 'severity' | 'sender'>,
): Room => {
  if (open.length < SENDER_ALERTS_MAX) return { is: 'free' };
  const own = open.filter((alert) => senderOf(alert) === sender);
  const isOwnFull = own.length >= SENDER_ALERTS_MAX;
  if (!isOwnFull && open.length < EXTERNAL_ALERTS_MAX) return { is: 'free' };
  if (severity !== 'critical') return { is: 'none' };
  const warnings = (isOwnFull ? own : open).filter((alert) => alert.severity !== 'critical');
  const most = crowdOf(warnings);
  const instead = oldest(warnings.filter((alert) => senderOf(alert) === most.sender));
  if (instead === undefined) return { is: 'none' };
  const many = isOwnFull ? `${own.length} alerts of its sender` : `${open.length} alerts of other systems`;
  return { is: 'made', instead, because: `gave way to a critical alert: ${many} are open, the most there may be` };
};
