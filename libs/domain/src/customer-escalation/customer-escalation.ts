import type { CustomerEscalationSignal } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/**
 * A customer's escalation, as `customer_escalation` signals tell it: `open` → `closed`. Nothing leads back: who complains again
 * opens another one, under another id.
 */
export interface CustomerEscalation {
  readonly escalationId: string;
  readonly customerId: string;
  readonly severity: CustomerEscalationSignal['severity'];
  readonly openedAtMs: number;
  readonly state: 'open' | 'closed';
  readonly closedAtMs: number | undefined;
}

/** Events of an escalation's stream. */
export const isCustomerEscalationEvent = isEventOf('CustomerEscalationOpened', 'CustomerEscalationClosed');

/** The escalation after an event. */
export const evolveCustomerEscalation = (
  escalation: CustomerEscalation | undefined,
  event: GuardedEvent<typeof isCustomerEscalationEvent>,
): CustomerEscalation | undefined => {
  switch (event.type) {
    case 'CustomerEscalationOpened': {
      const { escalationId, customerId, severity, at } = event.data;
      return { escalationId, customerId, severity, openedAtMs: at, state: 'open', closedAtMs: undefined };
    }
    case 'CustomerEscalationClosed':
      return escalation && { ...escalation, state: 'closed', closedAtMs: event.data.at };
  }
};
