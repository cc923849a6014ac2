import { type CustomerEscalationSignal, type Event, event } from '#contracts';
import type { CustomerEscalation } from './customer-escalation.js';

/**
 * Escalations that are open at a time. A fleet has some dozens; a sender that invents ids would fill the memory of every rules
 * process. Beyond it an escalation is not opened until another is closed.
 */
export const CUSTOMER_ESCALATIONS_OPEN_MAX = 1_000;

/** What a signal changes: an id opens once and closes once, however often it is told. One that was never opened cannot be closed. */
export const decideCustomerEscalation = (
  escalation: CustomerEscalation | undefined,
  signal: CustomerEscalationSignal,
  openCount: number,
  at: number,
): readonly Event[] => {
  const { escalationId, customerId, severity, state } = signal;
  if (state === 'closed')
    return escalation?.state === 'open' ? [event('CustomerEscalationClosed', { escalationId, at })] : [];
  if (escalation !== undefined || openCount >= CUSTOMER_ESCALATIONS_OPEN_MAX) return [];
  return [event('CustomerEscalationOpened', { escalationId, customerId, severity, at })];
};
