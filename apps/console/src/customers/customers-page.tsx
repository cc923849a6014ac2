import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useAnswer } from '../api/use-answer.js';
import { browserClock } from '../time/clock.js';
import { rangeOf } from '../time/range.js';
import { RangePicker } from '../time/range-picker.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count, money, share } from '../ui/figures.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { AFFECTED, type AffectedRow, type CustomerRow, CUSTOMERS } from './customers-document.js';

const HURT = [
  { heading: 'Customer', cell: ({ name, critical }: AffectedRow) => `${name}${critical ? ' (critical)' : ''}` },
  { heading: 'Tier', cell: ({ tier }: AffectedRow) => tier.replace('tier', '') },
  { heading: 'Sector', cell: ({ sector }: AffectedRow) => sector ?? '—' },
  { heading: 'Failing', isNumber: true, cell: ({ failing }: AffectedRow) => share(failing) },
  { heading: 'Minutes', isNumber: true, cell: ({ minutes }: AffectedRow) => count(minutes) },
  { heading: 'First', cell: ({ firstAt }: AffectedRow) => <When at={firstAt} /> },
  { heading: 'Last', cell: ({ lastAt }: AffectedRow) => <When at={lastAt} /> },
  { heading: 'A minute', isNumber: true, cell: ({ dollarsPerMinute }: AffectedRow) => money(dollarsPerMinute) },
];
const ALL = [
  { heading: 'Customer', cell: ({ name, critical }: CustomerRow) => `${name}${critical ? ' (critical)' : ''}` },
  { heading: 'Id', cell: ({ customerId }: CustomerRow) => customerId },
  { heading: 'Tier', cell: ({ tier }: CustomerRow) => tier.replace('tier', '') },
  { heading: 'Sector', cell: ({ sector }: CustomerRow) => sector ?? '—' },
  { heading: 'Countries', cell: ({ countries }: CustomerRow) => countries?.join(', ') ?? '—' },
  { heading: 'Sites', isNumber: true, cell: ({ sites }: CustomerRow) => (sites === null ? '—' : count(sites)) },
];

const Hurt = () => {
  const search = useSearch({ from: '/customers' });
  // Whole minutes, so that an answer is asked for once a minute and shared by all who look.
  const minute = Math.floor(browserClock.now() / 60_000) * 60_000;
  const { from, to } = useMemo(() => rangeOf(search, minute), [search, minute]);
  const answer = useAnswer(
    'affected',
    AFFECTED,
    { since: new Date(from).toISOString(), until: new Date(to).toISOString() },
    { everyMs: 30_000 },
  );
  return (
    <Card title="Hurt in this time" className="wide" aside={<RangePicker />}>
      <Reading of="who was hurt" answer={answer}>
        {({ affectedCustomers }) => (
          <Rows
            label="Customers hurt"
            columns={HURT}
            rows={affectedCustomers?.customers ?? []}
            keyOf={({ customerId }) => customerId}
            none="Nobody, as far as telemetry says."
          />
        )}
      </Reading>
    </Card>
  );
};

/** Who was hurt in a time, and who there is. */
export const CustomersPage = () => (
  <>
    <h1>Customers</h1>
    <div className="parts">
      <Hurt />
      <Card title="All" className="wide">
        <Reading of="the customers" answer={useAnswer('customers', CUSTOMERS, {})}>
          {({ customers }) => (
            <Rows
              label="Customers"
              columns={ALL}
              rows={customers.nodes}
              keyOf={({ customerId }) => customerId}
              none="None was registered."
            />
          )}
        </Reading>
      </Card>
    </div>
  </>
);
