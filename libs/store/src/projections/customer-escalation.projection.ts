import { projection } from './projection.js';

/** An escalation is open until it is closed. */
export const customerEscalationProjection = projection(['customer_escalation'], {
  CustomerEscalationOpened: (tx, { escalationId, customerId, severity, at }) =>
    tx.query(
      `insert into customer_escalation (escalation_id, customer_id, severity, state, opened_at)
       values ($1, $2, $3, 'open', $4)`,
      [escalationId, customerId, severity, at],
    ),
  CustomerEscalationClosed: (tx, { escalationId, at }) =>
    tx.query(`update customer_escalation set state = 'closed', closed_at = $2 where escalation_id = $1`, [
      escalationId,
      at,
    ]),
});
