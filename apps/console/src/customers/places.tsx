import { useAnswer } from '../api/use-answer.js';
import { When } from '../time/when.js';
import { Card } from '../ui/card.js';
import { count, money, share } from '../ui/figures.js';
import { Reading } from '../ui/reading.js';
import { Rows } from '../ui/rows.js';
import { PLACES, type PlaceShown } from './customers-document.js';

/** It is counted from the windows of all customers: not more often than a person looks again. */
const EVERY_MS = 10_000;

const named = (place: string): string => (place === 'unknown' ? 'no country told' : place);

interface PlacesProps {
  readonly label: string;
  readonly heading: string;
  readonly places: readonly PlaceShown[];
  /** All that are hurt. */
  readonly customers: number;
}

const PlaceRows = ({ label, heading, places, customers }: PlacesProps) => (
  <Rows
    label={label}
    columns={[
      { heading, cell: ({ place }) => named(place) },
      { heading: 'Customers', isNumber: true, cell: ({ affectedCustomers }) => count(affectedCustomers) },
      {
        heading: 'Share of the customers',
        isNumber: true,
        cell: ({ affectedCustomers }) => share(customers === 0 ? 0 : affectedCustomers / customers),
      },
      { heading: 'Sites, as told', isNumber: true, cell: ({ sites }) => count(sites) },
      {
        heading: 'Share of the sites, as counted',
        isNumber: true,
        cell: ({ sitesPercent }) => `${sitesPercent.toFixed(1)} %`,
      },
      { heading: 'A minute', isNumber: true, cell: ({ dollarsPerMinute }) => money(dollarsPerMinute) },
    ]}
    rows={places}
    keyOf={({ place }) => place}
    none="Nobody is hurt now, as far as telemetry says."
  />
);

/** Where those are that are hurt now: each by its home, in shares of the customers and of the sites behind them (R93). */
export const Places = () => (
  <Card title="Where they are that are hurt now" className="wide">
    <Reading of="where they are" answer={useAnswer('places', PLACES, {}, { everyMs: EVERY_MS })}>
      {({ impact: { asOf, affectedCustomers, countries, worldRegions } }) => (
        <>
          <p className="quiet">
            Over the minute to <When at={asOf} />, by the first of the countries that were told of each customer.
          </p>
          <div className="pair">
            <PlaceRows
              label="Parts of the world"
              heading="Part of the world"
              places={worldRegions}
              customers={affectedCustomers}
            />
            <PlaceRows label="Countries" heading="Country" places={countries} customers={affectedCustomers} />
          </div>
        </>
      )}
    </Reading>
  </Card>
);
