import { Link } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import { clockOf } from '../time/moments.js';
import { useZone } from '../time/zone.js';
import { Card } from '../ui/card.js';
import { Failure } from '../ui/failure.js';
import { count, money, share } from '../ui/figures.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { HURT_SINCE, type ImpactAnswer } from './now-document.js';
import type { IncidentTold } from './of-incident.js';
import type { ImpactTold } from './use-now-answer.js';

type Customer = NonNullable<ImpactAnswer['incident']>['customers']['customers'][number];

const CustomerRows = ({ customers }: { readonly customers: readonly Customer[] }) => (
  <Rows
    label="Customers hurt"
    columns={[
      {
        heading: 'Customer',
        cell: ({ customerId, name, critical }) => (
          <Link to="/customers/$id" params={{ id: customerId }}>
            {name}
            {critical && ' (critical)'}
          </Link>
        ),
      },
      {
        heading: 'Tier',
        cell: ({ tier }) => (
          <>
            <span aria-hidden="true" className={`impact ${tier}`} /> {tier.replace('tier', '')}
          </>
        ),
      },
      { heading: 'Failing', isNumber: true, cell: ({ failing }) => share(failing) },
      { heading: 'A minute', isNumber: true, cell: ({ dollarsPerMinute }) => money(dollarsPerMinute) },
    ]}
    rows={customers}
    keyOf={({ customerId }) => customerId}
    none="Who they are is being counted."
  />
);

const MINUTE_MS = 60_000;

/** Customers who are hurt while no incident is open: below the rules, before one fires, or after it ended. */
const HurtUnopened = ({ impact, now }: { readonly impact: ImpactAnswer['impact']; readonly now: number }) => {
  const since = new Date(Math.floor(now / MINUTE_MS - 1) * MINUTE_MS).toISOString();
  const answer = useAnswer('hurt-since', HURT_SINCE, { since }, { everyMs: 10_000 });
  return (
    <>
      <p>{`${count(impact.affectedCustomers)} customers are hurt; no incident is open for it.`}</p>
      <Reading of="who they are" answer={answer}>
        {({ affectedCustomers }) => <CustomerRows customers={affectedCustomers?.customers ?? []} />}
      </Reading>
    </>
  );
};

const OfOpen = ({ customers }: { readonly customers: ImpactTold['customers'] }) => {
  const { zone } = useZone();
  if (customers === undefined) return <p className="quiet">Reading whom the incident hurts …</p>;
  const { affectedCustomers, asOf, customers: listed } = customers;
  const at = asOf === null ? '' : `, as of ${clockOf(Date.parse(asOf), zone)} ${zone}`;
  if (affectedCustomers === 0) return <p className="quiet">Nobody of the incident yet, as far as telemetry says.</p>;
  const more = affectedCustomers > listed.length ? `, the worst ${count(listed.length)} here` : '';
  return (
    <>
      <p className="quiet">{`Of this incident ${count(affectedCustomers)}${more}${at}`}</p>
      <CustomerRows customers={listed} />
    </>
  );
};

interface HurtProps {
  readonly told: IncidentTold;
  readonly hurt: ImpactTold;
  readonly now: number;
}

const Whom = ({ told: { isOpen }, hurt: { impact, customers, error }, now }: HurtProps) => {
  if (impact === undefined) return error === null && <p className="quiet">Reading who is hurt …</p>;
  if (isOpen) return <OfOpen customers={customers} />;
  if (impact.affectedCustomers > 0) return <HurtUnopened impact={impact} now={now} />;
  return <p className="quiet">Nobody, as far as telemetry says.</p>;
};

/** Who is hurt: customers by name, the critical and the dear ones first, as the API orders them (R11). */
export const Hurt = (props: HurtProps) => {
  const { impact, error } = props.hurt;
  return (
    <Card
      title="Who is hurt"
      className="hurt"
      aside={
        impact !== undefined && (
          <Link to="/customers">
            {`${count(impact.affectedCustomers)} customers, ${money(impact.dollarsPerMinute)} a minute`}
          </Link>
        )
      }
    >
      {error !== null && <Failure of="who is hurt" error={error} />}
      <Whom {...props} />
    </Card>
  );
};
