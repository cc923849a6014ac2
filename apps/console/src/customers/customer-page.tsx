import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useAnswer } from '../api/use-answer.js';
import type { ResultOf } from '../api/graphql.js';
import { type Range, rangeOf } from '../time/range.js';
import { RangePicker } from '../time/range-picker.js';
import { useWhole } from '../time/use-whole.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { Failure } from '../ui/failure.js';
import { count, money, percent, share } from '../ui/figures.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { SuccessAndP99 } from '../ui/success-and-p99.js';
import { CUSTOMER, type SeriesStep } from './customers-document.js';
import { SERIES_MS_MAX, useCustomerSeries } from './use-customer-series.js';
import { type HurtBy, INCIDENTS_MAX, useHurtBy } from './use-hurt-by.js';

type Customer = NonNullable<ResultOf<typeof CUSTOMER>['customer']>;

/** Zones that are named at once; the rest is a count, and all of them a click away. */
const ZONES_SHOWN = 10;

const Facts = ({
  customer: { customerId, tier, critical, sector, countries, sites, zones },
}: {
  readonly customer: Customer;
}) => (
  <Card title="Who it is">
    <dl className="facts">
      <dt>Id</dt>
      <dd>{customerId}</dd>
      <dt>Tier</dt>
      <dd>
        {tier.replace('tier', '')}
        {critical && ', critical: it comes first'}
      </dd>
      <dt>Sector</dt>
      <dd>{sector ?? 'not told'}</dd>
      <dt>Countries</dt>
      <dd>{countries?.join(', ') ?? 'not told'}</dd>
      <dt>Sites</dt>
      <dd>{sites === null ? 'not told' : count(sites)}</dd>
      <dt>Zones</dt>
      <dd>
        {zones.slice(0, ZONES_SHOWN).join(', ') || 'none'}
        {zones.length > ZONES_SHOWN && (
          <details>
            <summary>{`${count(zones.length - ZONES_SHOWN)} more`}</summary>
            {zones.slice(ZONES_SHOWN).join(', ')}
          </details>
        )}
      </dd>
    </dl>
  </Card>
);

const Drawn = ({ steps }: { readonly steps: readonly SeriesStep[] }) => {
  const [good, bad] = steps.reduce(([goods, bads], step) => [goods + step.good, bads + step.bad], [0, 0]);
  if (good + bad === 0)
    return (
      <p className="quiet">
        Nobody asked for its zones in this time. That is no traffic, and says nothing about health.
      </p>
    );
  return (
    <>
      <p>
        {percent((100 * good) / (good + bad))} of {count(good + bad)} queries succeeded.
      </p>
      <SuccessAndP99 steps={steps} />
    </>
  );
};

const HURT_COLUMNS = [
  {
    heading: 'Incident',
    cell: ({ incident: { incidentId, title } }: HurtBy) => (
      <Link to="/incidents/$id" params={{ id: incidentId }}>
        {title}
      </Link>
    ),
  },
  { heading: 'Priority', cell: ({ incident: { priority, severity } }: HurtBy) => priority ?? severity },
  { heading: 'Failing in its worst minute', isNumber: true, cell: ({ hurt }: HurtBy) => share(hurt.failing) },
  { heading: 'Minutes', isNumber: true, cell: ({ hurt }: HurtBy) => count(hurt.minutes) },
  { heading: 'First', cell: ({ hurt }: HurtBy) => <When at={hurt.firstAt} /> },
  { heading: 'Last', cell: ({ hurt }: HurtBy) => <When at={hurt.lastAt} /> },
  { heading: 'A minute', isNumber: true, cell: ({ hurt }: HurtBy) => money(hurt.dollarsPerMinute) },
];

const HurtByIncidents = ({ customerId, range }: { readonly customerId: string; readonly range: Range }) => {
  const { found, reading, error, incidents, isCut } = useHurtBy(customerId, range);
  const isKnown = found !== undefined && reading === 0 && error === null;
  return (
    <Card title="Incidents that hurt it" className="wide">
      {error !== null && <Failure of="the incidents" error={error} />}
      {reading > 0 && <p className="quiet">{`Reading ${count(reading)} of the incidents …`}</p>}
      {found === undefined && error === null && <p className="quiet">Reading the incidents …</p>}
      {found !== undefined && (isKnown || found.length > 0) && (
        <Rows
          label="Incidents that hurt it"
          columns={HURT_COLUMNS}
          rows={found}
          keyOf={({ incident }) => incident.incidentId}
          none={
            incidents === 0
              ? 'There was no incident in this time.'
              : `None of the ${incidents > INCIDENTS_MAX ? `${count(INCIDENTS_MAX)} newest` : count(incidents)} incidents of this time hurt it.`
          }
        />
      )}
      {incidents > INCIDENTS_MAX && (
        <p className="quiet">{`${count(incidents)} incidents lie in this time; the ten newest are looked through.`}</p>
      )}
      {isCut && (
        <p className="quiet">Of incidents the hundred newest are looked through: of this time there may be more.</p>
      )}
    </Card>
  );
};

const Shown = ({ customer }: { readonly customer: Customer }) => {
  const search = useSearch({ from: '/customers/$id' });
  const range = rangeOf(search, useWhole(60_000));
  return (
    <>
      <h1>{customer.name}</h1>
      <div className="parts">
        <Card title="How it was answered" className="wide" aside={<RangePicker />}>
          {range.to - range.from > SERIES_MS_MAX && (
            <p className="quiet">The newest four hours are shown: pin a shorter time for what was before.</p>
          )}
          <Reading of="its figures" answer={useCustomerSeries(customer.customerId, range)}>
            {(steps) => <Drawn steps={steps} />}
          </Reading>
        </Card>
        <HurtByIncidents customerId={customer.customerId} range={range} />
        <Facts customer={customer} />
      </div>
    </>
  );
};

/** One customer: how it was answered, which incidents hurt it, and who it is. */
export const CustomerPage = () => {
  const { id } = useParams({ from: '/customers/$id' });
  return (
    <Reading of="the customer" answer={useAnswer('customer', CUSTOMER, { customerId: id }, { follows: ['catalogue'] })}>
      {({ customer }) => (customer === null ? <p>There is no customer {id}.</p> : <Shown customer={customer} />)}
    </Reading>
  );
};
