import { Link } from '@tanstack/react-router';
import { Card } from '../ui/card.js';
import { count, money, share } from '../ui/figures.js';
import { Rows } from '../ui/rows.js';
import type { IncidentAnswer } from './incident-document.js';

type Customer = IncidentAnswer['customers']['customers'][number];

const COLUMNS = [
  {
    heading: 'Customer',
    cell: ({ customerId, name, critical }: Customer) => (
      <>
        <Link to="/customers/$id" params={{ id: customerId }}>
          {name}
        </Link>
        {critical && ' (critical)'}
      </>
    ),
  },
  { heading: 'Tier', cell: ({ tier }: Customer) => tier.replace('tier', '') },
  { heading: 'Failing', isNumber: true, cell: ({ failing }: Customer) => share(failing) },
  { heading: 'A minute', isNumber: true, cell: ({ dollarsPerMinute }: Customer) => money(dollarsPerMinute) },
];

/** Whom it hurts; where more are hurt than are named, it says of how many these are the gravest. */
export const Hurt = ({ incident: { customers: hurt } }: { readonly incident: IncidentAnswer }) => {
  const { affectedCustomers, customers } = hurt;
  const isPart = customers.length < affectedCustomers;
  return (
    <Card
      title="Customers hurt"
      aside={
        <span className="quiet">
          {isPart && customers.length > 0
            ? `the gravest ${count(customers.length)} of ${count(affectedCustomers)}`
            : count(affectedCustomers)}
        </span>
      }
    >
      <Rows
        label="Customers hurt"
        columns={COLUMNS}
        rows={customers}
        keyOf={({ customerId }) => customerId}
        none={isPart ? 'Their names are not known.' : 'Nobody, as far as telemetry says.'}
      />
    </Card>
  );
};
