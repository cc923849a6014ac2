import type { EventData } from '#contracts';

type Asked = Pick<EventData<'DeliveryRequested'>, 'subject' | 'action' | 'body' | 'isUrgent'>;

/** Whether a delivery calls somebody: such a one falls over to another channel when it is not accepted. */
export const isCall = ({ subject, action }: Pick<Asked, 'subject' | 'action'>): boolean =>
  subject === 'page' && (action === 'trigger' || action === 'escalate');

/**
 * Whether a delivery goes before others: what its maker says; otherwise a call about something critical or a P0, and a command, of
 * which a node waits for each second.
 */
export const isUrgentDelivery = (asked: Asked): boolean => {
  const { subject, body, isUrgent } = asked;
  if (isUrgent !== undefined) return isUrgent;
  if (subject === 'command') return true;
  return isCall(asked) && (body['severity'] === 'critical' || body['priority'] === 'P0');
};
